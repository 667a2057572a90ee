/** What the run page says, but for its charts, files and logs. */

import { plural } from "@/parts/format";

export const run = {
  loading: "Loading the run",
  loadingTab: "Loading",
  name: "Name of the run",
  copyId: "Copy the run id",
  seeLogs: "See the logs",
  tabs: {
    details: "Details",
    metrics: "Metrics",
    images: "Images",
    children: "Child runs",
    logs: "Outputs + logs",
    snapshot: "Snapshot",
    environment: "Environment",
    monitoring: "Monitoring",
    json: "Raw JSON",
  },
} as const;

export const cancel = {
  apply: "Cancel the run",
  going: "Canceling",
  title: "Cancel this run?",
  script: "The script and everything it started are ended. Its metrics, logs and outputs so far stay.",
  other: "The process that logs to it is asked to end. What it has recorded stays.",
  keep: "Let it run",
};

export const children = {
  label: (name: string) => `Child runs of ${name}`,
  none: "No child runs",
  noneHint: "A run can be the parent of others: one per fold, per parameter, per step.",
};

export const tags = {
  label: "Tags",
  takeOut: (tag: string) => `Take out the tag ${tag}`,
  tag: "Tag",
  newTag: "New tag",
  value: "Value (may be empty)",
  newValue: "Value of the new tag",
  add: "Add",
};

export const stages = {
  title: "Stages",
  names: {
    Queued: "Queued",
    Preparing: "Preparing",
    Building: "Building the environment",
    Running: "Running",
    Finalizing: "Finalizing",
  } as Record<string, string>,
  total: "Altogether",
  goesOn: "goes on",
  /** For screen readers: one sentence per stage. */
  told: (name: string, took: string, goesOn: boolean) => (goesOn ? `${name} for ${took} so far` : `${name}: ${took}`),
};

export const details = {
  run: "Run",
  facts: {
    number: "Number",
    kind: "Kind",
    created: "Created",
    started: "Started",
    ended: "Ended",
    duration: "Duration",
    script: "Script",
    arguments: "Arguments",
    compute: "Compute",
    environment: "Environment",
    submittedBy: "Submitted by",
    snapshot: "Snapshot",
    parent: "Parent run",
    children: "Child runs",
  },
  seeFiles: "See the files",
  ownPython: "the interpreter that is there",
  childRuns: (count: number) => plural(count, "child run"),
  copyArguments: "Copy the arguments",
  copyCommit: "Copy the commit",
  description: "Description",
  nobodyDescribed: "Nobody has described this run yet.",
  tags: "Tags",
  git: "Git",
  gitFacts: {
    repository: "Repository",
    branch: "Branch",
    commit: "Commit",
    dirty: "Uncommitted changes",
    build: "Build",
  },
  warnings: "Warnings",
  parameters: "Parameters",
  properties: "Properties",
  noProperties: "None. A script adds one with",
  writtenOnce: "it can be written once.",
  data: "Inputs and outputs",
  input: "Input",
  output: "Output",
  dataset: (id: string) => `dataset ${id}`,
};

export const monitoring = {
  loading: "Loading what the job uses",
  none: "Nothing was measured",
  noneWhy:
    "What a submitted script uses is measured from its first second on, every few seconds, unless RUNSTEAD_RESOURCES_S is 0. Interactive runs are not measured.",
  waiting: "Nothing was measured yet",
  waitingWhy: "The first figures come when the script has run for a second.",
  about: "All processes of the job together.",
  cores: (count: number) => plural(count, "core"),
  now: "last",
  peak: "most",
  cpu: "CPU",
  cpuAbout: "Percent; 100 is one core.",
  memory: "Memory",
  memoryAbout: "Bytes; what processes share counts once.",
  disk: "Disk",
  diskAbout: "Bytes per second, read and written.",
  network: "Network",
  networkAbout: "Bytes per second of the machine: the kernel does not tell whose they are.",
  space: "Free disk space",
  spaceAbout: "Bytes, where the job's folder is.",
  gpu: "GPU",
  gpuAbout: "Percent, of each GPU of the machine.",
  gpuMemory: "GPU memory",
  gpuMemoryAbout: "Bytes, of each GPU of the machine.",
  processes: "Processes",
  processesAbout: "That lived at the moment.",
  names: {
    disk_read_bytes_per_s: "Read",
    disk_write_bytes_per_s: "Written",
    network_receive_bytes_per_s: "Received",
    network_send_bytes_per_s: "Sent",
  } as Record<string, string>,
};

export const json = {
  copy: "Copy the JSON",
  download: "Download",
  about: "The run as the server keeps it and as the REST interface answers it.",
};
