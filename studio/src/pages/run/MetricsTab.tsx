import type { Run } from "@/api/types";

export default function MetricsTab({ run }: { run: Run }) {
  return <p>{run.run_id}</p>;
}
