/** What runs have in common, and what not. */

import type { Run, Series } from "@/api/types";
import { formatCell, formatDuration } from "@/parts/format";
import { differences as texts } from "@/texts/compare";

export type Difference = { group: string; name: string; values: string[]; isDifferent: boolean };

type Facts = Readonly<Record<string, string>>;
const GIT = /^(azureml\.git\.|mlflow\.source\.git\.)/;
const YES = "✓";

/** Everything about the runs that was chosen or came out, side by side. */
export function differences(
  runs: readonly Run[],
  summaries: Readonly<Record<string, readonly Series[]>>,
): Difference[] {
  const group = (name: string, factsOf: (run: Run) => Facts, isSorted = true): Difference[] => {
    const facts = runs.map(factsOf);
    const names = [...new Set(facts.flatMap((each) => Object.keys(each)))];
    if (isSorted) names.sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
    return names.map((fact) => {
      const values = facts.map((each) => each[fact] ?? "");
      return { group: name, name: fact, values, isDifferent: new Set(values).size > 1 };
    });
  };
  const { groups } = texts;
  return [
    ...group(groups.run, runFacts, false),
    ...group(groups.parameters, (run) => run.params ?? {}),
    ...group(groups.arguments, argumentsOf),
    ...group(groups.git, (run) => picked(run.properties, (name) => GIT.test(name))),
    ...group(groups.environment, environmentFacts),
    ...group(groups.tags, (run) => Object.fromEntries(Object.entries(run.tags).map(([k, v]) => [k, v ?? YES]))),
    ...group(groups.properties, (run) => picked(run.properties, (name) => !GIT.test(name))),
    ...group(groups.metrics, (run) => lastValues(summaries[run.run_id] ?? [])),
  ].filter((each) => each.values.some((value) => value !== ""));
}

const runFacts = (run: Run): Facts => ({
  [texts.fields.status]: run.status,
  [texts.fields.duration]: formatDuration(run.duration_ms),
  [texts.fields.script]: run.script ?? "",
  [texts.fields.compute]: run.target ?? "",
  [texts.fields.snapshot]: run.snapshot_id ?? "",
});

const picked = (facts: Facts, isWanted: (name: string) => boolean): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([name]) => isWanted(name)));

const lastValues = (series: readonly Series[]): Facts =>
  Object.fromEntries(
    series
      .filter((each) => each.artifacts === null && each.columns.length === 1)
      .map((each) => [each.name, formatCell(each.columns[0]?.last)]),
  );

type Json = Readonly<Record<string, unknown>>;
const objectIn = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});
const textIn = (value: unknown): string => (typeof value === "string" ? value : "");

/**
 * Name, interpreter, image, variables and packages of the environment in a run's definition (SDK v1's `runDefinition`), as far
 * as they count: a definition names an image without containers, and packages that nobody installs, too.
 */
export function environmentFacts(run: Pick<Run, "environment_name" | "definition">): Facts {
  const definition = objectIn(run.definition);
  const environment = objectIn(definition.environment);
  const docker = objectIn(environment.docker);
  const isInContainer = docker.enabled === true || objectIn(definition.docker).useDocker === true;
  const python = objectIn(environment.python);
  const variables = Object.entries(objectIn(environment.environmentVariables));
  const { fields } = texts;
  return {
    [fields.environment]: run.environment_name ?? textIn(environment.name),
    [fields.python]: textIn(python.interpreterPath),
    [fields.image]: isInContainer ? textIn(docker.baseImage) : "",
    ...(python.userManagedDependencies === true ? {} : packagesOf(objectIn(python.condaDependencies).dependencies)),
    ...Object.fromEntries(variables.map(([name, value]) => [fields.variable(name), String(value)])),
  };
}

/** `numpy==1.26`, `python=3.11`, `{pip: […]}`: what is wanted of each package. */
function packagesOf(dependencies: unknown): Facts {
  if (!Array.isArray(dependencies)) return {};
  const specs = dependencies.flatMap((each: unknown): unknown[] => {
    const { pip } = objectIn(each);
    return typeof each === "string" ? [each] : Array.isArray(pip) ? pip : [];
  });
  return Object.fromEntries(
    specs
      .filter((spec): spec is string => typeof spec === "string")
      .map((spec) => {
        const [, name = spec, wanted = ""] = /^([\w.-]+(?:\[[^\]]*\])?)\s*(.*)$/s.exec(spec.trim()) ?? [];
        return [name, wanted || YES];
      }),
  );
}

/** `--alpha 0.3 --fast x` as names and values; what has no name is called by its position. */
export function argumentsOf(run: Pick<Run, "arguments">): Record<string, string> {
  const items = run.arguments ?? [];
  const found: Record<string, string> = {};
  for (let at = 0; at < items.length; at += 1) {
    const item = items[at] as string;
    const [name, value] = item.split(/=(.*)/s);
    const next = items[at + 1];
    if (!/^--?[a-z]/i.test(item)) found[texts.argument(at + 1)] = item;
    else if (value !== undefined) found[name as string] = value;
    else if (next !== undefined && !/^--?[a-z]/i.test(next)) {
      found[item] = next;
      at += 1;
    } else found[item] = YES;
  }
  return found;
}
