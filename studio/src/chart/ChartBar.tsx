/** Above the charts of a page: which of them are shown, what is on x, how much their lines are smoothed. */

import { Field } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { Choice } from "@/parts/Choice";
import { FindBox } from "@/parts/FindBox";
import { charts } from "@/texts/charts";
import { SmoothingSlider } from "./SmoothingSlider";
import { smoothingOf } from "./smoothing";
import { ZoomSwitch } from "./zooms";
import "./chart.css";

/** As the address has it. */
type View = { find: string | null; x: string | null; smooth: string | null; zoom: string | null };
type Props = {
  /** What can be found. */
  label: string;
  view: View;
  change: (part: Partial<View>) => void;
  /** What x may be, by name; besides, each chart may have its own. */
  axes: Readonly<Record<string, string>>;
  /** Before what concerns how charts are drawn. */
  actions?: ReactNode;
  children: ReactNode;
};

export function ChartBar({ label, view, change, axes, actions, children }: Props) {
  return (
    <div className="metrics-bar">
      <FindBox label={label} text={view.find} find={(find) => change({ find })} />
      {children}
      <span className="topbar-gap" />
      {actions}
      <div className="metrics-settings">
        <ZoomSwitch text={view.zoom} change={(zoom) => change({ zoom })} />
        <Field label={charts.onX} orientation="horizontal">
          <Choice
            className="metrics-x"
            choices={{ "": charts.usual, ...axes }}
            chosen={view.x ?? ""}
            choose={(x) => change({ x: x || null })}
          />
        </Field>
        <SmoothingSlider
          value={smoothingOf(view.smooth)}
          change={(smoothing) => change({ smooth: smoothing > 0 ? String(smoothing) : null })}
        />
      </div>
    </div>
  );
}
