/** A plot with what every chart has: a word on what is shown, the way back from a zoom, its values, its picture, its legend. */

import { Button } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons";
import { type ReactNode, useRef } from "react";
import { IconButton } from "@/parts/IconButton";
import { charts } from "@/texts/charts";
import { LineLegend } from "./LineLegend";
import { Plot, type PlotProps } from "./Plot";
import { savePicture } from "./pictures";
import { ValuesButton } from "./ValuesButton";
import "./chart.css";

type Props = PlotProps & {
  name: string;
  /** What is on x, in words. */
  x: string;
  note: ReactNode;
  withLegend?: boolean;
};

export function PlotFrame({ name, x, note, withLegend = false, ...plot }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const save = () => {
    const canvas = frame.current?.querySelector("canvas");
    if (canvas) savePicture(canvas, name);
  };
  return (
    <div ref={frame} className="plot-frame">
      {/* Axes from 0 to 1 would tell of values that nobody logged. */}
      <div className={plot.lines.length === 0 ? "plot-awaited" : undefined}>
        <Plot {...plot} />
      </div>
      <div className="points-note">
        <span data-testid="points-note" className="points-words" title={typeof note === "string" ? note : undefined}>
          {note}
        </span>
        {plot.range !== null && (
          <Button size="small" appearance="transparent" className="note-button" onClick={() => plot.zoom(null)}>
            {charts.showAll}
          </Button>
        )}
        <ValuesButton name={name} x={x} xKind={plot.xKind} yKind={plot.yKind} lines={plot.lines} />
        <IconButton
          appearance="transparent"
          className="note-button"
          icon={<ArrowDownloadRegular />}
          label={charts.savePictureOf(name)}
          tip={charts.savePicture}
          onClick={save}
        />
      </div>
      {withLegend && <LineLegend lines={plot.lines} />}
    </div>
  );
}
