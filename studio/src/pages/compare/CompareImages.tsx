/** The pictures of several runs, one row per name, one column per run, all at the same position. */

import { Field, Slider } from "@fluentui/react-components";
import { useState } from "react";
import type { Series } from "@/api/types";
import { Lightbox, type Picture } from "@/chart/Lightbox";
import { PictureCard, pictureOf } from "@/chart/PictureCard";
import { Empty } from "@/parts/Empty";
import type { ComparedRun } from "./ComparePanel";

export function CompareImages({
  runs,
  summaries,
}: {
  runs: readonly ComparedRun[];
  summaries: Record<string, Series[]>;
}) {
  const [position, setPosition] = useState<number | null>(null);
  const [opened, open] = useState<{ pictures: Picture[]; shown: number } | null>(null);
  const imagesOf = (runId: string) => (summaries[runId] ?? []).filter((series) => series.kind === "image");
  const names = [...new Set(runs.flatMap(({ run }) => imagesOf(run.run_id).map((series) => series.name)))].sort();
  if (names.length === 0)
    return <Empty title="No images to compare">None of these runs has logged one with run.log_image().</Empty>;
  const most = Math.max(
    ...runs.flatMap(({ run }) => imagesOf(run.run_id).map((series) => series.artifacts?.length ?? 0)),
  );
  const last = Math.max(0, most - 1);
  const at = Math.min(position ?? last, last);
  const picturesOf = ({ run, position: number }: ComparedRun, name: string): Picture[] =>
    (imagesOf(run.run_id).find((series) => series.name === name)?.artifacts ?? []).map((path) => ({
      ...pictureOf(run, path),
      title: `${number + 1} ${run.display_name}: ${path}`,
    }));
  const enlarge = (name: string, picture: Picture) => {
    const pictures = runs.flatMap((run) => picturesOf(run, name).slice(Math.min(at, last)).slice(0, 1));
    const shown = pictures.findIndex((each) => each.title === picture.title);
    open(shown >= 0 ? { pictures, shown } : { pictures: [picture], shown: 0 });
  };
  return (
    <>
      {most > 1 && (
        <div className="metrics-bar">
          <Field label={`Picture ${at + 1} of ${most}`} orientation="horizontal">
            <Slider
              className="metrics-smoothing"
              min={0}
              max={last}
              value={at}
              onChange={(_, { value }) => setPosition(value)}
            />
          </Field>
        </div>
      )}
      {names.map((name) => (
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
