/** Sizes of elements, and whether they are in view. */

import { type RefObject, useEffect, useState } from "react";

/** Width of the element in steps of 100 pixels, so that a small change asks nothing anew; 0 before it is known. */
export function useRoughWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element.current) return;
    const watcher = new ResizeObserver(([entry]) => setWidth(Math.ceil((entry?.contentRect.width ?? 0) / 100) * 100));
    watcher.observe(element.current);
    return () => watcher.disconnect();
  }, [element]);
  return width;
}

// Who scrolls past a hundred cards wants none of them drawn.
const SETTLE_MS = 100;
let scrolledMs = Number.NEGATIVE_INFINITY;
const noteScroll = () => {
  scrolledMs = performance.now();
};
document.addEventListener("scroll", noteScroll, { capture: true, passive: true });

const NEAR = "400px 0px";
// TypeScript does not know it yet; browsers that do not either only draw a card when it comes into view.
type NearOptions = IntersectionObserverInit & { scrollMargin: string };

/** Whether the element is in view or nearly so, and while one scrolls: has been for a moment. */
export function useNearView(element: RefObject<HTMLElement | null>): boolean {
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const moved = ([entry]: IntersectionObserverEntry[]) => {
      clearTimeout(timer);
      const wait = scrolledMs + SETTLE_MS - performance.now();
      if (!entry?.isIntersecting) setNear(false);
      else if (wait <= 0) setNear(true);
      else timer = setTimeout(() => setNear(true), SETTLE_MS);
    };
    // The margin of the root says nothing of what scrolls inside it, which is where cards are.
    const options: NearOptions = { rootMargin: NEAR, scrollMargin: NEAR };
    const watcher = new IntersectionObserver(moved, options);
    watcher.observe(element.current);
    return () => {
      clearTimeout(timer);
      watcher.disconnect();
    };
  }, [element]);
  return isNear;
}
