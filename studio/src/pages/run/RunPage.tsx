/** One run. */

import type { RunTab } from "@/parts/addresses";
import { PageHeader } from "@/parts/PageHeader";
import { useTitle } from "@/parts/title";

export default function RunPage({ runId, tab }: { runId: string; tab: RunTab | null }) {
  useTitle(runId);
  return <PageHeader title={runId} note={tab} />;
}
