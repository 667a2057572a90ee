/** The charts of a comparison: one's own sections first, then a chart per metric, in sections by name. */

import { Button, Spinner } from "@fluentui/react-components";
import { AddRegular, GroupListRegular } from "@fluentui/react-icons";
import { useMemo, useState } from "react";
import { ChartBar } from "@/chart/ChartBar";
import { Shelf } from "@/chart/Shelf";
import { Empty } from "@/parts/Empty";
import { Problem } from "@/parts/Problem";
import { charts } from "@/texts/charts";
import { dashboard as texts } from "@/texts/compare";
import { CompareCard } from "./CompareCard";
import type { ComparedRun } from "./ComparePanel";
import { useCatalog } from "./catalogs";
import { type ShownTile, useDashboardSections } from "./dashboards";
import { layoutOf, layoutText, movedTile, withoutTile, withTile } from "./layouts";
import { SectionDialog } from "./SectionDialog";
import { TileEditor } from "./TileEditor";
import { newTile, type Tile } from "./tiles";
import type { CompareView } from "./views";

type Props = { runs: readonly ComparedRun[]; experiment: string | null; view: CompareView };

export function Dashboard({ runs, experiment, view }: Props) {
  const { parameters, change } = view;
  const ids = useMemo(() => runs.map(({ run }) => run.run_id), [runs]);
  const catalog = useCatalog(ids, experiment);
  const layout = useMemo(() => layoutOf(parameters.tiles), [parameters.tiles]);
  const [edited, edit] = useState<{ tile: Tile; into: number } | null>(null);
  const [named, name] = useState<number | null>(null);
  const setLayout = (next: typeof layout) => change({ tiles: layoutText(next) });
  const metrics = useMemo(() => catalog.tiles?.flatMap((tile) => tile.metrics) ?? [], [catalog.tiles]);
  const addTo = (into: number) => edit({ tile: newTile({ id: "new", metrics: metrics.slice(0, 1) }), into });
  const find = parameters.find ?? "";
  const usual = useMemo(
    () => catalog.tiles?.map((tile) => onAxis(tile, parameters.x)) ?? [],
    [catalog.tiles, parameters.x],
  );
  const sections = useDashboardSections({
    layout,
    usual,
    view,
    find,
    setLayout,
    rename: name,
    addTo,
  });
  if (catalog.error !== null) return <Problem error={catalog.error} />;
  if (!catalog.tiles) return <Spinner className="page-wait" label={texts.label} delay={300} />;
  if (metrics.length === 0) return <Empty title={texts.nothing}>{texts.nothingHint}</Empty>;
  const actionsOf = (tile: Tile) => ({
    edit: () => edit({ tile, into: 0 }),
    copy: () => setLayout(withTile(layout, { ...tile, id: "copy" }, sectionWith(layout, tile.id))),
    move: (by: -1 | 1) => setLayout(movedTile(layout, tile.id, by)),
    remove: () => setLayout(withoutTile(layout, tile.id)),
  });
  return (
    <>
      <ChartBar label={texts.find} view={parameters} change={change} axes={{ ...charts.axes, ...texts.axes }}>
        <Button appearance="primary" icon={<AddRegular />} data-testid="add-chart" onClick={() => addTo(0)}>
          {texts.add}
        </Button>
        <Button icon={<GroupListRegular />} data-testid="add-section" onClick={() => name(layout.length)}>
          {texts.addSection}
        </Button>
      </ChartBar>
      {sections.every(({ items }) => items.length === 0) && find !== "" ? (
        <Empty title={texts.noneFits}>{texts.noneFitsHint}</Empty>
      ) : (
        <Shelf
          label={texts.label}
          testId="dashboard"
          sections={sections}
          keyOf={({ tile }: ShownTile) => tile.id}
          card={({ tile, isOwn }: ShownTile) => (
            <CompareCard
              tile={tile}
              runs={runs}
              smoothing={view.smoothing}
              actions={isOwn ? actionsOf(tile) : null}
              keep={() => setLayout(withTile(layout, { ...tile, id: "kept" }))}
            />
          )}
        />
      )}
      {edited && (
        <TileEditor
          tile={edited.tile}
          metrics={metrics}
          runs={runs}
          save={(tile) => setLayout(withTile(layout, tile, edited.into))}
          close={() => edit(null)}
        />
      )}
      {named !== null && (
        <SectionDialog
          title={layout[named]?.title ?? ""}
          save={(title) =>
            setLayout(
              layout[named]
                ? layout.map((section, at) => (at === named ? { ...section, title } : section))
                : [...layout, { title, tiles: [] }],
            )
          }
          close={() => name(null)}
        />
      )}
    </>
  );
}

const sectionWith = (layout: ReturnType<typeof layoutOf>, id: string) =>
  Math.max(
    0,
    layout.findIndex(({ tiles }) => tiles.some((tile) => tile.id === id)),
  );

/** A usual chart over what the whole page has on x, unless it has an x of its own. */
const onAxis = (tile: Tile, x: string | null): Tile =>
  x !== null && tile.kind === "lines" && tile.x === "step" ? { ...tile, x } : tile;
