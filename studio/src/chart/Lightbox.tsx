/** One picture, large; the arrow keys go to the next one. */

import { Button, Dialog, DialogSurface } from "@fluentui/react-components";
import {
  ArrowDownloadRegular,
  ChevronLeftRegular,
  ChevronRightRegular,
  DismissRegular,
  ZoomInRegular,
  ZoomOutRegular,
} from "@fluentui/react-icons";
import { type KeyboardEvent, useState } from "react";
import { charts, imagesTab as texts } from "@/texts/charts";
import "./chart.css";

export type Picture = { title: string; address: string; download: string };

type Props = { pictures: readonly Picture[]; shown: number | null; show: (index: number | null) => void };

export function Lightbox({ pictures, shown, show }: Props) {
  const [isFull, setFull] = useState(false);
  const picture = shown === null ? undefined : pictures[shown];
  const step = (by: number) => shown !== null && show((shown + by + pictures.length) % pictures.length);
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "ArrowRight") step(1);
    else if (event.key === "ArrowLeft") step(-1);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog open={picture !== undefined} onOpenChange={(_, { open }) => !open && show(null)}>
      <DialogSurface
        className="lightbox"
        aria-label={picture?.title ?? texts.picture}
        onKeyDown={pressed}
        data-testid="lightbox"
      >
        {picture && (
          <>
            <header className="lightbox-bar">
              <strong>{picture.title}</strong>
              <span className="topbar-gap" />
              {pictures.length > 1 && shown !== null && (
                <>
                  <Button
                    appearance="subtle"
                    icon={<ChevronLeftRegular />}
                    aria-label={texts.before}
                    onClick={() => step(-1)}
                  />
                  <span className="quiet">{charts.nthOf(shown + 1, pictures.length)}</span>
                  <Button
                    appearance="subtle"
                    icon={<ChevronRightRegular />}
                    aria-label={texts.next}
                    onClick={() => step(1)}
                  />
                </>
              )}
              <Button
                appearance="subtle"
                icon={isFull ? <ZoomOutRegular /> : <ZoomInRegular />}
                aria-label={isFull ? texts.fit : texts.everyPixel}
                onClick={() => setFull(!isFull)}
              />
              <a className="bar-link" href={picture.download} download aria-label={texts.download}>
                <ArrowDownloadRegular aria-hidden="true" />
              </a>
              <Button
                appearance="subtle"
                icon={<DismissRegular />}
                aria-label={texts.close}
                onClick={() => show(null)}
              />
            </header>
            <div className={isFull ? "lightbox-full" : "lightbox-fit"}>
              <img src={picture.address} alt={picture.title} />
            </div>
          </>
        )}
      </DialogSurface>
    </Dialog>
  );
}
