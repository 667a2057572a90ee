/** Two halves with a border that can be moved, by pointer or arrow keys. */

import type { CSSProperties, KeyboardEvent, PointerEvent, ReactNode } from "react";
import { split as texts } from "@/texts/parts";
import { usePersisted } from "./persisted";

type Props = { name: string; side: ReactNode; children: ReactNode };

const USUAL_PX = 300;
const within = (width: number) => Math.max(160, Math.min(700, width));

export function Split({ name, side, children }: Props) {
  const [width, setWidth] = usePersisted(`split.${name}`, USUAL_PX);
  const grabbed = (event: PointerEvent<HTMLHRElement>) => {
    const border = event.currentTarget;
    const startX = event.clientX;
    border.setPointerCapture(event.pointerId);
    const moved = (move: globalThis.PointerEvent) => setWidth(within(width + move.clientX - startX));
    border.addEventListener("pointermove", moved);
    border.addEventListener("lostpointercapture", () => border.removeEventListener("pointermove", moved), {
      once: true,
    });
  };
  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -20, ArrowRight: 20 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setWidth(within(width + step));
  };
  return (
    <div className="split" style={{ "--side": `${width}px` } as CSSProperties}>
      <div className="split-side">{side}</div>
      <hr
        className="split-border"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={texts.width}
        aria-valuenow={width}
        onPointerDown={grabbed}
        onKeyDown={pressed}
      />
      <div className="split-main">{children}</div>
    </div>
  );
}
