/** Parallel coordinates: an axis per value, a line per run; runs are marked by dragging along an axis. */

import { type PointerEvent, useMemo, useRef, useState } from "react";
import type { Column } from "@/api/types";
import { colorOf, isBlank } from "@/chart/palette";
import { columnDescription, columnTitle } from "@/pages/table/columns";
import { formatCell, formatNumber } from "@/parts/format";
import { useRoughWidth } from "@/parts/measures";
import { Problem } from "@/parts/Problem";
import { drawn as texts } from "@/texts/compare";
import type { ChartProps } from "./CompareLines";
import type { Coloring } from "./colors";
import { type AxisOf, axesOf, isWithin, type Marks } from "./parallels";
import { tileTitle, valuesOf } from "./tiles";
import { type RunValues, useRunValues } from "./values";

const TOP = 34;
const FOOT = 12;
const SIDE = 60;
// More runs than colours: they are told apart by the last axis then.
const MOST_COLORS = 8;

export function CompareParallel({ tile, runs, coloring, height }: ChartProps) {
  const columns = useMemo(() => valuesOf(tile), [tile]);
  const frame = useRef<HTMLDivElement>(null);
  const width = useRoughWidth(frame);
  const { rows, error } = useRunValues(runs, columns);
  const [marks, setMarks] = useState<Marks>(new Map());
  const axes = useMemo(
    () => axesOf(rows.map(({ values }) => columns.map((_, index) => values[index]))),
    [rows, columns],
  );
  const marked = rows.filter((row) => isWithin(axes, marks, row.values));
  return (
    <div ref={frame} className="series-chart">
      {error !== null && <Problem error={error} />}
      <Parallel
        label={texts.ofRuns(tileTitle(tile), runs.length)}
        columns={columns}
        axes={axes}
        rows={rows}
        coloring={coloring}
        marks={marks}
        mark={setMarks}
        width={Math.max(320, width)}
        height={height}
      />
      <div className="points-note">
        <span className="points-words" title={texts.dragged}>
          {texts.withValue(marked.length, rows.length)} · {texts.dragged}
        </span>
      </div>
      <ParallelTable columns={columns} rows={rows} label={tileTitle(tile)} />
    </div>
  );
}

type Props = {
  label: string;
  columns: readonly Column[];
  axes: readonly AxisOf[];
  rows: readonly RunValues[];
  coloring: Coloring;
  marks: Marks;
  mark: (marks: Marks) => void;
  width: number;
  height: number;
};

function Parallel({ label, columns, axes, rows, coloring, marks, mark, width, height }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const dragged = useRef<{ axis: number; from: number } | null>(null);
  const gap = (width - 2 * SIDE) / Math.max(1, axes.length - 1);
  const left = (axis: number) => (axes.length === 1 ? width / 2 : SIDE + axis * gap);
  const top = (share: number) => TOP + (1 - share) * (height - TOP - FOOT);
  const shareAt = (event: PointerEvent) => {
    const matrix = svg.current?.getScreenCTM();
    if (!matrix) return 0;
    const { y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    return Math.min(1, Math.max(0, 1 - (y - TOP) / (height - TOP - FOOT)));
  };
  const moved = (event: PointerEvent) => {
    if (!dragged.current) return;
    const { axis, from } = dragged.current;
    const to = shareAt(event);
    mark(new Map(marks).set(axis, [Math.min(from, to), Math.max(from, to)]));
  };
  const last = axes.length - 1;
  return (
    <svg
      ref={svg}
      className="parallel"
      viewBox={`0 0 ${width} ${height}`}
      style={{ height }}
      role="img"
      aria-label={label}
      data-testid="parallel"
      onPointerMove={moved}
      onPointerUp={() => {
        dragged.current = null;
      }}
      onDoubleClick={() => mark(new Map())}
    >
      {rows.map(({ run, values }) => {
        const places = axes.map((axis, index) => axis.shareOf(values[index]));
        const end = places[last] ?? null;
        const many = rows.length <= MOST_COLORS || end === null ? undefined : { share: end };
        const paint = coloring.paintOf(run.run.run_id) ?? many;
        return (
          <path
            key={run.run.run_id}
            d={pathOf(places, left, top)}
            stroke={colorOf({ index: run.position, paint })}
            strokeDasharray={isBlank(paint) ? "1 4" : undefined}
            opacity={isWithin(axes, marks, values) ? 0.85 : 0.08}
          >
            <title>{run.run.display_name}</title>
          </path>
        );
      })}
      {axes.map((axis, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an axis is its place
        <g key={index} transform={`translate(${left(index)} 0)`}>
          <line y1={top(1)} y2={top(0)} />
          <text y={12} textAnchor="middle" className="parallel-title">
            <title>{columnDescription(columns[index] as Column)}</title>
            {shortened(columnTitle(columns[index] as Column))}
          </text>
          {axis.ticks.map(({ share, label: text }) => (
            <text key={text} x={-6} y={top(share) + 4} textAnchor="end">
              {shortened(text)}
            </text>
          ))}
          <Mark range={marks.get(index)} top={top} />
          <rect
            className="parallel-handle"
            x={-12}
            width={24}
            // A little beyond both ends, so that the ends can be marked, too.
            y={top(1) - 8}
            height={top(0) - top(1) + 16}
            onPointerDown={(event) => {
              event.currentTarget.ownerSVGElement?.setPointerCapture?.(event.pointerId);
              dragged.current = { axis: index, from: shareAt(event) };
            }}
          />
        </g>
      ))}
    </svg>
  );
}

function Mark({ range, top }: { range: readonly [number, number] | undefined; top: (share: number) => number }) {
  if (!range) return null;
  const height = Math.max(1, top(range[0]) - top(range[1]));
  return <rect className="parallel-mark" x={-6} width={12} y={top(range[1])} height={height} />;
}

const shortened = (text: string) => (text.length > 14 ? `${text.slice(0, 13)}…` : text);

/** Lines between neighbours that both have a value. */
function pathOf(
  places: readonly (number | null)[],
  left: (axis: number) => number,
  top: (share: number) => number,
): string {
  let path = "";
  places.forEach((place, index) => {
    if (place === null) return;
    const isJoined = index > 0 && places[index - 1] !== null;
    path += `${isJoined ? "L" : "M"}${left(index).toFixed(1)} ${top(place).toFixed(1)}`;
  });
  return path;
}

/** The same for those who do not see lines. */
function ParallelTable({ columns, rows, label }: Pick<Props, "columns" | "rows" | "label">) {
  return (
    <table className="visually-hidden" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{texts.run}</th>
          {columns.map((column) => (
            <th key={columnDescription(column)} scope="col">
              {columnTitle(column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ run, values }) => (
          <tr key={run.run.run_id}>
            <th scope="row">{run.run.display_name}</th>
            {columns.map((column, index) => (
              <td key={columnDescription(column)}>{cellText(values[index])}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const cellText = (cell: RunValues["values"][number]) =>
  typeof cell === "number" ? formatNumber(cell) : formatCell(cell) || "–";
