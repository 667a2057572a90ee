/** English texts of the experiments page. */

import { plural } from "@/parts/format";

export const experimentTexts = {
  title: "Experiments",
  count: (count: number) => plural(count, "experiment"),
  loading: "Loading experiments",
  find: "Find an experiment",
  archivedToo: "Archived, too",
  archived: "archived",
  name: "Name",
  runs: "Runs",
  lastRun: "Last run",
  description: "Description",
  actions: "Actions",
  actionsOf: (name: string) => `Actions for ${name}`,
  describe: "Change the description",
  archive: "Archive",
  restore: "Bring back",
  wasArchived: (name: string) => `${name} is archived. Its runs stay where they are.`,
  wasRestored: (name: string) => `${name} is back.`,
  undo: "Undo",
  close: "Close",
  descriptionOf: (name: string) => `Description of ${name}`,
  none: "No experiment has that name",
  noneHint: "Take words out of the search to see more.",
  empty: "No experiments yet",
  emptyFirst: "Experiments appear here by themselves as soon as a script records a run. Try this one:",
  emptyThen: "An existing azureml script works as it is: run it with the Python that Runstead is installed in.",
  allArchived: "All experiments are archived",
  showArchived: "Show archived experiments",
} as const;
