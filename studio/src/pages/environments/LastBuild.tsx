/** The last build under the name of an environment, with the end of its log. */

import { BUILD_LOG, type Built, isByHand, useBuildLog, useBuilt } from "@/api/environments";
import { useWorkspace } from "@/api/live";
import { addresses } from "@/parts/addresses";
import { CopyText } from "@/parts/CopyText";
import { Box, FactList } from "@/parts/facts";
import { formatBytes, formatDuration } from "@/parts/format";
import { Link } from "@/parts/Link";
import { terminal } from "@/parts/terminal/terminal";
import { Ago } from "@/parts/times";
import { list, page as texts, built as words } from "@/texts/environments";
import { Hash, Maker } from "./preparations";

export function LastBuild({ name }: { name: string }) {
  const built = useBuilt();
  if (!built.data) return null;
  const [last] = built.data.filter((one) => one.name === name).sort((a, b) => b.built_at.localeCompare(a.built_at));
  return <Box title={texts.build}>{last ? <Build build={last} /> : <p className="quiet">{texts.noBuild}</p>}</Box>;
}

function Build({ build }: { build: Built }) {
  const workspace = useWorkspace();
  const log = useBuildLog(build.run_id);
  const whole = `${addresses.run(workspace, build.run_id, "logs")}?file=${encodeURIComponent(BUILD_LOG)}`;
  return (
    <>
      <FactList
        facts={[
          [words.columns.hash, <Hash key="hash" hash={build.key} />],
          [words.columns.kind, build.image === null ? list.asVenv : <code key="image">{build.image}</code>],
          [words.columns.python, build.python],
          [words.columns.at, <Ago key="at" at={build.built_at} />],
          [words.columns.took, formatDuration(build.took_s * 1000)],
          [words.columns.size, formatBytes(build.size_bytes)],
          [words.columns.used, <Ago key="used" at={build.used_at} />],
          [words.columns.by, <Maker key="by" runId={build.run_id} />],
        ]}
      />
      <div className="environment-list environment-block">
        <h3>{texts.buildLog}</h3>
        {log.isError && <p className="quiet">{texts.noLog(isByHand(build.run_id))}</p>}
        {log.data && (
          <>
            {!isByHand(build.run_id) && (
              <p className="quiet">
                {log.data.isCut && texts.tail} <Link href={whole}>{texts.wholeLog}</Link>
              </p>
            )}
            <CopyText text={plain(log.data.text)} />
          </>
        )}
      </div>
    </>
  );
}

/** What a terminal would show of it. */
function plain(text: string): string {
  const screen = terminal("settled");
  screen.write(text);
  return screen
    .lines()
    .map((line) => line.text)
    .join("\n")
    .trimEnd();
}
