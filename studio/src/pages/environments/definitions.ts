/** What an environment's definition says, in the parts that a page shows. Nothing secret comes out of here. */

import type { Definition } from "@/api/environments";
import { list } from "@/texts/environments";

export type Use = "venv" | "container";

// As the server hides them in logs (domain/packages.py), and as the client takes none over (client/config.py).
const CREDENTIALS = /(?<=:\/\/)[^/\s]+(?=@)|(?<=[?&](?:sig|token)=)[^&\s]+/g;
const SECRET_NAME = /TOKEN|SECRET|PASSW|CREDENTIAL|KEY/i;
const AZURE = "mcr.microsoft.com/azureml/";

export const withoutCredentials = (text: string): string => text.replace(CREDENTIALS, "****");

/** Its conda and pip lines, as they are written. */
export function packagesOf({ python }: Definition): { conda: string[]; pip: string[]; channels: string[] } {
  const { dependencies = [], channels = [] } = python?.condaDependencies ?? {};
  return {
    conda: dependencies.filter((line) => typeof line === "string").map(withoutCredentials),
    pip: dependencies.flatMap((line) => (typeof line === "string" ? [] : (line.pip ?? []))).map(withoutCredentials),
    channels: channels.map(withoutCredentials),
  };
}

/** Its variables; null in the place of a value whose name says that it is a secret. */
export const variablesOf = ({ environmentVariables }: Definition): [string, string | null][] =>
  Object.entries(environmentVariables ?? {}).map(([name, value]) => [
    name,
    SECRET_NAME.test(name) ? null : withoutCredentials(String(value)),
  ]);

/** Whether it can be used in a container at all. */
export const namesImage = ({ docker }: Definition): boolean =>
  Boolean(docker?.baseImage || docker?.baseDockerfile || docker?.buildContext);

/** How it is used where no run says it: as the server decides (domain/containers.py). */
export function ownUse({ docker }: Definition): Use {
  const image = docker?.baseImage?.toLowerCase() ?? AZURE;
  const isBoxed =
    docker?.enabled === true || !image.startsWith(AZURE) || Boolean(docker?.baseDockerfile || docker?.buildContext);
  return isBoxed ? "container" : "venv";
}

export const bringsAll = ({ python }: Definition): boolean => python?.userManagedDependencies === true;

/** What it is, in a few words. */
export function kindOf(definition: Definition): string {
  const { kinds, ofImage } = list;
  if (ownUse(definition) === "venv") return bringsAll(definition) ? kinds.own : kinds.packages;
  const image = definition.docker?.baseImage;
  return image ? ofImage(image) : kinds.image;
}
