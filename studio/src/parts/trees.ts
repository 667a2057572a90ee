/** Paths as a tree, and the rows of it that are open. */

export type TreeFile = { path: string; size_bytes: number };

export type TreeRow = {
  path: string;
  name: string;
  depth: number;
  isFolder: boolean;
  isOpen: boolean;
  sizeBytes: number;
  /** Position among its siblings, from 1, and how many there are. */
  position: number;
  siblings: number;
};

/** Whether a file is what was chosen, or lies in the folder (with a slash at its end) that was. */
export const isWithin = (path: string, chosen: string) =>
  chosen.endsWith("/") ? path.startsWith(chosen) : path === chosen;

type Folder = { name: string; path: string; folders: Map<string, Folder>; files: TreeFile[]; sizeBytes: number };

const folder = (name: string, path: string): Folder => ({ name, path, folders: new Map(), files: [], sizeBytes: 0 });
const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name, undefined, { numeric: true });

function grown(files: readonly TreeFile[]): Folder {
  const root = folder("", "");
  for (const file of files) {
    const parts = file.path.split("/");
    let at = root;
    at.sizeBytes += file.size_bytes;
    for (const part of parts.slice(0, -1)) {
      const known = at.folders.get(part) ?? folder(part, at.path === "" ? part : `${at.path}/${part}`);
      at.folders.set(part, known);
      known.sizeBytes += file.size_bytes;
      at = known;
    }
    at.files.push(file);
  }
  return root;
}

/** The rows to show, top to bottom: folders first, then files, both by name. */
export function treeRows(files: readonly TreeFile[], isClosed: (path: string) => boolean): TreeRow[] {
  const rows: TreeRow[] = [];
  const walk = (at: Folder, depth: number) => {
    const folders = [...at.folders.values()].sort(byName);
    const leaves = at.files.map((file) => ({ file, name: file.path.split("/").at(-1) ?? file.path })).sort(byName);
    const siblings = folders.length + leaves.length;
    folders.forEach((child, index) => {
      const isOpen = !isClosed(child.path);
      const { name, path, sizeBytes } = child;
      rows.push({ path, name, depth, isFolder: true, isOpen, sizeBytes, position: index + 1, siblings });
      if (isOpen) walk(child, depth + 1);
    });
    leaves.forEach(({ file, name }, index) => {
      const position = folders.length + index + 1;
      rows.push({
        path: file.path,
        name,
        depth,
        isFolder: false,
        isOpen: false,
        sizeBytes: file.size_bytes,
        position,
        siblings,
      });
    });
  };
  walk(grown(files), 1);
  return rows;
}
