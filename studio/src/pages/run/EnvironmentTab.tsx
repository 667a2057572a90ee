/** The environment of a run: what it is, and why it was built or reused. */

import { Spinner } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { BUILD_LOG, type RunEnvironment, useRunEnvironment } from "@/api/environments";
import type { Run } from "@/api/types";
import { Changes, Explanation, Hash, Inputs, Maker } from "@/pages/environments/preparations";
import { addresses } from "@/parts/addresses";
import { Empty } from "@/parts/Empty";
import { Box, FactList } from "@/parts/facts";
import { formatDuration, formatTime } from "@/parts/format";
import { Link } from "@/parts/Link";
import { Problem } from "@/parts/Problem";
import { preparation as texts } from "@/texts/environments";

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
        <Box title={texts.title}>
          {isWaiting ? <p className="quiet">{texts.waitingWhy}</p> : <Outcome run={run} found={found.data} />}
        </Box>
        {preparation && <Changes preparation={preparation} />}
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
    [texts.facts.hash, <Hash key="hash" hash={preparation.key} />],
    [texts.facts.interpreter, preparation.python && <code>{preparation.python}</code>],
    [texts.facts.builtAt, preparation.built_at && formatTime(preparation.built_at)],
    [texts.facts.builtBy, isReused && preparation.nearest && <Maker runId={preparation.nearest.run_id} />],
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
          [
            texts.facts.name,
            <Link key="name" href={addresses.environment(run.workspace, name, defined?.version)}>
              {name}
            </Link>,
          ],
          [texts.facts.version, defined?.version],
          [texts.facts.image, usesImage && defined?.docker?.baseImage && <code>{defined.docker.baseImage}</code>],
        ]}
      />
    </Box>
  );
}
