/** An address that leads nowhere. */

import { addresses } from "@/parts/addresses";
import { Empty } from "@/parts/Empty";
import { Link } from "@/parts/Link";

export function NotFound({ workspace }: { workspace: string }) {
  return (
    <Empty title="There is no page at this address">
      Go to the <Link href={addresses.experiments(workspace)}>experiments</Link> or to{" "}
      <Link href={addresses.runs(workspace)}>all runs</Link> of the workspace {workspace}.
    </Empty>
  );
}
