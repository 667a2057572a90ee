/** Everything that is known of a run besides its metrics and files. */

import type { ReactNode } from "react";
import { useChangeRun } from "@/api/runs";
import type { Run } from "@/api/types";
import { addresses } from "@/parts/addresses";
import { CopyButton } from "@/parts/CopyText";
import { EditableText } from "@/parts/EditableText";
import { Box, FactList } from "@/parts/facts";
import { formatTime } from "@/parts/format";
import { Link } from "@/parts/Link";
import { RunDuration } from "@/parts/times";
import { details as texts } from "@/texts/run";
import { StageBar } from "./StageBar";
import { Tags } from "./Tags";

const GIT = [
  [texts.gitFacts.repository, "azureml.git.repository_uri", "mlflow.source.git.repoURL"],
  [texts.gitFacts.branch, "azureml.git.branch", "mlflow.source.git.branch"],
  [texts.gitFacts.commit, "azureml.git.commit", "mlflow.source.git.commit"],
  [texts.gitFacts.dirty, "azureml.git.dirty"],
  [texts.gitFacts.build, "azureml.git.build_id"],
] as const;
// As `domain/bindings.py` names the property of an output's dataset.
const OUTPUT_PROPERTY = "azureml.output_dataset.";

export default function DetailsTab({ run }: { run: Run }) {
  const change = useChangeRun(run.run_id);
  return (
    <div className="details">
      <StageBar run={run} />
      <div className="details-column">
        <Facts run={run} />
        <Parameters params={run.params ?? {}} />
        <Bindings run={run} />
        <Git properties={run.properties} />
        <Warnings warnings={run.warnings ?? []} />
      </div>
      <div className="details-column">
        <Box title={texts.description}>
          <EditableText
            isLong
            label={texts.description}
            text={run.description ?? ""}
            placeholder={texts.nobodyDescribed}
            save={(description) => change.mutateAsync({ description })}
          />
        </Box>
        <Box title={texts.tags}>
          <Tags tags={run.tags} change={(tags) => change.mutateAsync(tags)} />
        </Box>
        <Properties properties={run.properties} />
      </div>
    </div>
  );
}

function Facts({ run }: { run: Run }) {
  const facts: [string, ReactNode][] = [
    [texts.facts.number, run.number],
    [texts.facts.kind, run.kind],
    [texts.facts.created, formatTime(run.created_at)],
    [texts.facts.started, formatTime(run.started_at)],
    [texts.facts.ended, formatTime(run.ended_at)],
    [texts.facts.duration, run.started_at && <RunDuration run={run} />],
    [texts.facts.script, run.script && <code>{run.script}</code>],
    [texts.facts.arguments, run.arguments && run.arguments.length > 0 && <Arguments items={run.arguments} />],
    [texts.facts.compute, run.target],
    [
      texts.facts.environment,
      run.kind !== "interactive" && (
        <Link href={addresses.run(run.workspace, run.run_id, "environment")}>
          {run.environment_name ?? texts.ownPython}
        </Link>
      ),
    ],
    [texts.facts.submittedBy, run.submitted_by],
    [
      texts.facts.snapshot,
      run.snapshot_id && <Link href={addresses.run(run.workspace, run.run_id, "snapshot")}>{texts.seeFiles}</Link>,
    ],
    [
      texts.facts.parent,
      run.parent_id && <Link href={addresses.run(run.workspace, run.parent_id)}>{run.parent_id}</Link>,
    ],
    [
      texts.facts.children,
      run.child_count > 0 && (
        <Link href={addresses.run(run.workspace, run.run_id, "children")}>{texts.childRuns(run.child_count)}</Link>
      ),
    ],
  ];
  return (
    <Box title={texts.run}>
      <FactList facts={facts} />
    </Box>
  );
}

function Arguments({ items }: { items: string[] }) {
  const line = items
    .map((item) => (/^[\w@%+=:,./-]+$/.test(item) ? item : `'${item.replaceAll("'", "'\\''")}'`))
    .join(" ");
  return (
    <span className="with-copy">
      <code className="wrap">{line}</code>
      <CopyButton text={line} label={texts.copyArguments} />
    </span>
  );
}

type Defined = { data?: Record<string, Bound>; outputData?: Record<string, unknown> };
type Bound = { dataLocation?: { dataset?: { datasetId?: string } | null } | null; mechanism?: string };

/** The data that a job was given, and the datasets that its outputs became. */
function Bindings({ run }: { run: Run }) {
  const defined = (run.definition ?? {}) as Defined;
  const inputs = Object.entries(defined.data ?? {}).map(([name, bound]) => {
    const id = bound.dataLocation?.dataset?.datasetId;
    const told = [id && texts.dataset(id), bound.mechanism?.toLowerCase()].filter(Boolean).join(", ");
    return [`${texts.input} ${name}`, told] as const;
  });
  const outputs = Object.keys(defined.outputData ?? {}).map((name) => {
    const id = run.properties[`${OUTPUT_PROPERTY}${name}`];
    return [`${texts.output} ${name}`, id ? texts.dataset(id) : "–"] as const;
  });
  if (inputs.length + outputs.length === 0) return null;
  return (
    <Box title={texts.data}>
      <FactList facts={[...inputs, ...outputs]} />
    </Box>
  );
}

function Git({ properties }: { properties: Run["properties"] }) {
  const facts = GIT.map(([title, ...names]) => {
    const value = names.map((name) => properties[name]).find((each) => each !== undefined);
    return [title, value && (title === texts.gitFacts.commit ? <Commit hash={value} /> : value)] as const;
  });
  if (facts.every(([, value]) => !value)) return null;
  return (
    <Box title={texts.git}>
      <FactList facts={facts} />
    </Box>
  );
}

function Commit({ hash }: { hash: string }) {
  return (
    <span className="with-copy">
      <code title={hash}>{hash.slice(0, 12)}</code>
      <CopyButton text={hash} label={texts.copyCommit} />
    </span>
  );
}

function Warnings({ warnings }: { warnings: readonly unknown[] }) {
  if (warnings.length === 0) return null;
  return (
    <Box title={texts.warnings}>
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
    <Box title={texts.parameters}>
      <Pairs pairs={params} />
    </Box>
  );
}

function Properties({ properties }: { properties: Run["properties"] }) {
  return (
    <Box title={texts.properties}>
      {Object.keys(properties).length === 0 ? (
        <p className="quiet">
          {texts.noProperties} <code>{"run.add_properties({…})"}</code>; {texts.writtenOnce}
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
