/** What the log viewer says. */

import { formatBytes, grouped, plural } from "@/parts/format";

export const LOGS = {
  loading: "Loading",
  loadingFiles: "Loading the files",
  complete: "complete",
  following: "following",
  growing: "growing",
  above: (bytes: number) => `${formatBytes(bytes)} above`,
  textOf: (name: string) => `Text of ${name}`,
  empty: "Nothing was written to this log.",
  emptyYet: "Nothing was written to this log yet. Lines appear here as they are printed.",
  find: "Find in this file",
  regex: "Regular expression (RE2)",
  previous: "Previous place",
  previousTip: "Previous place (Shift+Enter)",
  next: "Next place",
  nextTip: "Next place (Enter)",
  errors: "Errors",
  errorsTip: "Go to the first line that looks like an error, then to the next (E)",
  lens: "What is shown",
  screen: "Final screen",
  screenTip: "What a terminal would show: progress bars settled",
  record: "Full record",
  recordTip: "Every frame that was written, also of progress bars",
  wrap: "Wrap long lines",
  times: "Time of each line",
  timeTip: (local: string, utc: string) => `Came in at ${local}\n${utc} UTC`,
  toStart: "Go to the beginning",
  toEnd: "Go to the end and follow",
  backToEnd: "Back to the end",
  more: "More",
  copyLines: "Copy the lines",
  copyMarked: (first: number, last: number) =>
    first === last ? `Copy line ${grouped(first)}` : `Copy lines ${grouped(first)} to ${grouped(last)}`,
  beside: "Show another log beside it",
  foundOf: (current: number | null, count: number, isErrors: boolean) => {
    const kind = isErrors ? "error" : "line";
    return current === null ? plural(count, kind) : `${grouped(current + 1)} of ${plural(count, kind)}`;
  },
  read: (part: number) => ` · ${Math.floor(part * 100)} % read`,
  lineLink: (line: number) => `Line ${grouped(line)}: link to it; with Shift, to all up to it`,
  fold: (count: number) => `Fold ${plural(count, "frame")}`,
  unfold: (count: number) => `Show ${plural(count, "frame")}`,
  folded: (count: number) => `${plural(count, "frame")} folded`,
  foldAll: "Fold all frames",
  unfoldAll: "Show all frames",
  columns: "Logs side by side",
  closeColumn: (name: string) => `Close ${name}`,
  inStep: "Scroll in step, by time",
};
