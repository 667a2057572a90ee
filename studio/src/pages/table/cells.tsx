/** One value of the run table, shown as what it is. */

import type { Cell, Column, Run } from "@/api/types";
import { addresses } from "@/parts/addresses";
import { formatCell } from "@/parts/format";
import { Link } from "@/parts/Link";
import { Status } from "@/parts/Status";
import { Ago, RunDuration } from "@/parts/times";
import { fieldOf } from "./columns";

export function ValueCell({ column, value, run }: { column: Column; value: Cell | undefined; run: Run }) {
  const field = fieldOf(column);
  if (field?.kind === "status") return <Status status={run.status} />;
  if (field?.kind === "time") return <Ago at={typeof value === "string" ? value : null} />;
  if (field?.kind === "duration") return <RunDuration run={run} />;
  if (field?.name === "experiment")
    return (
      <Link href={addresses.experiment(run.workspace, run.experiment)} tabIndex={-1}>
        {run.experiment}
      </Link>
    );
  if (value === undefined) return <span className="row-wait" />;
  if (value === null || value === "") return <span className="quiet">–</span>;
  const isMarked = value === "NaN" || value === "Infinity" || value === "-Infinity";
  return <span className={isMarked ? "not-finite" : undefined}>{formatCell(value)}</span>;
}
