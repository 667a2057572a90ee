/** Tags of a run, to see and to change. */

import { Button, Input, Tag, TagGroup } from "@fluentui/react-components";
import { AddRegular } from "@fluentui/react-icons";
import { type FormEvent, useState } from "react";
import type { RunChange } from "@/api/runs";
import { tags as texts } from "@/texts/run";

type Props = { tags: Record<string, string | null>; change: (change: RunChange) => Promise<unknown> };

export function Tags({ tags, change }: Props) {
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const apply = async (wanted: RunChange): Promise<boolean> => {
    try {
      await change(wanted);
      setProblem(null);
      return true;
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      return false;
    }
  };
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    if (!(await apply({ tags: { [name.trim()]: value.trim() === "" ? null : value.trim() } }))) return;
    setName("");
    setValue("");
  };
  const entries = Object.entries(tags).sort(([a], [b]) => a.localeCompare(b));
  return (
    <>
      {entries.length > 0 && (
        <TagGroup
          className="run-tags"
          aria-label={texts.label}
          data-testid="tags"
          onDismiss={(_, { value: dismissed }) => void apply({ remove_tags: [dismissed] })}
        >
          {entries.map(([tag, text]) => (
            <Tag key={tag} value={tag} size="small" dismissible dismissIcon={{ "aria-label": texts.takeOut(tag) }}>
              {text === null || text === "" ? tag : `${tag}: ${text}`}
            </Tag>
          ))}
        </TagGroup>
      )}
      <form className="tag-form" onSubmit={(event) => void add(event)}>
        <Input
          size="small"
          placeholder={texts.tag}
          aria-label={texts.newTag}
          value={name}
          onChange={(_, change) => setName(change.value)}
        />
        <Input
          size="small"
          placeholder={texts.value}
          aria-label={texts.newValue}
          value={value}
          onChange={(_, change) => setValue(change.value)}
        />
        <Button size="small" type="submit" icon={<AddRegular />} disabled={name.trim() === ""}>
          {texts.add}
        </Button>
      </form>
      {problem !== null && (
        <p role="alert" className="field-problem">
          {problem}
        </p>
      )}
    </>
  );
}
