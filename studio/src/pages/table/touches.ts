/** Whether somebody has a hand on a part of the page: the pointer moved over it, or a key was pressed, a moment ago. */

import { useEffect, useRef, useState } from "react";

const REST_MS = 3000;

export function useTouched() {
  const [isTouched, setTouched] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const touch = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setTouched(false), REST_MS);
    setTouched(true);
  };
  const leave = () => {
    clearTimeout(timer.current);
    setTouched(false);
  };
  return {
    isTouched,
    listeners: { onPointerMove: touch, onPointerDown: touch, onKeyDownCapture: touch, onPointerLeave: leave },
  };
}
