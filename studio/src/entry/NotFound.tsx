/** An address that leads nowhere. */

import { addresses } from "@/parts/addresses";
import { Empty } from "@/parts/Empty";
import { Link } from "@/parts/Link";
import { nowhere } from "@/texts/shell";

export function NotFound({ workspace }: { workspace: string }) {
  return (
    <Empty title={nowhere.title}>
      {nowhere.goTo} <Link href={addresses.experiments(workspace)}>{nowhere.experiments}</Link> {nowhere.orTo}{" "}
      <Link href={addresses.runs(workspace)}>{nowhere.allRuns}</Link> {nowhere.of(workspace)}
    </Empty>
  );
}
