/** What the run page says, but for its charts, files and logs. */

import { plural } from "@/parts/format";

export const run = {
  loading: "Loading the run",
  loadingTab: "Loading",
  tabs: {
    details: "Details",
    metrics: "Metrics",
    images: "Images",
    children: "Child runs",
    logs: "Outputs + logs",
    snapshot: "Snapshot",
    environment: "Environment",
    json: "Raw JSON",
  },
} as const;

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

export const environment = {
  loading: "Loading the environment",
  none: "Nothing was prepared",
  noneWhy: "This run was not submitted: it ran in a process that was there, with that process's own packages.",
  waiting: "Not prepared yet",
  waitingWhy: "The run is still queued. What is built or reused, and why, is shown here as soon as it is decided.",
  preparation: "Preparation",
  definition: "Definition",
  inputs: "What it is built from",
  changes: "Differences from the nearest earlier environment",
  comparedWith: "Compared with",
  explanation: "As the log has it",
  reasons: {
    reused: "Reused: an environment with this content was there.",
    first: "Built: there was no earlier environment.",
    changed: "Built: its content differs from every earlier environment.",
    damaged: "Built again: the one with this content was damaged.",
    own: "Nothing was built: the run used an interpreter that was there.",
  } as Record<string, string>,
  building: "It is being built now.",
  facts: {
    name: "Name",
    version: "Version",
    hash: "Content hash",
    python: "Python",
    interpreter: "Interpreter",
    solver: "Solver",
    platform: "Platform",
    image: "Base image",
    builtAt: "Built",
    builtBy: "Built for",
    took: "Building took",
    log: "Build log",
  },
  copyHash: "Copy the hash",
  copyBlock: "Copy the explanation",
  seeLog: "See the build log",
  byHand: "a build that was asked for by hand",
  lists: { conda: "conda", pip: "pip", requirement: "What the solver is told", channels: "channels" },
  noLines: "No lines.",
  question: "To ask before submitting:",
};

export const json = {
  copy: "Copy the JSON",
  download: "Download",
  about: "The run as the server keeps it and as the REST interface answers it.",
};
