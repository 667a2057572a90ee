/** Whether the server still knows this browser. */

let isSignedOut = false;
const watchers = new Set<() => void>();

export const signedOut = {
  get: () => isSignedOut,
  set: () => {
    isSignedOut = true;
    for (const watcher of watchers) watcher();
  },
  watch: (watcher: () => void) => {
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
    };
  },
};
