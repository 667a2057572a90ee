/** The code of the pages, and what an address needs first: asked for together, before anything is drawn. */

import type { QueryClient } from "@tanstack/react-query";
import { artifactsOptions } from "@/api/artifacts";
import { environmentsOptions, versionsOptions } from "@/api/environments";
import { experimentsOptions } from "@/api/experiments";
import { seriesOptions } from "@/api/metrics";
import { runOptions } from "@/api/runs";
import { workspacesOptions } from "@/api/workspaces";
import { TABS } from "@/pages/run/tabs";
import type { Place } from "@/parts/addresses";
import { deferred } from "@/parts/deferred";

export const ExperimentsPage = deferred(() => import("@/pages/experiments/ExperimentsPage"));
export const EnvironmentsPage = deferred(() => import("@/pages/environments/EnvironmentsPage"));
export const EnvironmentPage = deferred(() => import("@/pages/environments/EnvironmentPage"));
export const RunsPage = deferred(() => import("@/pages/runs/RunsPage"));
export const RunPage = deferred(() => import("@/pages/run/RunPage"));

/** Asks for the code of a place and for its first answers; those who show them ask again and find them. */
export function begin(place: Place, client: QueryClient): void {
  void client.prefetchQuery(workspacesOptions());
  switch (place.page) {
    case "experiments":
      void ExperimentsPage.load();
      void client.prefetchQuery(experimentsOptions(place.workspace));
      return;
    case "experiment":
    case "runs":
      void RunsPage.load();
      void client.prefetchQuery(experimentsOptions(place.workspace));
      return;
    case "environments":
      void EnvironmentsPage.load();
      void client.prefetchQuery(environmentsOptions(place.workspace));
      return;
    case "environment":
      void EnvironmentPage.load();
      void client.prefetchQuery(versionsOptions(place.workspace, place.name));
      return;
    case "run": {
      const tab = place.tab ?? "details";
      void RunPage.load();
      void TABS[tab].load();
      void client.prefetchQuery(runOptions(place.workspace, place.runId));
      if (tab === "metrics" || tab === "images") void client.prefetchQuery(seriesOptions(place.workspace, place.runId));
      if (tab === "logs") void client.prefetchQuery(artifactsOptions(place.workspace, place.runId));
    }
  }
}
