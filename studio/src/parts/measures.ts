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

/** Whether the element is in view or nearly so. */
export function useNearView(element: RefObject<HTMLElement | null>): boolean {
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (!element.current) return;
    const watcher = new IntersectionObserver(([entry]) => setNear(entry?.isIntersecting ?? false), {
      rootMargin: "400px 0px",
    });
    watcher.observe(element.current);
    return () => watcher.disconnect();
  }, [element]);
  return isNear;
}
