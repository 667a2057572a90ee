/** The head of a section of charts: opens and closes it, says how many there are. */

import { ChevronDownRegular, ChevronRightRegular } from "@fluentui/react-icons";
import type { HTMLAttributes, ReactNode } from "react";
import { grouped } from "@/parts/format";
import "./shelf.css";

type Props = Pick<HTMLAttributes<HTMLElement>, "onDragOver" | "onDrop"> & {
  title: string;
  count: number;
  isOpen: boolean;
  toggle: () => void;
  children?: ReactNode;
};

export function SectionHead({ title, count, isOpen, toggle, children, ...target }: Props) {
  return (
    <div className="section-head" data-testid="chart-section" data-section={title} {...target}>
      <h2>
        <button type="button" aria-expanded={isOpen} onClick={toggle}>
          {isOpen ? <ChevronDownRegular aria-hidden="true" /> : <ChevronRightRegular aria-hidden="true" />}
          <span className="section-title">{title}</span>
          <span className="quiet">{grouped(count)}</span>
        </button>
      </h2>
      {children}
    </div>
  );
}
