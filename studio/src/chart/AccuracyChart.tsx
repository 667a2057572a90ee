/** Curves of an accuracy table: ROC, precision–recall, gain, lift, calibration; averages and classes, each shown or not. */

import { useMemo, useState } from "react";
import { Choice } from "@/parts/Choice";
import { formatNumber } from "@/parts/format";
import { accuracy as texts } from "@/texts/charts";
import { LegendToggles } from "./LegendToggles";
import type { PlotLine, Range } from "./lines";
import { PlotFrame } from "./PlotFrame";
import type { AccuracyTable } from "./payloads";
import {
  AVERAGES,
  areaBelow,
  averaged,
  guides,
  positiveShare,
  RATES,
  type RateName,
  rateSpots,
  type Spot,
  tablesFor,
} from "./rates";

// More classes than this begin hidden: their averages say more than a bundle of lines.
const MOST_CLASSES = 5;
const TITLES = Object.fromEntries(RATES.map((rate) => [rate, texts.curves[rate].title])) as Record<RateName, string>;

type Curve = { id: string; label: string; index: number; spots: Spot[] };

export function AccuracyChart({ table, name }: { table: AccuracyTable; name: string }) {
  const [rate, choose] = useState<RateName>("roc");
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [range, zoom] = useState<Range | null>(null);
  const all = useMemo(() => curvesOf(rate, table), [rate, table]);
  const isShown = (id: string) => isUsual(id, table.labels.length) !== toggled.has(id);
  const lines = useMemo(() => {
    const shown = all.filter(({ id }) => isUsual(id, table.labels.length) !== toggled.has(id));
    return [...shown.map(lineOf), ...guideLines(rate, table, shown)];
  }, [all, rate, table, toggled]);
  const toggle = (id: string) => {
    const next = new Set(toggled);
    if (!next.delete(id)) next.add(id);
    setToggled(next);
  };
  const { title, x, y } = texts.curves[rate];
  return (
    <>
      <Choice
        size="small"
        className="rate-choice"
        aria-label={`${texts.curve}: ${name}`}
        choices={TITLES}
        chosen={rate}
        choose={(next) => {
          choose(next);
          zoom(null);
        }}
      />
      <PlotFrame
        name={`${name}: ${title}`}
        x={x}
        lines={lines}
        xKind="number"
        range={range}
        zoom={zoom}
        height={208}
        label={`${name}: ${title}`}
        note={texts.axes(y, x)}
      />
      <LegendToggles
        label={texts.linesOf(name)}
        entries={all.map(({ id, label, index, spots }) => ({
          id,
          index,
          label: isAreaTold(rate) ? `${label} · ${texts.area(formatNumber(rounded(areaBelow(spots))))}` : label,
          isShown: isShown(id),
        }))}
        toggle={toggle}
      />
    </>
  );
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;
const isAreaTold = (rate: RateName) => rate === "roc" || rate === "precision";
const isUsual = (id: string, classes: number) => !id.startsWith("class") || classes <= MOST_CLASSES;

function curvesOf(rate: RateName, table: AccuracyTable): Curve[] {
  const tables = tablesFor(rate, table);
  const averages = tables.length > 1 ? AVERAGES : [];
  return [
    ...averages.map((how, index) => ({
      id: how,
      label: texts.averages[how],
      index,
      spots: averaged(rate, tables, table.thresholds, how),
    })),
    ...tables.map((rows, nth) => ({
      id: `class${nth}`,
      label: table.labels[nth] ?? String(nth),
      index: averages.length + nth,
      spots: rateSpots(rate, rows, table.thresholds),
    })),
  ];
}

const lineOf = ({ label, index, spots }: Curve): PlotLine => ({
  label,
  index,
  xs: spots.map(([x]) => x),
  ys: spots.map(([, y]) => y),
  // Vertical steps of a curve are joined as they come, not by x alone.
  isOrdered: spots.some(([x], place) => place > 0 && x === spots[place - 1]?.[0]),
});

/** What a perfect and a blind model would draw; for precision, gain and lift that depends on how many are positive. */
function guideLines(rate: RateName, table: AccuracyTable, shown: readonly Curve[]): PlotLine[] {
  const tables = tablesFor(rate, table);
  const classes = shown.filter(({ id }) => id.startsWith("class"));
  const one = shown.length === 1 && classes.length === 1 ? tables[Number(classes[0]?.id.slice(5))] : undefined;
  const share = one
    ? positiveShare(one)
    : tables.reduce((sum, rows) => sum + positiveShare(rows), 0) / Math.max(1, tables.length);
  const { ideal, random } = guides(rate, share);
  return [
    { label: texts.ideal, spots: ideal },
    { label: texts.random, spots: random },
  ]
    .filter(({ spots }) => spots.length > 0)
    .map(({ label, spots }): PlotLine => {
      const isOrdered = spots.some(([x], place) => place > 0 && x === spots[place - 1]?.[0]);
      return { label, index: 0, xs: spots.map(([x]) => x), ys: spots.map(([, y]) => y), role: "guide", isOrdered };
    });
}
