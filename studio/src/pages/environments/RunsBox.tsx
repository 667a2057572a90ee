/** The newest runs that used an environment, and the way to all of them. */

import { useRunsWith } from "@/api/environments";
import { useWorkspace } from "@/api/live";
import { rulesText } from "@/pages/table/rules";
import { addresses } from "@/parts/addresses";
import { Box } from "@/parts/facts";
import { Link } from "@/parts/Link";
import { Problem } from "@/parts/Problem";
import { Status } from "@/parts/Status";
import { Ago, RunDuration } from "@/parts/times";
import { page as texts } from "@/texts/environments";

export function RunsBox({ name, version }: { name: string; version: string }) {
  const workspace = useWorkspace();
  const found = useRunsWith(name, version);
  if (found.isLoadingError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return null;
  const { rows, total } = found.data;
  return (
    <Box title={texts.runs}>
      {total === 0 ? (
        <p className="quiet">{texts.noRuns}</p>
      ) : (
        <>
          <p className="quiet">
            {texts.runCount(total, version)} · <Link href={tableOf(workspace, name, version)}>{texts.allRuns}</Link>
          </p>
          <div className="environment-runs">
            <table className="plain-table" aria-label={texts.runs} data-testid="environment-runs">
              <thead>
                <tr>
                  <th scope="col">{texts.columns.run}</th>
                  <th scope="col">{texts.columns.status}</th>
                  <th scope="col">{texts.columns.experiment}</th>
                  <th scope="col">{texts.columns.created}</th>
                  <th scope="col" className="numeric">
                    {texts.columns.duration}
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ run }) => (
                  <tr key={run.run_id}>
                    <th scope="row">
                      <Link href={addresses.run(workspace, run.run_id, "environment")}>{run.display_name}</Link>
                    </th>
                    <td>
                      <Status status={run.status} />
                    </td>
                    <td>{run.experiment}</td>
                    <td>
                      <Ago at={run.created_at} />
                    </td>
                    <td className="numeric">
                      <RunDuration run={run} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Box>
  );
}

/** The run table with the same runs. */
function tableOf(workspace: string, name: string, version: string): string {
  const same = (field: string, value: string) => ({ column: { field }, op: "=" as const, value });
  const rules = [same("environment_name", name), same("environment_version", version)];
  const parameters = new URLSearchParams({ if: rulesText({ every: true, rules }), children: "1" });
  return `${addresses.runs(workspace)}?${parameters}`;
}
