/** The runs that are compared: number and colour, shown or not. */

import { Checkbox } from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import { lineColor } from "@/chart/palette";
import { addresses } from "@/parts/addresses";
import { IconButton } from "@/parts/IconButton";
import { Link } from "@/parts/Link";
import { Status } from "@/parts/Status";
import { compare as texts } from "@/texts/compare";
import type { ComparedRun } from "./ComparePanel";

type Props = {
  runs: readonly ComparedRun[];
  hidden: ReadonlySet<string>;
  toggle: (runId: string) => void;
  remove: (runId: string) => void;
};

export function RunLegend({ runs, hidden, toggle, remove }: Props) {
  return (
    <ul className="run-legend">
      {runs.map(({ run, position }) => (
        <li key={run.run_id}>
          <Checkbox
            checked={!hidden.has(run.run_id)}
            aria-label={texts.show(run.display_name)}
            onChange={() => toggle(run.run_id)}
          />
          <span className="run-legend-number" style={{ background: lineColor(position) }}>
            {position + 1}
          </span>
          <span className="run-legend-name">
            <Link href={addresses.run(run.workspace, run.run_id)} title={run.run_id}>
              {run.display_name}
            </Link>
            <Status status={run.status} />
          </span>
          <IconButton
            icon={<DismissRegular />}
            label={texts.takeOut(run.display_name)}
            onClick={() => remove(run.run_id)}
          />
        </li>
      ))}
    </ul>
  );
}
