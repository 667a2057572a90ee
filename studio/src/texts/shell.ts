/** The words of the frame that every page stands in. */

export const shell = {
  product: "Runstead",
  skip: "Skip to the page",
  navigation: "Main",
  experiments: "Experiments",
  allRuns: "All runs",
  environments: "Environments",
  widen: "Widen the navigation",
  narrow: "Narrow the navigation",
  workspace: (name: string) => `Workspace ${name}`,
  loading: "Loading",
  more: "More",
  theme: {
    label: "Dark or light",
    system: "Like the system",
    light: "Light",
    dark: "Dark",
  },
};

export const connection = {
  connecting: { text: "Connecting", title: "Asking the server for its stream of changes" },
  live: { text: "Live", title: "Changes appear by themselves" },
  reconnecting: {
    text: "Reconnecting",
    title: "The server does not answer; what you see may be old. `runstead status` says whether it runs.",
  },
  paused: { text: "Paused", title: "Nobody was looking; changes appear again now" },
  away: "The server does not answer.",
  awayHint: "What you see may be old. It goes on by itself as soon as the server is back; ",
  awayCommand: "runstead status",
  awayHintEnd: " says whether it runs.",
};

export const palette = {
  open: "Search and commands",
  key: "Ctrl K",
  placeholder: "Go to a run, an experiment, an environment, or do something…",
  nothing: "Nothing of that name.",
  searching: "Searching…",
  runs: "Runs",
  experiments: "Experiments",
  environments: "Environments",
  goTo: "Go to",
  view: "View",
  page: "On this page",
  help: "Help",
  search: "Search on this page",
  copyLink: "Copy the link to this view",
  keys: "Keys",
  close: "Close",
  afterwards: "then",
  typing: "Single keys do nothing while you type in a field.",
  theme: (name: string) => `Theme: ${name}`,
};

export const nowhere = {
  title: "There is no page at this address",
  goTo: "Go to the",
  experiments: "experiments",
  orTo: "or to",
  allRuns: "all runs",
  of: (workspace: string) => `of the workspace ${workspace}.`,
};

export const signIn = {
  title: "This browser is not signed in",
  how: "Studio opens with a one-time link. In a terminal on the machine that runs the server, type",
  kept: "The sign-in is kept in a cookie of this browser. Nobody else can use the link a second time.",
  again: "Try again",
};

export const problems = {
  other: "Something went wrong",
  again: "Try again",
  titles: {
    not_found: "Not found",
    forbidden: "Not allowed",
    conflict: "That cannot be done now",
    invalid_argument: "The server did not accept that",
    too_large: "Too large",
    unavailable: "The server is busy",
    unreachable: "No connection",
    unauthenticated: "Not signed in",
  } as Record<string, string>,
};

export const header = { crumbs: "Where this page belongs" };
