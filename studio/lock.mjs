/** After `npm install`: takes out of the lock file what names other hosts and installs nothing. */

import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));
for (const entry of Object.values(lock.packages)) {
  delete entry.funding;
  delete entry.deprecated;
  // A registry that mirrors only some platforms leaves optional packages without an entry, and `npm ci` then refuses all.
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!lock.packages[`node_modules/${name}`]) delete entry.optionalDependencies[name];
  }
}
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
