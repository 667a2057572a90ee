/** What an environment is built from, and why it is built or reused: for a run that was prepared, and before one is submitted. */

import { isByHand, type Preparation } from "@/api/environments";
import { useWorkspace } from "@/api/live";
import { addresses } from "@/parts/addresses";
import { CopyButton, CopyText } from "@/parts/CopyText";
import { Box, FactList } from "@/parts/facts";
import { formatTime } from "@/parts/format";
import { Link } from "@/parts/Link";
import { preparation as texts } from "@/texts/environments";
import "./environments.css";

/** The run that an environment was built for, or that it was built by hand. */
export function Maker({ runId }: { runId: string }) {
  const workspace = useWorkspace();
  if (isByHand(runId)) return texts.byHand;
  return <Link href={addresses.run(workspace, runId, "environment")}>{runId}</Link>;
}

export function Changes({ preparation }: { preparation: Preparation }) {
  const { changes, nearest } = preparation;
  if (changes.length === 0) return null;
  return (
    <Box title={texts.changes}>
      {nearest && (
        <p className="quiet environment-other">
          {texts.comparedWith(nearest.name || nearest.key)} · <Maker runId={nearest.run_id} /> ·{" "}
          {formatTime(nearest.built_at)}
        </p>
      )}
      <ul className="environment-changes">
        {changes.map((change) => (
          <li key={change}>
            <Change text={change} />
          </li>
        ))}
      </ul>
    </Box>
  );
}

/** `pip line 3 changed: a → b`, the words apart from the lines. */
function Change({ text }: { text: string }) {
  const colon = text.indexOf(": ");
  if (colon < 0) return text;
  const sides = text.slice(colon + 2).split(" → ");
  return (
    <>
      {text.slice(0, colon)}{" "}
      {sides.map((side, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the sides of one change, before and after
        <span key={place}>
          {place > 0 && " → "}
          <code>{side}</code>
        </span>
      ))}
    </>
  );
}

export function Explanation({ told }: { told: string[] }) {
  return (
    <Box title={texts.explanation}>
      <div className="environment-block">
        <CopyText text={told.join("\n")} />
      </div>
    </Box>
  );
}

export function Inputs({ preparation }: { preparation: Preparation }) {
  const { inputs, channels } = preparation;
  const lists: [string, string[]][] = [
    [texts.lists.conda, inputs.conda],
    [texts.lists.pip, inputs.pip],
    [texts.lists.channels, channels],
    [texts.lists.requirement, inputs.requirement],
    [texts.lists.dockerfile, inputs.dockerfile],
  ];
  return (
    <Box title={texts.inputs}>
      <FactList
        facts={[
          [texts.facts.python, inputs.interpreter],
          [texts.facts.solver, inputs.solver],
          [texts.facts.platform, inputs.platform],
          [texts.facts.image, inputs.base_image && <code>{inputs.base_image}</code>],
          [texts.facts.context, inputs.build_context && <code>{inputs.build_context}</code>],
        ]}
      />
      {lists.map(([name, lines]) => (
        <LineList key={name} name={name} lines={lines} />
      ))}
    </Box>
  );
}

/** Lines of a file under its name; nothing where there are none. */
export function LineList({ name, lines }: { name: string; lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <div className="environment-list">
      <h3>{name}</h3>
      <ol>
        {lines.map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a file, which may repeat
          <li key={place}>
            <code>{line}</code>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** A content hash and the way to copy it. */
export function Hash({ hash }: { hash: string }) {
  return (
    <span className="with-copy">
      <code>{hash}</code>
      <CopyButton text={hash} label={texts.copyHash} />
    </span>
  );
}
