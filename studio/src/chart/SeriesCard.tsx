/** One series of one run: its usual picture, and what one may make of it. */

import {
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItemCheckbox,
  MenuItemLink,
  MenuItemRadio,
} from "@fluentui/react-components";
import { DataLineRegular, TableRegular } from "@fluentui/react-icons";
import { type ReactNode, useRef } from "react";
import { useWorkspace } from "@/api/live";
import { exportAddress } from "@/api/metrics";
import type { Series } from "@/api/types";
import { formatCell, formatTime } from "@/parts/format";
import { IconButton } from "@/parts/IconButton";
import { MoreMenu } from "@/parts/MoreMenu";
import { useNearView } from "@/parts/measures";
import { charts } from "@/texts/charts";
import { ArtifactChart } from "./ArtifactChart";
import { canBeDrawn, type Look, lastValue, numberColumns, usualLook, usualX, xChoices, yColumns } from "./kinds";
import { SeriesChart } from "./SeriesChart";
import { ValueTable } from "./ValueTable";
import "./chart.css";

export type CardSettings = { x?: string; log?: boolean; logX?: boolean; look?: "chart" | "table"; y?: string[] };

type Props = {
  runId: string;
  series: Series;
  settings: CardSettings;
  change: (settings: CardSettings) => void;
  /** What the whole page has on x, where a series has it. */
  x: string | null;
  smoothing: number;
};

const CHART_PX = 224;

export function SeriesCard(props: Props) {
  const { series, settings } = props;
  const card = useRef<HTMLElement>(null);
  const isNear = useNearView(card);
  const look = lookOf(series, settings);
  return (
    <article
      ref={card}
      className={`card card-${look}`}
      aria-label={series.name}
      data-testid="metric-card"
      data-metric={series.name}
      data-look={look}
    >
      <header className="card-head">
        <h2 title={series.description ? `${series.name}: ${series.description}` : series.name}>{series.name}</h2>
        {isNear && <CardControls {...props} look={look} />}
      </header>
      <div className="card-body">{isNear && <CardBody {...props} look={look} />}</div>
    </article>
  );
}

function lookOf(series: Series, settings: CardSettings): Look {
  const usual = usualLook(series);
  if (settings.look === "table" && canBeDrawn(series)) return "table";
  if (settings.look === "chart" && canBeDrawn(series)) return usual === "curve" ? "curve" : "line";
  return usual;
}

function CardBody({ runId, series, settings, x, smoothing, look }: Props & { look: Look }): ReactNode {
  if (look === "tile") return <Tile series={series} />;
  if (look === "table") return <ValueTable runId={runId} series={series} />;
  if (look !== "line" && look !== "curve") return <ArtifactChart runId={runId} series={series} />;
  const onX = settings.x ?? usualX(series, x);
  const columns = (settings.y ?? yColumns(series, onX)).filter((name) => name !== onX || series.columns.length === 1);
  return (
    <SeriesChart
      runId={runId}
      series={series}
      x={onX}
      columns={columns}
      logX={settings.logX === true && onX !== "time"}
      logY={settings.log ?? false}
      smoothing={smoothing}
      height={CHART_PX}
    />
  );
}

function Tile({ series }: { series: Series }) {
  const value = lastValue(series);
  const text = formatCell(value);
  const step = series.columns[0]?.last_step;
  return (
    <div className="tile">
      <span className={text.length > 24 ? "tile-text" : "tile-value"} title={String(value)}>
        {text === "" ? charts.none : text}
      </span>
      <span className="quiet">
        {step != null && charts.step(step)}
        {formatTime(series.last_at)}
      </span>
    </div>
  );
}

function CardControls({ runId, series, settings, change, x, look }: Props & { look: Look }) {
  const workspace = useWorkspace();
  const isTable = look === "table";
  const isDrawn = look === "line" || look === "curve";
  if (!canBeDrawn(series) && series.artifacts !== null) return null;
  return (
    <>
      {canBeDrawn(series) && look !== "tile" && (
        <IconButton
          icon={isTable ? <DataLineRegular /> : <TableRegular />}
          label={isTable ? charts.showAsChart(series.name) : charts.showAsTable(series.name)}
          tip={isTable ? charts.asChart : charts.asTable}
          onClick={() => change({ ...settings, look: isTable ? "chart" : "table" })}
        />
      )}
      <MoreMenu
        label={charts.moreOf(series.name)}
        checkedValues={{
          x: [settings.x ?? usualX(series, x)],
          log: [...(settings.log ? ["y"] : []), ...(settings.logX ? ["x"] : [])],
          y: settings.y ?? yColumns(series, settings.x ?? usualX(series, x)),
        }}
        onCheckedValueChange={(_, { name, checkedItems }) => {
          if (name === "x") change({ ...settings, x: checkedItems[0] ?? "index" });
          if (name === "log")
            change({ ...settings, log: checkedItems.includes("y"), logX: checkedItems.includes("x") });
          if (name === "y") change({ ...settings, y: checkedItems });
        }}
      >
        {isDrawn && <AxisChoices series={series} />}
        <MenuItemLink href={exportAddress(workspace, runId, series.name, "csv")} download>
          {charts.csv}
        </MenuItemLink>
        <MenuItemLink href={exportAddress(workspace, runId, series.name, "parquet")} download>
          {charts.parquet}
        </MenuItemLink>
        <MenuDivider />
        <MenuGroup>
          <MenuGroupHeader>{summaryText(series)}</MenuGroupHeader>
        </MenuGroup>
      </MoreMenu>
    </>
  );
}

function AxisChoices({ series }: { series: Series }) {
  const columns = numberColumns(series).map((column) => column.name);
  return (
    <>
      <MenuGroup>
        <MenuGroupHeader>{charts.onX}</MenuGroupHeader>
        {xChoices(series).map(({ value, title }) => (
          <MenuItemRadio key={value} name="x" value={value}>
            {title}
          </MenuItemRadio>
        ))}
      </MenuGroup>
      {columns.length > 1 && (
        <MenuGroup>
          <MenuGroupHeader>{charts.onY}</MenuGroupHeader>
          {columns.map((name) => (
            <MenuItemCheckbox key={name} name="y" value={name}>
              {name}
            </MenuItemCheckbox>
          ))}
        </MenuGroup>
      )}
      <MenuDivider />
      <MenuItemCheckbox name="log" value="y">
        {charts.logY}
      </MenuItemCheckbox>
      <MenuItemCheckbox name="log" value="x">
        {charts.logX}
      </MenuItemCheckbox>
      <MenuDivider />
    </>
  );
}

function summaryText(series: Series): string {
  const column = series.columns[0];
  const isOne = series.columns.length === 1 && column !== undefined && column.mean !== null;
  const values = isOne ? charts.summary(formatCell(column.min), formatCell(column.max), formatCell(column.mean)) : "";
  return charts.count(series.count) + values;
}
