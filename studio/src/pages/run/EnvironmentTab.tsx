/** The environment of a run: what it is, and why it was built or reused. */

import { Spinner } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { type Preparation, type RunEnvironment, useRunEnvironment } from "@/api/environments";
import type { Run } from "@/api/types";
import { addresses } from "@/parts/addresses";
import { CopyButton, CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";
import { formatDuration, formatTime } from "@/parts/format";
import { Link } from "@/parts/Link";
import { Problem } from "@/parts/Problem";
import { environment as texts } from "@/texts/run";
import { Box, FactList } from "./facts";

const BUILD_LOG = "azureml-logs/20_image_build_log.txt";
const BY_HAND = "build-";

export default function EnvironmentTab({ run }: { run: Run }) {
  const found = useRunEnvironment(run.run_id);
  if (found.isLoadingError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Spinner className="page-wait" label={texts.loading} delay={300} />;
  if (found.data.python === null)
    return (
      <Empty title={texts.none}>
        <p>{texts.noneWhy}</p>
      </Empty>
    );
  const { preparation } = found.data;
  const isWaiting = preparation === null && (run.status === "Queued" || run.status === "NotStarted");
  return (
    <div className="details" data-testid="environment">
      <div className="details-column">
        <Box title={texts.preparation}>
          {isWaiting ? <p className="quiet">{texts.waitingWhy}</p> : <Outcome run={run} found={found.data} />}
        </Box>
        {preparation && preparation.changes.length > 0 && <Changes run={run} preparation={preparation} />}
        {preparation && <Explanation told={preparation.told} />}
      </div>
      <div className="details-column">
        <Definition run={run} />
        {preparation && <Inputs preparation={preparation} />}
      </div>
    </div>
  );
}

function Outcome({ run, found }: { run: Run; found: RunEnvironment }) {
  const { preparation } = found;
  if (preparation === null)
    return (
      <>
        <p className="environment-reason">{texts.reasons.own}</p>
        <FactList facts={[[texts.facts.python, <code key="python">{found.python}</code>]]} />
      </>
    );
  const isReused = preparation.reason === "reused";
  const isBuilding = !isReused && preparation.built_at === null && run.status === "Preparing";
  const facts: [string, ReactNode][] = [
    [
      texts.facts.hash,
      <span key="hash" className="with-copy">
        <code>{preparation.key}</code>
        <CopyButton text={preparation.key} label={texts.copyHash} />
      </span>,
    ],
    [texts.facts.interpreter, preparation.python && <code>{preparation.python}</code>],
    [texts.facts.builtAt, preparation.built_at && formatTime(preparation.built_at)],
    [texts.facts.builtBy, isReused && preparation.nearest && <Maker run={run} runId={preparation.nearest.run_id} />],
    [texts.facts.took, preparation.took_s !== null && formatDuration(preparation.took_s * 1000)],
    [
      texts.facts.log,
      !isReused && (
        <Link href={`${addresses.run(run.workspace, run.run_id, "logs")}?file=${encodeURIComponent(BUILD_LOG)}`}>
          {texts.seeLog}
        </Link>
      ),
    ],
  ];
  return (
    <>
      <p className="environment-reason" data-testid="environment-reason">
        {texts.reasons[preparation.reason] ?? preparation.reason} {isBuilding && texts.building}
      </p>
      <FactList facts={facts} />
    </>
  );
}

function Maker({ run, runId }: { run: Run; runId: string }) {
  if (runId.startsWith(BY_HAND)) return texts.byHand;
  return <Link href={addresses.run(run.workspace, runId, "environment")}>{runId}</Link>;
}

function Changes({ run, preparation }: { run: Run; preparation: Preparation }) {
  const { changes, nearest } = preparation;
  return (
    <Box title={texts.changes}>
      {nearest && (
        <p className="quiet environment-other">
          {texts.comparedWith(nearest.name || nearest.key)} · <Maker run={run} runId={nearest.run_id} /> ·{" "}
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

function Explanation({ told }: { told: string[] }) {
  return (
    <Box title={texts.explanation}>
      <div className="environment-block">
        <CopyText text={told.join("\n")} />
      </div>
    </Box>
  );
}

function Inputs({ preparation }: { preparation: Preparation }) {
  const { inputs, channels } = preparation;
  const lists: [string, string[]][] = [
    [texts.lists.conda, inputs.conda],
    [texts.lists.pip, inputs.pip],
    [texts.lists.channels, channels],
    [texts.lists.requirement, inputs.requirement],
  ];
  return (
    <Box title={texts.inputs}>
      <FactList
        facts={[
          [texts.facts.python, inputs.interpreter],
          [texts.facts.solver, inputs.solver],
          [texts.facts.platform, inputs.platform],
        ]}
      />
      {lists
        .filter(([, lines]) => lines.length > 0)
        .map(([name, lines]) => (
          <div key={name} className="environment-list">
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
        ))}
    </Box>
  );
}

type Named = { name?: string; version?: string | null; docker?: { baseImage?: string | null; enabled?: boolean } };

function Definition({ run }: { run: Run }) {
  const defined = (run.definition as { environment?: Named } | null | undefined)?.environment;
  const name = defined?.name ?? run.environment_name;
  if (!name) return null;
  const usesImage = defined?.docker?.enabled === true;
  return (
    <Box title={texts.definition}>
      <FactList
        facts={[
          [texts.facts.name, name],
          [texts.facts.version, defined?.version],
          [texts.facts.image, usesImage && defined?.docker?.baseImage && <code>{defined.docker.baseImage}</code>],
        ]}
      />
    </Box>
  );
}
