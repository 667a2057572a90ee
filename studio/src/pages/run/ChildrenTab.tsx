/** The child runs of a run. */

import type { Run } from "@/api/types";
import { RunSection } from "@/pages/table/RunSection";
import { CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";
import { children as texts } from "@/texts/run";

export default function ChildrenTab({ run }: { run: Run }) {
  return (
    <div className="children">
      <RunSection
        name={`children.${run.experiment}`}
        label={texts.label(run.display_name)}
        experiment={run.experiment}
        parent={run.run_id}
        empty={
          <Empty title={texts.none}>
            <p>{texts.noneHint}</p>
            <CopyText text={'with run.child_run(name="fold 1") as child:\n    child.log("accuracy", 0.9)'} />
          </Empty>
        }
      />
    </div>
  );
}
