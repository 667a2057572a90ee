import { expect, test } from "vitest";
import { addresses, placeOf, runOfMlflowLink } from "@/parts/addresses";

test("every address that is written is read back, whatever the names contain", () => {
  for (const name of ["plain", "a/b", "50%", "a%2Fb", "ünï ⚗", "..", "?x=1#y", "<script>"]) {
    expect(placeOf(addresses.experiments(name))).toEqual({ page: "experiments", workspace: name });
    expect(placeOf(addresses.experiment("w", name))).toEqual({ page: "experiment", workspace: "w", name });
    expect(placeOf(addresses.run("w", name))).toEqual({ page: "run", workspace: "w", runId: name, tab: null });
    expect(placeOf(addresses.run("w", name, "logs"))).toEqual({
      page: "run",
      workspace: "w",
      runId: name,
      tab: "logs",
    });
  }
});

test("an address of nothing is nowhere, and keeps its workspace", () => {
  expect(placeOf("/w/team/runs/r1/nonsense")).toEqual({ page: "nowhere", workspace: "team" });
  expect(placeOf("/w/team/nonsense")).toEqual({ page: "nowhere", workspace: "team" });
  expect(placeOf("/w/team/runs/r1/logs/more")).toEqual({ page: "nowhere", workspace: "team" });
  expect(placeOf("/w/%zz")).toEqual({ page: "nowhere", workspace: "default" });
});

test("the root is home", () => {
  expect(placeOf("/")).toEqual({ page: "home" });
});

test("a link to a run in MLflow's manner is a run's address, anything else is not", () => {
  expect(runOfMlflowLink("/w/team", "#/experiments/3/runs/a%2Fb/artifacts")).toBe(addresses.run("team", "a/b"));
  expect(runOfMlflowLink("/w/team", "#/experiments/3")).toBeNull();
  expect(runOfMlflowLink("/w/team", "#/experiments/3/runs/%zz")).toBeNull();
  expect(runOfMlflowLink("/w/team/runs", "#/experiments/3/runs/r1")).toBeNull();
});
