/** The pictures of several runs, one row per name, one column per run, all at the same position. */

import { Field, Slider, Spinner } from "@fluentui/react-components";
import { useMemo, useState } from "react";
import { useMetricNames, useSummaries } from "@/api/metrics";
import { Lightbox, type Picture } from "@/chart/Lightbox";
import { PictureCard, pictureOf } from "@/chart/PictureCard";
import { Empty } from "@/parts/Empty";
import { Problem } from "@/parts/Problem";
import { charts } from "@/texts/charts";
import { images as texts } from "@/texts/compare";
import type { ComparedRun } from "./ComparePanel";
import type { CompareView } from "./views";

export function CompareImages({ runs, view }: { runs: readonly ComparedRun[]; view: CompareView }) {
  const [opened, open] = useState<{ pictures: Picture[]; shown: number } | null>(null);
  const ids = useMemo(() => runs.map(({ run }) => run.run_id), [runs]);
  const known = useMetricNames(null);
  const names = useMemo(() => known.data?.filter(({ kind }) => kind === "image").map(({ name }) => name), [known.data]);
  const summaries = useSummaries(names && names.length > 0 ? ids : [], names ?? []);
  const found = useMemo(() => pathsOf(ids, summaries.data ?? {}), [ids, summaries.data]);
  const error = known.isLoadingError ? known.error : summaries.isLoadingError ? summaries.error : null;
  if (error !== null) return <Problem error={error} />;
  if (!names || (names.length > 0 && !summaries.data))
    return <Spinner className="page-wait" label={charts.loading} delay={300} />;
  if (found.size === 0) return <Empty title={texts.none}>{texts.noneHint}</Empty>;
  const last = Math.max(
    0,
    ...[...found.values()].flatMap((byRun) => [...byRun.values()].map((paths) => paths.length - 1)),
  );
  const wanted = Number(view.parameters.at ?? last);
  const at = Number.isInteger(wanted) ? Math.min(Math.max(0, wanted), last) : last;
  const picturesOf = ({ run, position }: ComparedRun, name: string): Picture[] =>
    (found.get(name)?.get(run.run_id) ?? []).map((path) => ({
      ...pictureOf(run, path),
      title: `${position + 1} ${run.display_name}: ${path}`,
    }));
  const enlarge = (name: string, picture: Picture) => {
    const pictures = runs.flatMap((run) => picturesOf(run, name).slice(Math.min(at, last)).slice(0, 1));
    const shown = pictures.findIndex((each) => each.title === picture.title);
    open(shown >= 0 ? { pictures, shown } : { pictures: [picture], shown: 0 });
  };
  return (
    <>
      {last > 0 && (
        <div className="metrics-bar">
          <Field label={texts.nth(at + 1, last + 1)} orientation="horizontal">
            <Slider
              className="metrics-smoothing"
              min={0}
              max={last}
              value={at}
              onChange={(_, { value }) => view.change({ at: String(value) })}
            />
          </Field>
        </div>
      )}
      {[...found.keys()].map((name) => (
        <section key={name} className="images" aria-label={name}>
          <h2>{name}</h2>
          <div className="pictures">
            {runs.map((compared) => (
              <PictureCard
                key={compared.run.run_id}
                name={`${compared.position + 1} ${compared.run.display_name}`}
                pictures={picturesOf(compared, name)}
                open={(picture) => enlarge(name, picture)}
                position={at}
              />
            ))}
          </div>
        </section>
      ))}
      <Lightbox
        pictures={opened?.pictures ?? []}
        shown={opened?.shown ?? null}
        show={(shown) => open(shown === null || opened === null ? null : { ...opened, shown })}
      />
    </>
  );
}

type Summaries = NonNullable<ReturnType<typeof useSummaries>["data"]>;

/** By name of the image and id of the run: the paths that were logged. */
function pathsOf(ids: readonly string[], summaries: Summaries): Map<string, Map<string, readonly string[]>> {
  const found = new Map<string, Map<string, readonly string[]>>();
  for (const id of ids)
    for (const { name, kind, artifacts } of summaries[id] ?? []) {
      if (kind !== "image" || !artifacts || artifacts.length === 0) continue;
      const byRun = found.get(name) ?? new Map<string, readonly string[]>();
      found.set(name, byRun.set(id, artifacts));
    }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b, undefined, { numeric: true })));
}
