/** What an environment is defined by. */

import type { ReactNode } from "react";
import type { Definition } from "@/api/environments";
import { Box, FactList } from "@/parts/facts";
import { page as texts } from "@/texts/environments";
import { bringsAll, packagesOf, variablesOf, withoutCredentials } from "./definitions";
import { LineList } from "./preparations";

export function DefinitionBox({ definition }: { definition: Definition }) {
  const { python, docker } = definition;
  const packages = packagesOf(definition);
  const variables = variablesOf(definition);
  const registry = docker?.baseImageRegistry;
  const code = (text: string | null | undefined): ReactNode => text && <code>{withoutCredentials(text)}</code>;
  const owns = bringsAll(definition);
  return (
    <Box title={texts.definition}>
      <FactList
        facts={[
          [texts.facts.python, owns ? texts.ownPython : pythonOf(packages.conda)],
          [texts.facts.interpreter, owns && code(python?.interpreterPath)],
          [texts.facts.enabled, docker?.enabled === true && texts.enabled],
          [texts.facts.image, code(docker?.baseImage)],
          [texts.facts.context, code(docker?.buildContext?.location)],
          [texts.facts.dockerfile, docker?.buildContext && code(docker.buildContext.dockerfilePath)],
          [texts.facts.arguments, code((docker?.arguments ?? []).join(" "))],
          [texts.facts.memory, docker?.shmSize],
          [texts.facts.registry, code(registry?.address)],
          [texts.facts.user, registry?.username && `${registry.username}, ${texts.password}`],
        ]}
      />
      {!owns && <LineList name={texts.lists.conda} lines={packages.conda} />}
      {!owns && <LineList name={texts.lists.pip} lines={packages.pip} />}
      {!owns && <LineList name={texts.lists.channels} lines={packages.channels} />}
      <LineList name={texts.dockerfile} lines={(docker?.baseDockerfile ?? "").split("\n").filter(Boolean)} />
      {variables.length > 0 && (
        <div className="environment-list">
          <h3>{texts.variables}</h3>
          <FactList
            facts={variables.map(([name, value]) => [
              name,
              value === null ? (
                <span key={name} className="quiet">
                  {texts.hidden}
                </span>
              ) : (
                <code key={name}>{value || '""'}</code>
              ),
            ])}
          />
        </div>
      )}
    </Box>
  );
}

/** `3.10` of the conda line `python=3.10`. */
const pythonOf = (conda: readonly string[]): string =>
  conda.map((line) => /^python\s*(?:[=<>!~]|$)/.exec(line) && line.replace(/^python\s*=*/, "")).find(Boolean) ||
  texts.anyPython;
