/** The head of a page: its title, what there is to know at a glance, and its controls. */

import type { ReactNode } from "react";
import { header } from "@/texts/shell";

type Props = { crumbs?: ReactNode; title: ReactNode; note?: ReactNode; children?: ReactNode };

export function PageHeader({ crumbs, title, note, children }: Props) {
  return (
    <header className="page-header">
      {crumbs && (
        <nav className="crumbs" aria-label={header.crumbs}>
          {crumbs}
          <span aria-hidden="true">/</span>
        </nav>
      )}
      <h1>{title}</h1>
      {note && <span className="quiet">{note}</span>}
      <div className="page-controls">{children}</div>
    </header>
  );
}
