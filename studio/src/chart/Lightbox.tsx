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
        aria-label={picture?.title ?? "Picture"}
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
                    aria-label="Picture before"
                    onClick={() => step(-1)}
                  />
                  <span className="quiet">
                    {shown + 1} of {pictures.length}
                  </span>
                  <Button
                    appearance="subtle"
                    icon={<ChevronRightRegular />}
                    aria-label="Next picture"
                    onClick={() => step(1)}
                  />
                </>
              )}
              <Button
                appearance="subtle"
                icon={isFull ? <ZoomOutRegular /> : <ZoomInRegular />}
                aria-label={isFull ? "Fit into the window" : "Show every pixel"}
                onClick={() => setFull(!isFull)}
              />
              <a className="bar-link" href={picture.download} download aria-label="Download">
                <ArrowDownloadRegular aria-hidden="true" />
              </a>
              <Button appearance="subtle" icon={<DismissRegular />} aria-label="Close" onClick={() => show(null)} />
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
