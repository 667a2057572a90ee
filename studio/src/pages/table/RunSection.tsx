/** A run table with everything around it: views, filter, columns, groups, selection, comparison. */

import { Button, Spinner, Switch } from "@fluentui/react-components";
import { BoardRegular, ColumnTripleEditRegular } from "@fluentui/react-icons";
import { type ReactNode, useMemo, useState } from "react";
import { useWorkspace } from "@/api/live";
import type { Column, Filter } from "@/api/types";
import { setParameters, useParameter } from "@/parts/addresses";
import { deferred } from "@/parts/deferred";
import { Empty } from "@/parts/Empty";
import { compare as compareTexts } from "@/texts/compare";
import { runTexts } from "@/texts/runs";
import { useBulk } from "./bulk";
import { ColumnPicker } from "./ColumnPicker";
import { useNews } from "./changes";
import { conditionColumns, groupColumns, useChoices } from "./choices";
import { columnToken } from "./columns";
import { FilterBar } from "./FilterBar";
import { filterOf, isFiltered, NO_CONDITIONS } from "./filters";
import { GroupPicker } from "./GroupPicker";
import { inOrder } from "./layouts";
import { type Lines, MOST_GROUPS, NOTHING_IN_VIEW, type Range, useGroupLines, useRunLines } from "./lines";
import { RunTable } from "./RunTable";
import { metricsNear, type RowQuery } from "./rows";
import { OutcomeBar, SelectionBar } from "./SelectionBar";
import { useSelection } from "./selecting";
import { selectedCount, stepOf } from "./selections";
import { ViewsMenu } from "./ViewsMenu";
import { useView, type View, type ViewState } from "./views";

const ComparePanel = deferred(() => import("@/pages/compare/ComparePanel"));

type Props = {
  /** The name under which the browser remembers the view. */
  name: string;
  label: string;
  experiment: string | null;
  /** Names for the experiment filter; null where there is only one. */
  experiments?: readonly string[] | null;
  /** Only the children of this run. */
  parent?: string;
  /** What is said when there is no run at all. */
  empty: ReactNode;
};

export function RunSection(props: Props) {
  const workspace = useWorkspace();
  const name = `${workspace}.${props.name}`;
  const [compared, compare] = useParameter("compare");
  const comparedIds = useMemo(() => compared?.split(",") ?? [], [compared]);
  const state = useView(name, props.experiment);
  const query = useRowQuery(state.view, props.experiment, props.parent);
  if (compared !== null)
    return (
      <ComparePanel
        runIds={comparedIds}
        change={(runIds) => compare(runIds.join(",") || null)}
        name={name}
        experiment={props.experiment}
        query={query}
        views={<ViewsMenu state={state} name={name} experiment={props.experiment} />}
        leave={state.leave}
        wait={<Spinner className="page-wait" label={runTexts.table.loading} delay={300} />}
      />
    );
  if (!state.isReady) return <Spinner className="page-wait" label={runTexts.table.loading} delay={300} />;
  return <ReadySection {...props} name={name} state={state} query={query} />;
}

type ReadyProps = Props & { state: ViewState; query: RowQuery };

/** The two kinds of table ask the server different questions. */
function ReadySection(props: ReadyProps) {
  return props.state.view.by.length > 0 ? <GroupedSection {...props} /> : <FlatSection {...props} />;
}

function FlatSection(props: ReadyProps) {
  const asked = useAsked(props);
  const lines = useRunLines(asked.query, asked.range, asked.metrics);
  return <SectionBody {...props} asked={asked} lines={lines} open={NOTHING_OPEN} toggle={() => undefined} />;
}

const NOTHING_OPEN: ReadonlySet<string> = new Set();

function GroupedSection(props: ReadyProps) {
  const asked = useAsked(props);
  const [open, setOpen] = useState(NOTHING_OPEN);
  const lines = useGroupLines(asked.query, props.state.view, open, asked.range, asked);
  const toggle = (key: string) => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  return <SectionBody {...props} asked={asked} lines={lines} open={open} toggle={toggle} />;
}

type BodyProps = ReadyProps & {
  asked: ReturnType<typeof useAsked>;
  lines: Lines;
  open: ReadonlySet<string>;
  toggle: (key: string) => void;
};

function SectionBody({ name, label, experiment, experiments, parent, empty, state, asked, ...table }: BodyProps) {
  const { view, change } = state;
  const { lines } = table;
  const [isPicking, setPicking] = useState(false);
  const total = lines.total ?? 0;
  const { news, refresh } = useNews(asked.query, view.orders, lines.total);
  const { selection, choose, clear, ids } = useSelection(asked.query, lines, view.by);
  const bulk = useBulk();
  const count = selectedCount(selection, total);
  const offered = useMemo(() => conditionColumns(asked.choices), [asked.choices]);
  const groups = useMemo(() => groupColumns(asked.choices), [asked.choices]);
  return (
    <>
      <div className="run-toolbar">
        <ViewsMenu state={state} name={name} experiment={experiment} />
        <FilterBar
          filter={view.filter}
          setFilter={(filter) => change({ filter })}
          columns={offered}
          experiments={experiments ?? null}
        />
        <div className="run-toolbar-side">
          <Total lines={lines} />
          <GroupPicker view={view} change={change} columns={groups} />
          {parent === undefined && (
            <Switch
              label={runTexts.table.withChildren}
              checked={view.withChildren}
              onChange={(_, { checked }) => change({ withChildren: checked })}
            />
          )}
          <Button icon={<ColumnTripleEditRegular />} onClick={() => setPicking(true)} data-testid="columns">
            {runTexts.table.columns}
          </Button>
          <Button
            icon={<BoardRegular />}
            data-testid="dashboard-open"
            title={compareTexts.openHint}
            onClick={() => setParameters({ compare: "*" })}
          >
            {compareTexts.open}
          </Button>
        </div>
      </div>
      <RunTable
        label={label}
        {...table}
        setRange={asked.setRange}
        columns={asked.columns}
        view={view}
        change={change}
        selection={selection}
        choose={choose}
        news={news}
        floating={
          <>
            {count > 0 && (
              <SelectionBar
                count={count}
                isArchived={view.filter.archived === "only"}
                tags={asked.choices.tags}
                clear={clear}
                compare={() => void ids().then((found) => setParameters({ compare: found.join(",") }))}
                act={async (action) => {
                  if (await bulk.act(stepOf(selection, asked.query, total, action))) clear();
                }}
              />
            )}
            <OutcomeBar state={bulk.state} undo={bulk.undo} close={bulk.close} />
          </>
        }
        refresh={refresh}
        empty={() =>
          isFiltered(view.filter) ? (
            <Empty title={runTexts.table.noFit}>
              <Button onClick={() => change({ filter: NO_CONDITIONS })}>{runTexts.table.showAll}</Button>
            </Empty>
          ) : (
            empty
          )
        }
      />
      <ColumnPicker
        isOpen={isPicking}
        close={() => setPicking(false)}
        choices={asked.choices}
        chosen={asked.columns}
        pinned={view.pinned}
        choose={(columns, pinned) => change({ columns, ...(pinned ? { pinned } : {}) })}
      />
    </>
  );
}

function Total({ lines }: { lines: Lines }) {
  if (lines.total === null) return null;
  const { count, group } = runTexts;
  if (lines.groupTotal === null) return <span className="quiet">{count(lines.total)}</span>;
  return (
    <span className="quiet" title={lines.groupTotal > MOST_GROUPS ? group.cut(MOST_GROUPS) : undefined}>
      {group.total(lines.groupTotal, lines.total)}
    </span>
  );
}

/** The question, the columns to show its answer in, and which lines of it are in view. */
function useAsked({ name, experiment, state, query }: ReadyProps) {
  const { view } = state;
  const { choices, usual } = useChoices(name, experiment);
  const chosen = view.columns ?? usual;
  const columns = useMemo(() => inOrder(unique(chosen), view.pinned), [chosen, view.pinned]);
  const [range, setRange] = useState(NOTHING_IN_VIEW);
  // The same object as long as it says the same, or every scroll would be a new question.
  const [keep] = useState(
    () => (next: Range) => setRange((known) => (JSON.stringify(known) === JSON.stringify(next) ? known : next)),
  );
  const { left, right } = range;
  const metrics = useMemo(
    () => metricsNear(columns, view.pinned.length, left, right),
    [columns, view.pinned, left, right],
  );
  return { query, columns, metrics, choices, range, setRange: keep };
}

const unique = (columns: readonly Column[]): Column[] => [
  ...new Map(columns.map((column) => [columnToken(column), column])).values(),
];

function useRowQuery(view: View, experiment: string | null, parent?: string): RowQuery {
  // biome-ignore lint/correctness/useExhaustiveDependencies: "the last hour" begins anew with every filter, not with every frame
  const nowMs = useMemo(Date.now, [view.filter]);
  const also: Filter[] = parent === undefined ? [] : [{ column: { field: "parent_id" }, op: "=", value: parent }];
  const query: RowQuery = {
    ...(experiment === null ? {} : { experiment }),
    include_children: view.withChildren || parent !== undefined,
    archived: view.filter.archived,
  };
  const filter = filterOf(view.filter, also, nowMs);
  if (filter) query.filter = filter;
  if (view.orders.length > 0) query.sort = [...view.orders];
  // Memoised by what it says: a new object would be a new question.
  const text = JSON.stringify(query);
  return useMemo(() => JSON.parse(text) as RowQuery, [text]);
}
