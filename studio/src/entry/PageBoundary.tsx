/** A page that fails to draw says so and leaves the rest of Studio usable. */

import { Component, type ReactNode } from "react";
import { Problem } from "@/parts/Problem";

type State = { error: unknown };

export class PageBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <Problem error={this.state.error} retry={() => location.reload()} />;
  }
}
