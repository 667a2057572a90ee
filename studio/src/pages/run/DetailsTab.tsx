/** Everything that is known of a run besides its metrics and files. */

import { Button } from "@fluentui/react-components";
import { type ReactNode, useState } from "react";
import { useChangeRun } from "@/api/runs";
import type { Run } from "@/api/types";
import { addresses } from "@/parts/addresses";
import { CopyButton } from "@/parts/CopyText";
import { EditableText } from "@/parts/EditableText";
import { formatTime, plural } from "@/parts/format";
import { Link } from "@/parts/Link";
import { RunDuration } from "@/parts/times";
import { Tags } from "./Tags";

const GIT = [
  ["Repository", "azureml.git.repository_uri", "mlflow.source.git.repoURL"],
  ["Branch", "azureml.git.branch", "mlflow.source.git.branch"],
  ["Commit", "azureml.git.commit", "mlflow.source.git.commit"],
  ["Uncommitted changes", "azureml.git.dirty"],
  ["Build", "azureml.git.build_id"],
] as const;

export default function DetailsTab({ run }: { run: Run }) {
  const change = useChangeRun(run.run_id);
  return (
    <div className="details">
      <div className="details-column">
        <Facts run={run} />
        <Parameters params={run.params ?? {}} />
        <Git properties={run.properties} />
        <Warnings warnings={run.warnings ?? []} />
      </div>
      <div className="details-column">
        <Box title="Description">
          <EditableText
            isLong
            label="Description"
            text={run.description ?? ""}
            placeholder="Nobody has described this run yet."
            save={(description) => change.mutateAsync({ description })}
          />
        </Box>
        <Box title="Tags">
          <Tags tags={run.tags} change={(tags) => change.mutateAsync(tags)} />
        </Box>
        <Properties properties={run.properties} />
      </div>
      <RawRun run={run} />
    </div>
  );
}

export function Box({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="box" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Facts({ run }: { run: Run }) {
  const facts: [string, ReactNode][] = [
    ["Number", run.number],
    ["Kind", run.kind],
    ["Created", formatTime(run.created_at)],
    ["Started", formatTime(run.started_at)],
    ["Ended", formatTime(run.ended_at)],
    ["Duration", run.started_at && <RunDuration run={run} />],
    ["Script", run.script && <code>{run.script}</code>],
    ["Arguments", run.arguments && run.arguments.length > 0 && <Arguments items={run.arguments} />],
    ["Compute", run.target],
    ["Environment", run.environment_name],
    ["Submitted by", run.submitted_by],
    [
      "Snapshot",
      run.snapshot_id && <Link href={addresses.run(run.workspace, run.run_id, "snapshot")}>See the files</Link>,
    ],
    ["Parent run", run.parent_id && <Link href={addresses.run(run.workspace, run.parent_id)}>{run.parent_id}</Link>],
    [
      "Child runs",
      run.child_count > 0 && (
        <Link href={addresses.run(run.workspace, run.run_id, "children")}>{plural(run.child_count, "child run")}</Link>
      ),
    ],
  ];
  return (
    <Box title="Run">
      <FactList facts={facts} />
    </Box>
  );
}

/** Facts that are known; the others are left out. */
function FactList({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Arguments({ items }: { items: string[] }) {
  const line = items
    .map((item) => (/^[\w@%+=:,./-]+$/.test(item) ? item : `'${item.replaceAll("'", "'\\''")}'`))
    .join(" ");
  return (
    <span className="with-copy">
      <code className="wrap">{line}</code>
      <CopyButton text={line} label="Copy the arguments" />
    </span>
  );
}

function Git({ properties }: { properties: Run["properties"] }) {
  const facts = GIT.map(([title, ...names]) => {
    const value = names.map((name) => properties[name]).find((each) => each !== undefined);
    return [title, value && (title === "Commit" ? <Commit hash={value} /> : value)] as const;
  });
  if (facts.every(([, value]) => !value)) return null;
  return (
    <Box title="Git">
      <FactList facts={facts} />
    </Box>
  );
}

function Commit({ hash }: { hash: string }) {
  return (
    <span className="with-copy">
      <code title={hash}>{hash.slice(0, 12)}</code>
      <CopyButton text={hash} label="Copy the commit" />
    </span>
  );
}

function Warnings({ warnings }: { warnings: readonly unknown[] }) {
  if (warnings.length === 0) return null;
  return (
    <Box title="Warnings">
      <ul className="warnings">
        {warnings.map((warning, position) => {
          const text = warningText(warning);
          // biome-ignore lint/suspicious/noArrayIndexKey: the list is only ever shown as a whole
          return <li key={position}>{text}</li>;
        })}
      </ul>
    </Box>
  );
}

function warningText(warning: unknown): string {
  if (typeof warning === "string") return warning;
  const { message } = (warning ?? {}) as { message?: unknown };
  return typeof message === "string" ? message : JSON.stringify(warning);
}

/** What MLflow's log_param recorded; runs without MLflow have none. */
function Parameters({ params }: { params: Record<string, string> }) {
  if (Object.keys(params).length === 0) return null;
  return (
    <Box title="Parameters">
      <Pairs pairs={params} />
    </Box>
  );
}

function Properties({ properties }: { properties: Run["properties"] }) {
  return (
    <Box title="Properties">
      {Object.keys(properties).length === 0 ? (
        <p className="quiet">
          None. A script adds one with <code>run.add_properties({"{…}"})</code>; it can be written once.
        </p>
      ) : (
        <Pairs pairs={properties} />
      )}
    </Box>
  );
}

function Pairs({ pairs }: { pairs: Record<string, string> }) {
  return (
    <table className="plain-table pairs">
      <tbody>
        {Object.entries(pairs)
          .sort(([a], [b]) => a.localeCompare(b))
          .map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

function RawRun({ run }: { run: Run }) {
  const [isOpen, setOpen] = useState(false);
  const text = isOpen ? JSON.stringify(run, null, 2) : "";
  return (
    <section className="raw-run">
      <Button appearance="subtle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} data-testid="raw-json">
        {isOpen ? "Hide the raw JSON" : "Show the raw JSON"}
      </Button>
      {isOpen && <CopyButton text={text} label="Copy the JSON" />}
      {isOpen && <pre>{text}</pre>}
    </section>
  );
}
