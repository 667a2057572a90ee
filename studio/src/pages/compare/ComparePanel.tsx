/** Several runs side by side. */

import { PageHeader } from "@/parts/PageHeader";

export default function ComparePanel({ runIds }: { runIds: string[]; close: () => void; name: string }) {
  return <PageHeader title={`${runIds.length} runs`} />;
}
