/** Pictures that were logged under one name: one of them, and a slider through all. */

import { Slider } from "@fluentui/react-components";
import { useRef, useState } from "react";
import { artifactAddress } from "@/api/artifacts";
import type { Run } from "@/api/types";
import { useNearView } from "@/parts/measures";
import { charts, imagesTab as texts } from "@/texts/charts";
import type { Picture } from "./Lightbox";
import "./chart.css";

export const pictureOf = (run: Pick<Run, "workspace" | "run_id">, path: string): Picture => ({
  title: path,
  address: artifactAddress(run.workspace, run.run_id, path, { inline: true }),
  download: artifactAddress(run.workspace, run.run_id, path),
});

type Props = {
  name: string;
  pictures: readonly Picture[];
  open: (picture: Picture) => void;
  /** Which one is shown, if that is decided elsewhere; else the card has a slider. */
  position?: number | null;
  /** Of the slider: where it is, and what it tells; without them the card keeps its own place. */
  at?: number | null;
  slide?: ((at: number) => void) | undefined;
};

export function PictureCard({ name, pictures, open, position = null, at: told = null, slide }: Props) {
  const card = useRef<HTMLElement>(null);
  const isNear = useNearView(card);
  const [chosen, choose] = useState<number | null>(null);
  const last = pictures.length - 1;
  const at = Math.min(position ?? told ?? chosen ?? last, last);
  const picture = pictures[at];
  return (
    <article ref={card} className="picture-card" aria-label={name} data-testid="image-card">
      <h2 title={name}>{name}</h2>
      {picture ? (
        <button
          type="button"
          className="picture"
          onClick={() => open(picture)}
          aria-label={texts.enlarge(picture.title)}
        >
          {isNear && <img src={picture.address} alt={picture.title} />}
        </button>
      ) : (
        <p className="quiet picture-none">{texts.notLogged}</p>
      )}
      {pictures.length > 1 && (
        <div className="picture-steps">
          {position === null && (
            <Slider
              min={0}
              max={last}
              value={at}
              aria-label={texts.which(name)}
              onChange={(_, { value }) => (slide ?? choose)(value)}
            />
          )}
          <span className="quiet">{charts.nthOf(at + 1, pictures.length)}</span>
        </div>
      )}
    </article>
  );
}
