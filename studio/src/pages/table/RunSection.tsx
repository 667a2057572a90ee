/** A run table with everything around it: filter, columns, selection, comparison. */

import { Button, Spinner, Switch } from "@fluentui/react-components";
import { BoardRegular, ColumnTripleEditRegular, DataLineRegular } from "@fluentui/react-icons";
import { lazy, type ReactNode, Suspense, useCallback, useMemo, useState } from "react";
import { useWorkspace } from "@/api/live";
import type { Column, Filter } from "@/api/types";
import { setParameters, useParameter } from "@/parts/addresses";
import { Empty } from "@/parts/Empty";
import { plural } from "@/parts/format";
import { usePersisted } from "@/parts/persisted";
import { compare as texts } from "@/texts/compare";
import { ColumnPicker } from "./ColumnPicker";
import { conditionColumns, useChoices } from "./choices";
import { defaultColumns } from "./columns";
import { FilterBar } from "./FilterBar";
import { filterOf, isFiltered, NO_CONDITIONS } from "./filters";
import { RunTable } from "./RunTable";
import type { RowQuery } from "./rows";
import { useView, type View } from "./views";

const ComparePanel = lazy(() => import("@/pages/compare/ComparePanel"));

const NO_WIDTHS: Record<string, number> = {};

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

export function RunSection({ name, label, experiment, experiments = null, parent, empty }: Props) {
  const workspace = useWorkspace();
  const [view, change] = useView(`${workspace}.${name}`);
  const [widths, setWidths] = usePersisted(`widths.${workspace}.${name}`, NO_WIDTHS);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [compared, compare] = useParameter("compare");
  const comparedIds = useMemo(() => compared?.split(",") ?? [], [compared]);
  const [isPicking, setPicking] = useState(false);
  const { choices, total, noteRows } = useChoices();
  const usual = useMemo(() => defaultColumns(choices.metrics, experiment !== null), [choices, experiment]);
  const columns = view.columns ?? usual;
  const query = useRowQuery(view, columns, experiment, parent);
  const select = useCallback(
    (runId: string, isSelected: boolean) =>
      setSelected((known) => new Set(isSelected ? [...known, runId] : [...known].filter((each) => each !== runId))),
    [],
  );
  const clearSelection = useCallback(() => setSelected(new Set()), []);
  const offered = useMemo(() => conditionColumns(choices), [choices]);

  if (compared !== null)
    return (
      <Suspense fallback={<Spinner className="page-wait" label="Loading" delay={300} />}>
        <ComparePanel
          runIds={comparedIds}
          change={(runIds) => compare(runIds.join(",") || null)}
          name={`${workspace}.${name}`}
          experiment={experiment}
          query={query}
        />
      </Suspense>
    );
  return (
    <>
      <div className="run-toolbar">
        <FilterBar
          filter={view.filter}
          setFilter={(filter) => change({ filter })}
          columns={offered}
          experiments={experiments}
        />
        <div className="run-toolbar-side">
          {total !== null && <span className="quiet">{plural(total, "run")}</span>}
          {parent === undefined && (
            <Switch
              label="Child runs"
              checked={view.withChildren}
              onChange={(_, { checked }) => change({ withChildren: checked })}
            />
          )}
          <Button icon={<ColumnTripleEditRegular />} onClick={() => setPicking(true)} data-testid="columns">
            Columns
          </Button>
          <Button
            icon={<BoardRegular />}
            data-testid="dashboard-open"
            title={texts.openHint}
            onClick={() => setParameters({ compare: "*" })}
          >
            {texts.open}
          </Button>
          <CompareButton selected={selected} />
        </div>
      </div>
      <RunTable
        label={label}
        query={query}
        columns={columns}
        widths={widths}
        resize={(token, width) => setWidths({ ...widths, [token]: width })}
        order={view.order}
        setOrder={(order) => change({ order })}
        selected={selected}
        select={select}
        clearSelection={clearSelection}
        onRows={noteRows}
        empty={() =>
          isFiltered(view.filter) ? (
            <Empty title="No run fits the filter">
              <Button onClick={() => change({ filter: NO_CONDITIONS })}>Show all runs</Button>
            </Empty>
          ) : (
            empty
          )
        }
      />
      <ColumnPicker
        isOpen={isPicking}
        close={() => setPicking(false)}
        choices={choices}
        chosen={columns}
        choose={(next) => change({ columns: next })}
      />
    </>
  );
}

function CompareButton({ selected }: { selected: ReadonlySet<string> }) {
  return (
    <Button
      appearance="primary"
      icon={<DataLineRegular />}
      disabled={selected.size === 0}
      data-testid="compare"
      title="Select runs with the boxes on the left, or with the space bar"
      onClick={() => setParameters({ compare: [...selected].join(",") })}
    >
      {selected.size === 0 ? "Compare" : `Compare ${selected.size}`}
    </Button>
  );
}

function useRowQuery(view: View, columns: readonly Column[], experiment: string | null, parent?: string): RowQuery {
  const also: Filter[] = parent === undefined ? [] : [{ column: { field: "parent_id" }, op: "=", value: parent }];
  const query: RowQuery = {
    ...(experiment === null ? {} : { experiment }),
    columns: [...columns],
    include_children: view.withChildren || parent !== undefined,
  };
  const filter = filterOf(view.filter, also);
  if (filter) query.filter = filter;
  if (view.order) query.sort = [view.order];
  // Memoised by what it says: a new object would be a new question.
  const text = JSON.stringify(query);
  return useMemo(() => JSON.parse(text) as RowQuery, [text]);
}
