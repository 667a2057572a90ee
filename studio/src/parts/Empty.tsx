/** Nothing to show, and what to do about it. */

import type { ReactNode } from "react";
import "./parts.css";

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <section className="empty" data-testid="empty">
      <h2>{title}</h2>
      <div className="empty-text">{children}</div>
    </section>
  );
}
