/** Studio's addresses (docs/notes/rest-v1.md, "Studio's addresses"): written, read, and gone to. */

import { useSyncExternalStore } from "react";

export const RUN_TABS = [
  "details",
  "metrics",
  "images",
  "logs",
  "children",
  "snapshot",
  "environment",
  "monitoring",
  "json",
] as const;
export type RunTab = (typeof RUN_TABS)[number];

const part = encodeURIComponent;

export const addresses = {
  experiments: (workspace: string) => `/w/${part(workspace)}`,
  experiment: (workspace: string, name: string) => `/w/${part(workspace)}/experiments/${part(name)}`,
  environments: (workspace: string) => `/w/${part(workspace)}/environments`,
  environment: (workspace: string, name: string, version?: string | null) =>
    `/w/${part(workspace)}/environments/${part(name)}${version ? `?version=${part(version)}` : ""}`,
  runs: (workspace: string) => `/w/${part(workspace)}/runs`,
  run: (workspace: string, runId: string, tab?: RunTab) =>
    `/w/${part(workspace)}/runs/${part(runId)}${tab ? `/${tab}` : ""}`,
};

export type Place =
  | { page: "home" }
  | { page: "experiments"; workspace: string }
  | { page: "experiment"; workspace: string; name: string }
  | { page: "environments"; workspace: string }
  | { page: "environment"; workspace: string; name: string }
  | { page: "runs"; workspace: string }
  | { page: "run"; workspace: string; runId: string; tab: RunTab | null }
  | { page: "nowhere"; workspace: string };

const isRunTab = (text: string): text is RunTab => (RUN_TABS as readonly string[]).includes(text);

/** What a path shows. Parts are split before they are decoded, so a name may hold any character, the slash too. */
export function placeOf(pathname: string): Place {
  const parts = decodedParts(pathname);
  if (parts === null) return { page: "nowhere", workspace: "default" };
  const [w, workspace, noun, name, tab, ...rest] = parts;
  if (w === undefined) return { page: "home" };
  if (w !== "w" || workspace === undefined) return { page: "nowhere", workspace: "default" };
  if (noun === undefined) return { page: "experiments", workspace };
  if (rest.length > 0) return { page: "nowhere", workspace };
  if (noun === "experiments" && name !== undefined && tab === undefined) return { page: "experiment", workspace, name };
  if (noun === "environments" && name === undefined) return { page: "environments", workspace };
  if (noun === "environments" && name !== undefined && tab === undefined)
    return { page: "environment", workspace, name };
  if (noun === "runs" && name === undefined) return { page: "runs", workspace };
  if (noun === "runs" && name !== undefined && tab === undefined)
    return { page: "run", workspace, runId: name, tab: null };
  if (noun === "runs" && name !== undefined && tab !== undefined && isRunTab(tab))
    return { page: "run", workspace, runId: name, tab };
  return { page: "nowhere", workspace };
}

/** MLflow's clients print `<tracking URI>/#/experiments/1/runs/<id>`, which the server leads to the workspace's page. */
export function runOfMlflowLink(pathname: string, hash: string): string | null {
  const place = placeOf(pathname);
  const [, run] = /^#\/experiments\/[^/]+\/runs\/([^/?]+)/.exec(hash) ?? [];
  const [runId] = decodedParts(run ?? "") ?? [];
  return place.page === "experiments" && runId !== undefined ? addresses.run(place.workspace, runId) : null;
}

function decodedParts(pathname: string): string[] | null {
  try {
    return pathname
      .split("/")
      .filter((text) => text !== "")
      .map(decodeURIComponent);
  } catch {
    // A stray % that is no escape: an address that nobody of us wrote.
    return null;
  }
}

const watchers = new Set<() => void>();

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  window.addEventListener("popstate", watcher);
  window.addEventListener("hashchange", watcher);
  return () => {
    watchers.delete(watcher);
    window.removeEventListener("popstate", watcher);
    window.removeEventListener("hashchange", watcher);
  };
}

export function navigate(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  for (const watcher of watchers) watcher();
}

export const usePathname = () => useSyncExternalStore(watch, () => location.pathname);
export const useSearch = () => useSyncExternalStore(watch, () => location.search);

/** Changes parameters of the address in place; null takes one out. */
export function setParameters(changes: Record<string, string | null>): void {
  const parameters = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") parameters.delete(name);
    else parameters.set(name, value);
  }
  const search = parameters.toString();
  navigate(location.pathname + (search ? `?${search}` : "") + location.hash, { replace: true });
}

export const useHash = () => useSyncExternalStore(watch, () => location.hash);

/** Changes the part of the address behind `#` in place; empty takes it out. */
export const setHash = (hash: string) => navigate(location.pathname + location.search + hash, { replace: true });

/** One parameter of the address, and the way to set it. */
export function useParameter(name: string): [string | null, (value: string | null) => void] {
  const value = new URLSearchParams(useSearch()).get(name);
  return [value, (next) => setParameters({ [name]: next })];
}
