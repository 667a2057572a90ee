/** Which other run the source is compared with. */

import { Select } from "@fluentui/react-components";
import { useRunsOf } from "@/api/runs";
import type { Run } from "@/api/types";
import { SNAPSHOTS } from "@/texts/snapshots";

const RUNS = 100;

type Props = { run: Run; against: string | null; pick: (runId: string | null) => void };

export function PickRun({ run, against, pick }: Props) {
  const runs = useRunsOf(run.experiment, RUNS);
  const others = (runs.data ?? []).filter((other) => other.snapshot_id !== null && other.run_id !== run.run_id);
  const isListed = others.some((other) => other.run_id === against);
  return (
    <div className="snapshot-pick">
      <label className="quiet" htmlFor="snapshot-against">
        {SNAPSHOTS.compare}
      </label>
      <Select id="snapshot-against" size="small" value={against ?? ""} onChange={(_, { value }) => pick(value || null)}>
        <option value="">{SNAPSHOTS.nothing}</option>
        {against !== null && !isListed && <option value={against}>{against}</option>}
        {others.map((other) => (
          <option key={other.run_id} value={other.run_id}>
            {`${other.number} · ${other.display_name}`}
          </option>
        ))}
      </Select>
    </div>
  );
}
