/** The charts of a comparison: one's own sections first, then a chart per metric, in sections by name. */

import { Button, Spinner } from "@fluentui/react-components";
import { AddRegular, GroupListRegular } from "@fluentui/react-icons";
import { useCallback, useMemo, useState } from "react";
import { ChartBar } from "@/chart/ChartBar";
import { Shelf } from "@/chart/Shelf";
import { SharedZoom } from "@/chart/zooms";
import { Empty } from "@/parts/Empty";
import { Problem } from "@/parts/Problem";
import { dashboard as texts } from "@/texts/compare";
import { type CardActions, CompareCard } from "./CompareCard";
import type { ComparedRun } from "./ComparePanel";
import { useCatalog } from "./catalogs";
import { type ShownTile, useDashboardSections } from "./dashboards";
import { layoutOf, layoutText, placeIn, withoutTile, withTile } from "./layouts";
import { useMoves } from "./moves";
import type { Population } from "./runs";
import { SectionDialog } from "./SectionDialog";
import { TileEditor } from "./TileEditor";
import { AXES, newTile, type Tile } from "./tiles";
import type { CompareView } from "./views";

type Props = {
  runs: readonly ComparedRun[];
  population: Population | null;
  experiment: string | null;
  view: CompareView;
};

export function Dashboard({ runs, population, experiment, view }: Props) {
  const { parameters, change } = view;
  const ids = useMemo(() => runs.map(({ run }) => run.run_id), [runs]);
  const catalog = useCatalog(ids, experiment);
  const layout = useMemo(() => layoutOf(parameters.tiles), [parameters.tiles]);
  const [edited, edit] = useState<{ tile: Tile; into: number } | null>(null);
  const [named, name] = useState<number | null>(null);
  const setLayout = (next: typeof layout) => change({ tiles: layoutText(next) });
  const moves = useMoves(layout, setLayout);
  const metrics = useMemo(() => catalog.tiles?.flatMap((tile) => tile.metrics) ?? [], [catalog.tiles]);
  const addTo = (into: number) => edit({ tile: newTile({ id: "new", metrics: metrics.slice(0, 1) }), into });
  const setZoom = useCallback((zoom: string | null) => change({ zoom }), [change]);
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
    drop: (id, section) => moves.drop(id, section, null),
  });
  if (catalog.error !== null) return <Problem error={catalog.error} />;
  if (!catalog.tiles) return <Spinner className="page-wait" label={texts.label} delay={300} />;
  if (metrics.length === 0) return <Empty title={texts.nothing}>{texts.nothingHint}</Empty>;
  const actionsOf = (tile: Tile): CardActions => {
    const [section] = placeIn(layout, tile.id);
    return {
      edit: () => edit({ tile, into: 0 }),
      copy: () => setLayout(withTile(layout, { ...tile, id: "copy" }, section)),
      move: (by) => moves.step(tile.id, by),
      widen: () => setLayout(withTile(layout, { ...tile, isWide: !tile.isWide })),
      remove: () => setLayout(withoutTile(layout, tile.id)),
      drop: (id, isAfter) => moves.drop(id, section, { id: tile.id, isAfter }),
    };
  };
  return (
    <>
      <ChartBar label={texts.find} view={parameters} change={change} axes={AXES}>
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
        <SharedZoom text={parameters.zoom} change={setZoom}>
          <Shelf
            label={texts.label}
            testId="dashboard"
            sections={sections}
            keyOf={({ tile }: ShownTile) => tile.id}
            spanOf={spanOf}
            card={({ tile, isOwn }: ShownTile) => (
              <CompareCard
                tile={tile}
                runs={runs}
                smoothing={view.smoothing}
                population={population}
                actions={isOwn ? actionsOf(tile) : null}
                keep={() => setLayout(withTile(layout, { ...tile, id: "kept" }))}
              />
            )}
          />
        </SharedZoom>
      )}
      <p className="visually-hidden" role="status">
        {moves.told}
      </p>
      {edited && (
        <TileEditor
          tile={edited.tile}
          metrics={metrics}
          experiment={experiment}
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

const spanOf = ({ tile }: ShownTile) => (tile.isWide ? 2 : 1);

/** A usual chart over what the whole page has on x, unless it has an x of its own. */
const onAxis = (tile: Tile, x: string | null): Tile =>
  x !== null && tile.kind === "lines" && tile.x === "step" ? { ...tile, x } : tile;
