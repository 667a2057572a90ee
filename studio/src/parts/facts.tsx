/** Boxes and lists of facts, as the pages of one thing show them. */

import type { ReactNode } from "react";
import "./facts.css";

export function Box({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="box" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Facts that are known; the others are left out. */
export function FactList({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
