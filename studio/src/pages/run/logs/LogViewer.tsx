/** Shows a log or a text of any size, and follows it while it grows. */

import { Spinner } from "@fluentui/react-components";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { isUnreachable } from "@/api/client";
import { formatBytes } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { usePersisted } from "@/parts/persisted";
import { LogLine } from "./LogLine";
import { LogToolbar } from "./LogToolbar";
import { useLogSearch } from "./search";
import { type Source, useLogWindow } from "./state";
import "./logs.css";

const LINE_PX = 18;
const EDGE_PX = 400;

type Props = { source: Source; name: string; actions: ReactNode; emptyText: string };

export function LogViewer({ source, name, actions, emptyText }: Props) {
  const [everyFrame, setEveryFrame] = usePersisted("log.frames", false);
  const [wraps, setWraps] = usePersisted("log.wraps", false);
  const [isFollowing, setFollowing] = useState(source.opensAt === "end");
  const scroller = useRef<HTMLDivElement>(null);
  const { view, window } = useLogWindow(source, everyFrame ? "frames" : "settled");
  const search = useLogSearch(source.read, view, window);
  const virtual = useVirtualizer({
    count: view?.lineCount ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    getItemKey: (index) => view?.keyAt(index) ?? index,
    overscan: 20,
  });

  // New lines at the end: stay there. Lines that came in above: what one reads stays where it is.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !view) return;
    if (isFollowing) element.scrollTop = element.scrollHeight;
    else if (view.shift !== 0) element.scrollTop += view.shift * LINE_PX;
  }, [view, isFollowing]);
  const { target } = search;
  useEffect(() => {
    if (target === null) return;
    setFollowing(false);
    virtual.scrollToIndex(target, { align: "center" });
  }, [target, virtual]);

  const scrolled = () => {
    const element = scroller.current;
    if (!element || !view || !window) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (element.scrollTop < EDGE_PX && view.startBytes > 0 && !view.isLoading) void window.earlier();
    if (below < EDGE_PX && view.endBytes < view.sizeBytes && !view.isLoading) void window.later();
    setFollowing(source.opensAt === "end" && below < LINE_PX && view.endBytes >= view.sizeBytes);
  };
  // A server that is away is told of above every page; what is here can still be read.
  const hasProblem = view?.error != null && (view.lineCount === 0 || !isUnreachable(view.error));
  const toStart = () => {
    setFollowing(false);
    void window?.openAt(0).then(() => scroller.current?.scrollTo({ top: 0 }));
  };
  const toEnd = () => {
    setFollowing(true);
    void window?.openTail().then(() => scroller.current?.scrollTo({ top: scroller.current.scrollHeight }));
  };
  return (
    <section className="log" aria-label={name}>
      <LogToolbar
        name={name}
        view={view}
        isLive={source.live !== null}
        isFollowing={isFollowing}
        wraps={wraps}
        setWraps={setWraps}
        everyFrame={everyFrame}
        setEveryFrame={setEveryFrame}
        toStart={toStart}
        toEnd={toEnd}
        search={search}
        actions={actions}
      />
      {hasProblem && <Problem error={view?.error} retry={() => void window?.follow()} />}
      <div
        ref={scroller}
        className={wraps ? "log-text log-wraps" : "log-text"}
        role="log"
        aria-live="off"
        aria-label={`Text of ${name}`}
        tabIndex={0}
        data-testid="log-text"
        onScroll={scrolled}
      >
        {view && view.startBytes > 0 && <p className="log-more">{formatBytes(view.startBytes)} above</p>}
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {view &&
            virtual.getVirtualItems().map((item) => (
              <div
                key={item.key}
                ref={wraps ? virtual.measureElement : undefined}
                className={item.index === target ? "log-line log-target" : "log-line"}
                data-index={item.index}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <LogLine line={view.lineAt(item.index)} needle={search.needle} />
              </div>
            ))}
        </div>
        {view && !view.isLoading && view.lineCount === 0 && <p className="log-empty">{emptyText}</p>}
        {!view && <Spinner size="small" label="Loading" />}
      </div>
    </section>
  );
}
