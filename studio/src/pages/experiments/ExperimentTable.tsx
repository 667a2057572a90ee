/** The list of experiments, one row each. */

import { EditRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { useChangeExperiment } from "@/api/experiments";
import { useWorkspace } from "@/api/live";
import type { Experiment } from "@/api/types";
import { addresses } from "@/parts/addresses";
import { TextForm } from "@/parts/EditableText";
import { grouped } from "@/parts/format";
import { Link } from "@/parts/Link";
import { Ago } from "@/parts/times";
import { experimentTexts as texts } from "@/texts/experiments";

type Archive = (name: string, isArchived: boolean) => void;

export function ExperimentTable({ experiments, archive }: { experiments: Experiment[]; archive: Archive }) {
  return (
    <div className="experiments" data-testid="experiments">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{texts.name}</th>
            <th scope="col" className="numeric">
              {texts.runs}
            </th>
            <th scope="col">{texts.lastRun}</th>
            <th scope="col">{texts.description}</th>
            <th scope="col">{texts.actions}</th>
          </tr>
        </thead>
        <tbody>
          {experiments.map((experiment) => (
            <ExperimentRow key={experiment.experiment_id} experiment={experiment} archive={archive} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ExperimentRow({ experiment, archive }: { experiment: Experiment; archive: Archive }) {
  const { name, archived } = experiment;
  const workspace = useWorkspace();
  const [isDescribing, setDescribing] = useState(false);
  const changing = useChangeExperiment();
  return (
    <tr className={archived ? "experiment-archived" : undefined}>
      <th scope="row">
        <Link href={addresses.experiment(workspace, name)}>{name}</Link>
        {archived && <span className="quiet experiment-mark">{texts.archived}</span>}
      </th>
      <td className="numeric">{grouped(experiment.run_count)}</td>
      <td>
        <Ago at={experiment.last_run_at} />
      </td>
      <td className="experiment-description">
        {isDescribing ? (
          <TextForm
            isLong
            label={texts.descriptionOf(name)}
            text={experiment.description ?? ""}
            save={(description) => changing.mutateAsync({ name, description })}
            close={() => setDescribing(false)}
          />
        ) : (
          <>
            <span>{experiment.description}</span>
            {/* The browser's own: hundreds of Fluent's buttons would be felt. */}
            <button
              type="button"
              className="experiment-act"
              aria-label={`${texts.describe}: ${name}`}
              title={texts.describe}
              onClick={() => setDescribing(true)}
            >
              <EditRegular aria-hidden="true" />
            </button>
          </>
        )}
      </td>
      <td>
        <button
          type="button"
          className="experiment-act"
          aria-label={`${archived ? texts.restore : texts.archive}: ${name}`}
          onClick={() => archive(name, !archived)}
        >
          {archived ? texts.restore : texts.archive}
        </button>
      </td>
    </tr>
  );
}
