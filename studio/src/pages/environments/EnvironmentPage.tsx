/** One environment, in one of its versions: what it says, what submitting it would do, which runs used it, its last build. */

import { Spinner } from "@fluentui/react-components";
import { type Environment, useVersions } from "@/api/environments";
import { useWorkspace } from "@/api/live";
import { addresses, useParameter } from "@/parts/addresses";
import { Choice } from "@/parts/Choice";
import { Empty } from "@/parts/Empty";
import { Link } from "@/parts/Link";
import { PageHeader } from "@/parts/PageHeader";
import { Problem } from "@/parts/Problem";
import { Time } from "@/parts/times";
import { useTitle } from "@/parts/title";
import { list, page as texts } from "@/texts/environments";
import { DefinitionBox } from "./DefinitionBox";
import { LastBuild } from "./LastBuild";
import { OutlookBoxes } from "./OutlookBoxes";
import { RunsBox } from "./RunsBox";
import "./environments.css";

export default function EnvironmentPage({ name }: { name: string }) {
  useTitle(name);
  const workspace = useWorkspace();
  const versions = useVersions(name);
  const [asked, ask] = useParameter("version");
  const crumbs = <Link href={addresses.environments(workspace)}>{list.title}</Link>;
  if (versions.isLoadingError)
    return (
      <>
        <PageHeader crumbs={crumbs} title={name} />
        <Problem error={versions.error} retry={() => void versions.refetch()} />
      </>
    );
  if (!versions.data) return <Spinner className="page-wait" label={texts.loading} delay={300} />;
  const [newest] = versions.data;
  const shown = asked === null ? newest : versions.data.find(({ version }) => version === asked);
  const choices = Object.fromEntries(
    versions.data.map(({ version, labels }) => [
      ` ${version}`,
      texts.nth(version, version === newest?.version, labels),
    ]),
  );
  return (
    <>
      <PageHeader crumbs={crumbs} title={name} note={shown && <Note environment={shown} />}>
        <Choice
          aria-label={texts.version}
          choices={choices}
          chosen={` ${shown?.version ?? ""}`}
          choose={(chosen) => ask(chosen.trim() === newest?.version ? null : chosen.trim())}
          data-testid="version"
        />
      </PageHeader>
      {shown ? (
        <Boxes key={shown.version} environment={shown} isNewest={shown === newest} />
      ) : (
        <Empty title={texts.noVersion(asked ?? "")}>{texts.noVersionHint}</Empty>
      )}
    </>
  );
}

function Note({ environment: { curated, created_at } }: { environment: Environment }) {
  if (curated) return texts.curatedWhy;
  return (
    <>
      {texts.registered} <Time at={created_at} />
    </>
  );
}

function Boxes({ environment, isNewest }: { environment: Environment; isNewest: boolean }) {
  return (
    <div className="environment-page">
      <div className="details">
        <div className="details-column">
          <OutlookBoxes environment={environment} isNewest={isNewest} />
        </div>
        <div className="details-column">
          <DefinitionBox definition={environment.definition} />
          <RunsBox name={environment.name} version={environment.version} />
          <LastBuild name={environment.name} />
        </div>
      </div>
    </div>
  );
}
