/** What the pages of a run's files say. */

import { grouped, plural } from "@/parts/format";

export const FILES = {
  ofRun: "Files of the run",
  downloadAll: "Download all",
  notThere: "This file is not there (yet)",
  mayCome: (path: string) => `${path} may still come. Choose another one on the left.`,
  none: "This run left no files",
  noneYet: "No files yet",
  howLogs: "A submitted script's output is kept as",
  howOutputs: "; what it writes into",
  howLogsFolder: "is kept when it ends,",
  howAny: "while it runs. Any file can be kept with",
  download: "Download",
  downloadOf: (path: string) => `Download ${path}`,
  contentOf: (path: string) => `Content of ${path}`,
  empty: "This file is empty.",
  asText: "As text",
  formatted: "As formatted",
  asPage: "As page",
  unknown:
    "Studio does not open files of this kind; these are its first bytes. Download it to use it, and load it only if you trust where it comes from.",
  kind: "Kind",
  rows: (first: string, last: string, total: string | null) =>
    `Rows ${first} to ${last}${total === null ? "" : ` of ${total}`}`,
  before: "Previous page",
  after: "Next page",
  items: (count: number) => plural(count, "item"),
  fields: (count: number) => plural(count, "field"),
  moreItems: (count: number) => `${grouped(count)} more`,
  scripts: "Allow scripts",
  scriptsTip: "Lets the file's own scripts run, in a frame that can reach neither Studio nor the network",
  source: "Source",
  choose: (path: string) => `Choose ${path} for download`,
  downloadChosen: (count: number) => `Download ${grouped(count)} chosen`,
  loading: "Loading",
};
