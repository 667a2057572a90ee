import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

test("the lock file names no package registry, so that it installs from whichever one a machine uses", () => {
  const lock = read("package-lock.json");
  expect(lock).not.toMatch(/"resolved"/);
  expect(lock).not.toMatch(/registry/);
  expect(lock, "run `npm run lock` after a change of packages").not.toMatch(/https?:/);
  expect(Object.keys(JSON.parse(lock).packages).length).toBeGreaterThan(100);
});

test("npm is told to keep it that way", () => {
  expect(read(".npmrc")).toContain("omit-lockfile-registry-resolved=true");
});

test("the page asks nothing of another host", () => {
  expect(read("index.html")).not.toMatch(/https?:\/\//);
});
