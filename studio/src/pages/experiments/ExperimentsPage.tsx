/** All experiments of a workspace. */

import { SearchBox, Spinner } from "@fluentui/react-components";
import { useState } from "react";
import { useExperiments } from "@/api/experiments";
import { useWorkspace } from "@/api/live";
import type { Experiment } from "@/api/types";
import { addresses } from "@/parts/addresses";
import { CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";
import { grouped, plural } from "@/parts/format";
import { Link } from "@/parts/Link";
import { PageHeader } from "@/parts/PageHeader";
import { Problem } from "@/parts/Problem";
import { Ago } from "@/parts/times";
import { useTitle } from "@/parts/title";
import "./experiments.css";

const FIRST_STEPS = `from azureml.core import Experiment, Workspace

ws = Workspace.from_config()
with Experiment(ws, "my-first-experiment").start_logging() as run:
    for epoch in range(10):
        run.log("loss", 1 / (epoch + 1))`;

export default function ExperimentsPage() {
  useTitle("Experiments");
  const experiments = useExperiments();
  const [text, setText] = useState("");
  if (experiments.isLoadingError) return <Problem error={experiments.error} retry={() => void experiments.refetch()} />;
  if (!experiments.data) return <Spinner className="page-wait" label="Loading experiments" delay={300} />;
  if (experiments.data.length === 0) return <NoExperiments />;
  const words = text.trim().toLowerCase();
  const shown = experiments.data.filter(({ name, description }) =>
    `${name} ${description ?? ""}`.toLowerCase().includes(words),
  );
  return (
    <>
      <PageHeader title="Experiments" note={plural(experiments.data.length, "experiment")}>
        <SearchBox
          placeholder="Find an experiment"
          aria-label="Find an experiment"
          value={text}
          onChange={(_, { value }) => setText(value)}
          input={{ "data-search": true } as object}
        />
      </PageHeader>
      {shown.length === 0 ? (
        <Empty title="No experiment has that name">Take words out of the search to see more.</Empty>
      ) : (
        <ExperimentTable experiments={shown} />
      )}
    </>
  );
}

function NoExperiments() {
  return (
    <>
      <PageHeader title="Experiments" />
      <Empty title="No experiments yet">
        <p>Experiments appear here by themselves as soon as a script records a run. Try this one:</p>
        <CopyText text={FIRST_STEPS} />
        <p>An existing azureml script works as it is: run it with the Python that Runstead is installed in.</p>
      </Empty>
    </>
  );
}

function ExperimentTable({ experiments }: { experiments: Experiment[] }) {
  const workspace = useWorkspace();
  return (
    <div className="experiments" data-testid="experiments">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="numeric">
              Runs
            </th>
            <th scope="col">Last run</th>
            <th scope="col">Description</th>
          </tr>
        </thead>
        <tbody>
          {experiments.map((experiment) => (
            <tr key={experiment.experiment_id}>
              <th scope="row">
                <Link href={addresses.experiment(workspace, experiment.name)}>{experiment.name}</Link>
              </th>
              <td className="numeric">{grouped(experiment.run_count)}</td>
              <td>
                <Ago at={experiment.last_run_at} />
              </td>
              <td className="experiment-description">{experiment.description}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
