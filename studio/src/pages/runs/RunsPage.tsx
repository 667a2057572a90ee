/** The runs of one experiment, or of all. */

import { useExperiments } from "@/api/experiments";
import { useWorkspace } from "@/api/live";
import { RunSection } from "@/pages/table/RunSection";
import { addresses } from "@/parts/addresses";
import { CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";
import { Link } from "@/parts/Link";
import { PageHeader } from "@/parts/PageHeader";
import { useTitle } from "@/parts/title";
import { experimentTexts } from "@/texts/experiments";
import { runTexts } from "@/texts/runs";

export default function RunsPage({ experiment }: { experiment: string | null }) {
  useTitle(experiment ?? runTexts.page.all);
  const workspace = useWorkspace();
  const experiments = useExperiments();
  const description = experiments.data?.find((each) => each.name === experiment)?.description;
  return (
    <>
      <PageHeader
        crumbs={experiment !== null && <Link href={addresses.experiments(workspace)}>{experimentTexts.title}</Link>}
        title={experiment ?? runTexts.page.all}
        note={description}
      />
      <RunSection
        name={experiment === null ? "all" : `experiment.${experiment}`}
        label={experiment === null ? runTexts.page.all : runTexts.page.of(experiment)}
        experiment={experiment}
        experiments={experiment === null ? (experiments.data?.map((each) => each.name) ?? []) : null}
        empty={<NoRuns experiment={experiment} />}
      />
    </>
  );
}

function NoRuns({ experiment }: { experiment: string | null }) {
  const code = `from azureml.core import Experiment, ScriptRunConfig, Workspace

exp = Experiment(Workspace.from_config(), "${(experiment ?? "my-first-experiment").replace(/["\\]/g, "\\$&")}")
run = exp.submit(ScriptRunConfig(".", script="train.py"))
run.wait_for_completion(show_output=True)`;
  return (
    <Empty title={runTexts.page.none}>
      <p>{runTexts.page.noneHint}</p>
      <CopyText text={code} />
    </Empty>
  );
}
