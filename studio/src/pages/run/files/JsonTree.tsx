/** JSON as a tree: what is open is there, long lists come in parts. */

import { Button } from "@fluentui/react-components";
import { useState } from "react";
import { FILES } from "@/texts/files";

const PART = 100;
const OPEN_DEPTH = 2;
// Deeper than this no page can draw boxes within boxes.
const MOST_DEPTH = 60;

export function JsonTree({ value }: { value: unknown }) {
  return (
    <div className="json-tree">
      <JsonNode name={null} value={value} depth={0} />
    </div>
  );
}

function JsonNode({ name, value, depth }: { name: string | null; value: unknown; depth: number }) {
  const [isOpen, setOpen] = useState(depth < OPEN_DEPTH);
  const [shown, setShown] = useState(PART);
  const label = name === null ? null : <span className="tok-propertyName">{name}: </span>;
  if (typeof value !== "object" || value === null || depth >= MOST_DEPTH)
    return (
      <div>
        {label}
        <JsonLeaf value={value} />
      </div>
    );
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {label}
        <span className="quiet">{isList ? FILES.items(entries.length) : FILES.fields(entries.length)}</span>
      </summary>
      {isOpen && (
        <div className="json-inside">
          {entries.slice(0, shown).map(([key, inner]) => (
            <JsonNode key={key} name={key} value={inner} depth={depth + 1} />
          ))}
          {entries.length > shown && (
            <Button size="small" onClick={() => setShown(shown + PART * 10)}>
              {FILES.moreItems(entries.length - shown)}
            </Button>
          )}
        </div>
      )}
    </details>
  );
}

function JsonLeaf({ value }: { value: unknown }) {
  if (typeof value === "string") return <span className="tok-string">{JSON.stringify(value)}</span>;
  if (typeof value === "number") return <span className="tok-number">{String(value)}</span>;
  return <span className="tok-keyword">{typeof value === "object" && value !== null ? "…" : String(value)}</span>;
}
