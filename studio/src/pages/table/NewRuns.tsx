/** Says that there are new runs above, without moving what one reads. */

import { Button } from "@fluentui/react-components";
import { ArrowUpRegular } from "@fluentui/react-icons";
import { plural } from "@/parts/format";

export function NewRuns({ count, show }: { count: number; show: () => void }) {
  if (count === 0) return null;
  return (
    <div className="new-runs" role="status">
      <Button size="small" appearance="primary" shape="circular" icon={<ArrowUpRegular />} onClick={show}>
        {plural(count, "new run")}
      </Button>
    </div>
  );
}
