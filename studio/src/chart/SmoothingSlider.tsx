/** How much lines are smoothed, from 0 to 0.99. */

import { Slider } from "@fluentui/react-components";
import { useId } from "react";
import { charts } from "@/texts/charts";
import "./chart.css";

export function SmoothingSlider({ value, change }: { value: number; change: (value: number) => void }) {
  const id = useId();
  return (
    <span className="inline-field">
      <label htmlFor={id}>{charts.smoothing(value)}</label>
      <Slider
        id={id}
        className="metrics-smoothing"
        min={0}
        max={99}
        value={Math.round(value * 100)}
        onChange={(_, { value: next }) => change(next / 100)}
      />
    </span>
  );
}
