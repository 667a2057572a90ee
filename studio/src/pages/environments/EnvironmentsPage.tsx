/** All environments of a workspace, and what is built on the server's machine. */

import { Button, Spinner, Switch } from "@fluentui/react-components";
import { useBuilt, useEnvironments, useEnvironmentUses } from "@/api/environments";
import { useParameter } from "@/parts/addresses";
import { CopyText } from "@/parts/CopyText";
import { Empty } from "@/parts/Empty";
import { FindBox } from "@/parts/FindBox";
import { PageHeader } from "@/parts/PageHeader";
import { Problem } from "@/parts/Problem";
import { useTitle } from "@/parts/title";
import { list as texts } from "@/texts/environments";
import { BuiltTable } from "./BuiltTable";
import { EnvironmentTable } from "./EnvironmentTable";
import "./environments.css";

const FIRST_STEPS = `from azureml.core import Environment, Workspace

environment = Environment.from_pip_requirements("forest", "requirements.txt")
environment.register(Workspace.from_config())`;

export default function EnvironmentsPage() {
  useTitle(texts.title);
  const [shown, show] = useParameter("curated");
  const [text, find] = useParameter("q");
  const found = useEnvironments({ curated: shown === "1" });
  const built = useBuilt();
  const uses = useEnvironmentUses();
  if (found.isLoadingError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Spinner className="page-wait" label={texts.loading} delay={300} />;
  const words = (text ?? "").trim().toLowerCase();
  const fitting = found.data.filter(({ name }) => name.toLowerCase().includes(words));
  return (
    <>
      <PageHeader title={texts.title} note={texts.count(found.data.length)}>
        <Switch
          label={texts.curatedToo}
          checked={shown === "1"}
          onChange={(_, { checked }) => show(checked ? "1" : null)}
        />
        <FindBox label={texts.find} text={text} find={find} />
      </PageHeader>
      <div className="environments">
        {found.data.length === 0 && (
          <Empty title={texts.empty}>
            <p>{texts.emptyFirst}</p>
            <CopyText text={FIRST_STEPS} />
            <p>{texts.emptyThen}</p>
            <Button onClick={() => show("1")}>{texts.showCurated}</Button>
          </Empty>
        )}
        {found.data.length > 0 && fitting.length === 0 && <Empty title={texts.none}>{texts.noneHint}</Empty>}
        {fitting.length > 0 && (
          <EnvironmentTable environments={fitting} built={built.data ?? null} uses={uses.data ?? null} />
        )}
        <BuiltTable built={built} />
      </div>
    </>
  );
}
