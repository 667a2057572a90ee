/** The pictures of a run: those that were logged, and those among its files. */

import { Spinner } from "@fluentui/react-components";
import { useState } from "react";
import { useArtifacts } from "@/api/artifacts";
import { firstLoadingError } from "@/api/client";
import { useSeries } from "@/api/metrics";
import type { Run } from "@/api/types";
import { Lightbox, type Picture } from "@/chart/Lightbox";
import { PictureCard, pictureOf } from "@/chart/PictureCard";
import { CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";
import { Problem } from "@/parts/Problem";
import { fileKind } from "./files/kinds";

export default function ImagesTab({ run }: { run: Run }) {
  const series = useSeries(run.run_id);
  const artifacts = useArtifacts(run.run_id);
  const [shown, show] = useState<number | null>(null);
  const error = firstLoadingError(series, artifacts);
  const retry = () => {
    void series.refetch();
    void artifacts.refetch();
  };
  if (error) return <Problem error={error} retry={retry} />;
  if (!series.data || !artifacts.data) return <Spinner className="page-wait" label="Loading the images" delay={300} />;
  const logged = series.data
    .filter((each) => each.kind === "image")
    .map((each) => ({ name: each.name, pictures: (each.artifacts ?? []).map((path) => pictureOf(run, path)) }));
  const known = new Set(series.data.flatMap((each) => each.artifacts ?? []));
  const others = artifacts.data
    .filter(({ path }) => fileKind(path) === "image" && !known.has(path))
    .map(({ path }) => ({ name: path, pictures: [pictureOf(run, path)] }));
  const all = [...logged, ...others].flatMap((group) => group.pictures);
  const open = (picture: Picture) => show(all.findIndex((each) => each.title === picture.title));
  if (all.length === 0) return <NoImages />;
  return (
    <div className="images">
      {logged.length > 0 && <Gallery groups={logged} open={open} />}
      {others.length > 0 && (
        <>
          <h2>Pictures among the files</h2>
          <Gallery groups={others} open={open} />
        </>
      )}
      <Lightbox pictures={all} shown={shown} show={show} />
    </div>
  );
}

type Group = { name: string; pictures: Picture[] };

function Gallery({ groups, open }: { groups: Group[]; open: (picture: Picture) => void }) {
  return (
    <div className="pictures">
      {groups.map(({ name, pictures }) => (
        <PictureCard key={name} name={name} pictures={pictures} open={open} />
      ))}
    </div>
  );
}

function NoImages() {
  return (
    <Empty title="No images">
      <p>A picture appears here when it is logged, from a file or from a plot:</p>
      <CopyText text={'run.log_image("confusion", path="confusion.png")\nrun.log_image("ROC", plot=plt)'} />
    </Empty>
  );
}
