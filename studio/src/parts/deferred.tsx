/** Code of its own chunk. Not React.lazy: what follows a fallback within 300 ms React holds back for the rest of them. */

import { type ComponentType, type ReactNode, useEffect, useReducer } from "react";

type Loaded<P> = { default: ComponentType<P> };

export type Deferred<P> = ComponentType<P & { wait?: ReactNode }> & {
  /** Asks for the code; what is there when it is first shown is shown at once. */
  load: () => Promise<void>;
};

/** The component that `load` brings; `wait` stands in its place until then. A chunk that does not come is an error of the page. */
export function deferred<P extends object>(load: () => Promise<Loaded<P>>): Deferred<P> {
  let Component: ComponentType<P> | null = null;
  let failure: unknown = null;
  let loading: Promise<void> | null = null;
  const loaded = () => {
    loading ??= load().then(
      (found) => {
        Component = found.default;
      },
      (error: unknown) => {
        failure = error;
      },
    );
    return loading;
  };
  function Shown({ wait = null, ...props }: P & { wait?: ReactNode }) {
    const [, show] = useReducer((count: number) => count + 1, 0);
    const isThere = Component !== null;
    // By now it may have come: what was drawn counts.
    useEffect(() => {
      if (!isThere) void loaded().then(show);
    }, [isThere]);
    if (failure !== null) throw failure;
    return Component === null ? wait : <Component {...(props as unknown as P)} />;
  }
  return Object.assign(Shown, { load: loaded });
}
