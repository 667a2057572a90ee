/** What submitting a run with an environment would do now, with a container and without. */

import { Spinner } from "@fluentui/react-components";
import { type Environment, type Outlook, useOutlook } from "@/api/environments";
import { useParameter } from "@/parts/addresses";
import { Choice } from "@/parts/Choice";
import { CopyText } from "@/parts/CopyText";
import { Box, FactList } from "@/parts/facts";
import { formatDuration } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { Ago } from "@/parts/times";
import { page as texts, preparation as words } from "@/texts/environments";
import { bringsAll, namesImage, ownUse, type Use } from "./definitions";
import { Changes, Explanation, Hash, Inputs, Maker } from "./preparations";

export function OutlookBoxes({ environment, isNewest }: { environment: Environment; isNewest: boolean }) {
  const { definition, name, version } = environment;
  const [asked, ask] = useParameter("as");
  const own = ownUse(definition);
  const use: Use = asked === "venv" || asked === "container" ? asked : own;
  const cannot = cannotBe(environment, use);
  const outlook = useOutlook(name, version, use === "container", cannot === null);
  const choices = { ...texts.uses, [own]: texts.asItSays(texts.uses[own]) };
  const which = isNewest ? "" : ` --version ${version}`;
  const found = cannot === null ? outlook.data : undefined;
  return (
    <>
      <Box title={texts.now}>
        <Choice
          aria-label={texts.howUsed}
          className="environment-use"
          choices={choices}
          chosen={use}
          choose={(chosen) => ask(chosen === own ? null : chosen)}
          data-testid="use"
        />
        {cannot !== null && <p className="environment-reason">{cannot}</p>}
        {cannot === null && outlook.isError && <Problem error={outlook.error} retry={() => void outlook.refetch()} />}
        {cannot === null && outlook.isPending && <Spinner size="small" label={texts.explaining} delay={300} />}
        {found && !outlook.isError && <Reason outlook={found} />}
        <p className="quiet environment-ask">{texts.ask}</p>
        <CopyText text={`runstead environment explain ${name}${which}${use === own ? "" : ASKED[use]}`} />
      </Box>
      {found?.preparation && <Changes preparation={found.preparation} />}
      {found && <Explanation told={found.told} />}
      {found?.preparation && <Inputs preparation={found.preparation} />}
    </>
  );
}

const ASKED: Record<Use, string> = { venv: " --no-container", container: " --container" };

/** Why there is nothing to ask the server; null where there is. */
function cannotBe({ definition }: Environment, use: Use): string | null {
  if (use === "venv") return bringsAll(definition) ? texts.own : null;
  return namesImage(definition) ? null : texts.noImage;
}

function Reason({ outlook: { preparation } }: { outlook: Outlook }) {
  if (preparation === null) return <p className="environment-reason">{texts.withoutEngine}</p>;
  const { reason, nearest } = preparation;
  const isReused = reason === "reused" && nearest !== null;
  return (
    <>
      <p className="environment-reason" data-testid="outlook">
        {texts.reasons[reason] ?? reason}
      </p>
      <FactList
        facts={[
          [words.facts.hash, <Hash key="hash" hash={preparation.key} />],
          [words.facts.builtBy, isReused && <Maker runId={nearest.run_id} />],
          [words.facts.builtAt, isReused && <Ago at={nearest.built_at} />],
          [words.facts.took, isReused && formatDuration(nearest.took_s * 1000)],
        ]}
      />
    </>
  );
}
