/** All experiments of a workspace: found, described, archived and brought back. */

import { Button, MessageBar, MessageBarActions, MessageBarBody, Spinner, Switch } from "@fluentui/react-components";
import { DismissRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { useChangeExperiment, useExperiments } from "@/api/experiments";
import { useParameter } from "@/parts/addresses";
import { CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";
import { FindBox } from "@/parts/FindBox";
import { PageHeader } from "@/parts/PageHeader";
import { Problem } from "@/parts/Problem";
import { useTitle } from "@/parts/title";
import { experimentTexts as texts } from "@/texts/experiments";
import { ExperimentTable } from "./ExperimentTable";
import "./experiments.css";

const FIRST_STEPS = `from azureml.core import Experiment, Workspace

ws = Workspace.from_config()
with Experiment(ws, "my-first-experiment").start_logging() as run:
    for epoch in range(10):
        run.log("loss", 1 / (epoch + 1))`;

export default function ExperimentsPage() {
  useTitle(texts.title);
  const [shown, show] = useParameter("archived");
  const withArchived = shown === "1";
  const [text, find] = useParameter("q");
  const experiments = useExperiments({ archived: withArchived });
  const archiving = useArchiving();
  if (experiments.isLoadingError) return <Problem error={experiments.error} retry={() => void experiments.refetch()} />;
  if (!experiments.data) return <Spinner className="page-wait" label={texts.loading} delay={300} />;
  if (experiments.data.length === 0)
    return <NoExperiments withArchived={withArchived} showArchived={() => show("1")} />;
  const words = (text ?? "").trim().toLowerCase();
  const found = experiments.data.filter(({ name, description }) =>
    `${name} ${description ?? ""}`.toLowerCase().includes(words),
  );
  return (
    <>
      <PageHeader title={texts.title} note={texts.count(experiments.data.length)}>
        <Switch
          label={texts.archivedToo}
          checked={withArchived}
          onChange={(_, { checked }) => show(checked ? "1" : null)}
        />
        <FindBox label={texts.find} text={text} find={find} />
      </PageHeader>
      {archiving.error !== null && <Problem error={archiving.error} />}
      {found.length === 0 ? (
        <Empty title={texts.none}>{texts.noneHint}</Empty>
      ) : (
        <ExperimentTable experiments={found} archive={archiving.archive} />
      )}
      {archiving.done && <Archived {...archiving.done} undo={archiving.undo} close={archiving.close} />}
    </>
  );
}

type Done = { name: string; isArchived: boolean };

function useArchiving() {
  const changing = useChangeExperiment();
  const [done, setDone] = useState<Done | null>(null);
  const archive = (name: string, isArchived: boolean) =>
    changing.mutate({ name, archived: isArchived }, { onSuccess: () => setDone({ name, isArchived }) });
  return {
    archive,
    done,
    error: changing.error,
    undo: () => {
      if (done) changing.mutate({ name: done.name, archived: !done.isArchived }, { onSuccess: () => setDone(null) });
    },
    close: () => setDone(null),
  };
}

function Archived({ name, isArchived, undo, close }: Done & { undo: () => void; close: () => void }) {
  return (
    <div className="floating">
      <MessageBar intent="success" data-testid="outcome">
        <MessageBarBody>{isArchived ? texts.wasArchived(name) : texts.wasRestored(name)}</MessageBarBody>
        <MessageBarActions
          containerAction={
            <Button appearance="transparent" icon={<DismissRegular />} aria-label={texts.close} onClick={close} />
          }
        >
          <Button onClick={undo} data-testid="undo">
            {texts.undo}
          </Button>
        </MessageBarActions>
      </MessageBar>
    </div>
  );
}

function NoExperiments({ withArchived, showArchived }: { withArchived: boolean; showArchived: () => void }) {
  const all = useExperiments({ archived: true });
  const hidden = all.data?.length ?? 0;
  if (!withArchived && hidden > 0)
    return (
      <>
        <PageHeader title={texts.title} />
        <Empty title={texts.allArchived}>
          <Button onClick={showArchived}>{texts.showArchived}</Button>
        </Empty>
      </>
    );
  return (
    <>
      <PageHeader title={texts.title} />
      <Empty title={texts.empty}>
        <p>{texts.emptyFirst}</p>
        <CopyText text={FIRST_STEPS} />
        <p>{texts.emptyThen}</p>
      </Empty>
    </>
  );
}
