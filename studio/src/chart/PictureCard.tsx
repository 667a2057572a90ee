/** Pictures that were logged under one name: one of them, and a slider through all. */

import { Slider } from "@fluentui/react-components";
import { useRef, useState } from "react";
import { artifactAddress } from "@/api/artifacts";
import type { Run } from "@/api/types";
import { useNearView } from "@/parts/measures";
import type { Picture } from "./Lightbox";
import "./chart.css";

export const pictureOf = (run: Pick<Run, "workspace" | "run_id">, path: string): Picture => ({
  title: path,
  address: artifactAddress(run.workspace, run.run_id, path, { inline: true }),
  download: artifactAddress(run.workspace, run.run_id, path),
});

type Props = { name: string; pictures: readonly Picture[]; open: (picture: Picture) => void; position?: number | null };

/** `position`: which one is shown, if that is decided elsewhere; else the card has a slider of its own. */
export function PictureCard({ name, pictures, open, position = null }: Props) {
  const card = useRef<HTMLElement>(null);
  const isNear = useNearView(card);
  const [chosen, choose] = useState<number | null>(null);
  const last = pictures.length - 1;
  const at = Math.min(position ?? chosen ?? last, last);
  const picture = pictures[at];
  return (
    <article ref={card} className="picture-card" aria-label={name} data-testid="image-card">
      <h2 title={name}>{name}</h2>
      {picture ? (
        <button type="button" className="picture" onClick={() => open(picture)} aria-label={`Enlarge ${picture.title}`}>
          {isNear && <img src={picture.address} alt={picture.title} />}
        </button>
      ) : (
        <p className="quiet picture-none">Not logged by this run.</p>
      )}
      {pictures.length > 1 && (
        <div className="picture-steps">
          {position === null && (
            <Slider
              min={0}
              max={last}
              value={at}
              aria-label={`Which picture of ${name}`}
              onChange={(_, { value }) => choose(value)}
            />
          )}
          <span className="quiet">
            {at + 1} of {pictures.length}
          </span>
        </div>
      )}
    </article>
  );
}
