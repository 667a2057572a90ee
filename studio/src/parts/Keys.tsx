/** The keys of a shortcut, as keys look. */

import { palette } from "@/texts/shell";
import "./parts.css";

const NAMES: Record<string, string> = { Escape: "Esc", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→" };

export function Keys({ keys }: { keys: string }) {
  const [first = "", second] = keys.split(" ");
  return (
    <span className="keys">
      <kbd>{NAMES[first] ?? first}</kbd>
      {second !== undefined && (
        <>
          {first !== "Ctrl" && <span className="quiet">{palette.afterwards}</span>}
          <kbd>{NAMES[second] ?? second}</kbd>
        </>
      )}
    </span>
  );
}
