/** The runs of one experiment, or of all. */

import { PageHeader } from "@/parts/PageHeader";
import { useTitle } from "@/parts/title";

export default function RunsPage({ experiment }: { experiment: string | null }) {
  useTitle(experiment ?? "All runs");
  return <PageHeader title={experiment ?? "All runs"} />;
}
