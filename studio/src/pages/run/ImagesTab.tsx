/** The pictures of a run: those that were logged, and those among its files. */

import { Spinner } from "@fluentui/react-components";
import { useMemo } from "react";
import { useArtifacts } from "@/api/artifacts";
import { firstLoadingError } from "@/api/client";
import { useSeries } from "@/api/metrics";
import type { Artifact, Run, Series } from "@/api/types";
import { Lightbox, type Picture } from "@/chart/Lightbox";
import { PictureCard, pictureOf } from "@/chart/PictureCard";
import { fits } from "@/chart/sections";
import { setParameters, useParameter } from "@/parts/addresses";
import { CopyText } from "@/parts/CopyText";
import { fieldText, itemsOf, itemText } from "@/parts/compact";
import { Empty } from "@/parts/Empty";
import { FindBox } from "@/parts/FindBox";
import { Problem } from "@/parts/Problem";
import { imagesTab as texts } from "@/texts/charts";
import { fileKind } from "./files/kinds";

type Group = { name: string; pictures: Picture[] };

export default function ImagesTab({ run }: { run: Run }) {
  const series = useSeries(run.run_id);
  const artifacts = useArtifacts(run.run_id);
  const [find] = useParameter("find");
  const [shown] = useParameter("picture");
  const groups = useMemo(
    () => series.data && artifacts.data && groupsOf(run, series.data, artifacts.data),
    [run, series.data, artifacts.data],
  );
  const error = firstLoadingError(series, artifacts);
  const retry = () => {
    void series.refetch();
    void artifacts.refetch();
  };
  if (error) return <Problem error={error} retry={retry} />;
  if (!groups) return <Spinner className="page-wait" label={texts.loading} delay={300} />;
  const fitting = (some: Group[]) => some.filter(({ name }) => fits(name, find ?? ""));
  const logged = fitting(groups.logged);
  const others = fitting(groups.others);
  const all = [...logged, ...others].flatMap((group) => group.pictures);
  if (groups.logged.length + groups.others.length === 0) return <NoImages />;
  const at = all.findIndex((each) => each.title === shown);
  return (
    <div className="images">
      <div className="metrics-bar">
        <FindBox label={texts.find} text={find} find={(text) => setParameters({ find: text })} />
      </div>
      {logged.length > 0 && <Gallery groups={logged} />}
      {others.length > 0 && (
        <>
          <h2>{texts.among}</h2>
          <Gallery groups={others} />
        </>
      )}
      {all.length === 0 && <Empty title={texts.noneFits} />}
      <Lightbox
        pictures={all}
        shown={at < 0 ? null : at}
        show={(index) => openPicture(index === null ? null : (all[index]?.title ?? null))}
      />
    </div>
  );
}

const openPicture = (title: string | null) => setParameters({ picture: title });

function groupsOf(run: Run, series: readonly Series[], artifacts: readonly Artifact[]) {
  const known = new Set(series.flatMap((each) => each.artifacts ?? []));
  const logged = series
    .filter((each) => each.kind === "image")
    .map((each): Group => ({ name: each.name, pictures: (each.artifacts ?? []).map((path) => pictureOf(run, path)) }));
  const others = artifacts
    .filter(({ path }) => fileKind(path) === "image" && !known.has(path))
    .map(({ path }): Group => ({ name: path, pictures: [pictureOf(run, path)] }));
  return { logged, others };
}

/** The cards; where each slider stands is in the address: `at=plot~n=3;loss~n=0`. */
function Gallery({ groups }: { groups: readonly Group[] }) {
  const [text] = useParameter("at");
  const places = new Map(itemsOf(text).map((item) => [item.head, Number(fieldText(item, "n"))]));
  const slide = (name: string, at: number) => {
    const next = [...places.set(name, at)].map(([each, n]) => itemText(each, { n: String(n) }));
    setParameters({ at: next.join(";") });
  };
  return (
    <div className="pictures">
      {groups.map(({ name, pictures }) => (
        <PictureCard
          key={name}
          name={name}
          pictures={pictures}
          open={(picture) => openPicture(picture.title)}
          at={placeIn(places.get(name))}
          slide={(at) => slide(name, at)}
        />
      ))}
    </div>
  );
}

const placeIn = (place: number | undefined): number | null =>
  place !== undefined && Number.isInteger(place) && place >= 0 ? place : null;

function NoImages() {
  return (
    <Empty title={texts.none}>
      <p>{texts.noneHint}</p>
      <CopyText text={'run.log_image("confusion", path="confusion.png")\nrun.log_image("ROC", plot=plt)'} />
    </Empty>
  );
}
