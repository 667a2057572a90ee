/** One chart over several runs. */

import { Button } from "@fluentui/react-components";
import { DeleteRegular, EditRegular } from "@fluentui/react-icons";
import { useRef } from "react";
import { useNearView } from "@/parts/measures";
import { type ChartProps, CompareLines } from "./CompareLines";
import { ComparePoints } from "./ComparePoints";
import { specTitle } from "./charts";

type Props = Omit<ChartProps, "height"> & { edit: () => void; remove: (() => void) | null };

const CHART_PX = 236;

export function CompareCard(props: Props) {
  const { edit, remove, ...rest } = props;
  const { spec } = rest;
  const chart = { ...rest, height: CHART_PX };
  const card = useRef<HTMLElement>(null);
  const isNear = useNearView(card);
  const title = specTitle(spec);
  return (
    <article ref={card} className="card compare-card" aria-label={title} data-testid="compare-chart">
      <header className="card-head">
        <h2 title={title}>{title}</h2>
        <Button
          size="small"
          appearance="subtle"
          icon={<EditRegular />}
          aria-label={`Change the chart ${title}`}
          title="Change the chart"
          onClick={edit}
        />
        {remove && (
          <Button
            size="small"
            appearance="subtle"
            icon={<DeleteRegular />}
            aria-label={`Remove the chart ${title}`}
            title="Remove the chart"
            onClick={remove}
          />
        )}
      </header>
      <div className="card-body">
        {isNear && (spec.kind === "lines" ? <CompareLines {...chart} /> : <ComparePoints {...chart} />)}
      </div>
    </article>
  );
}
