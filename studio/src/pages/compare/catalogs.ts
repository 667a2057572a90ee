/** Which metrics the compared runs have, without asking for all that is known of all of them. */

import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { requestJson, workspacePath } from "@/api/client";
import { useChanges, useWorkspace } from "@/api/live";
import { useMetricNames } from "@/api/metrics";
import type { Series } from "@/api/types";
import { newTile, type Tile, tileTitle, usualTiles } from "./tiles";

// 100 runs with 1 000 metrics each would be 50 MB; a few runs tell what kinds of metrics there are.
const MOST_ASKED = 5;
const REFRESH_MS = 4000;

/** One usual tile per metric; undefined until it is known. Metrics that only other runs have are taken from the list of names. */
export function useCatalog(runIds: readonly string[], experiment: string | null) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  const sample = useMemo(() => spread(runIds, MOST_ASKED), [runIds]);
  const queryKey = ["catalog", workspace, sample];
  const answer = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      requestJson<{ runs: Record<string, Series[]> }>(`${workspacePath(workspace)}/metrics/summaries`, {
        method: "POST",
        body: { run_ids: sample },
        signal,
      }),
    enabled: sample.length > 0,
    placeholderData: keepPreviousData,
  });
  const names = useMetricNames(experiment);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useChanges((change) => {
    if (change.noun !== "metrics" || change.run_id === null || !sample.includes(change.run_id)) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void client.invalidateQueries({ queryKey });
    }, REFRESH_MS);
  });
  const isFew = runIds.length <= MOST_ASKED;
  const tiles = useMemo((): Tile[] | undefined => {
    if (!answer.data) return undefined;
    const known = usualTiles(Object.values(answer.data.runs));
    const met = new Set(
      Object.values(answer.data.runs)
        .flat()
        .map((series) => series.name),
    );
    const others = isFew
      ? []
      : (names.data ?? [])
          .filter(({ name, kind }) => !met.has(name) && (kind === "scalar" || kind === "list"))
          .map(({ name }) => newTile({ id: JSON.stringify([name, ""]), metrics: [{ metric: name, column: "" }] }));
    return [...known, ...others].sort((a, b) => tileTitle(a).localeCompare(tileTitle(b), undefined, { numeric: true }));
  }, [answer.data, names.data, isFew]);
  return { tiles: runIds.length === 0 ? [] : tiles, error: answer.isLoadingError ? answer.error : null };
}

/** At most `most` of the items, evenly from first to last. */
export function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, index) => items[Math.round((index * (items.length - 1)) / (most - 1))] as T);
}
