/** The registered environments, one row each. */

import type { Built, Environment, Use } from "@/api/environments";
import { useWorkspace } from "@/api/live";
import { addresses } from "@/parts/addresses";
import { formatBytes, grouped } from "@/parts/format";
import { Link } from "@/parts/Link";
import { Ago } from "@/parts/times";
import { list as texts } from "@/texts/environments";
import { kindOf } from "./definitions";

type Props = {
  environments: readonly Environment[];
  /** Null while it is not known. */
  built: readonly Built[] | null;
  uses: readonly Use[] | null;
};

const COLUMNS = texts.columns;

export function EnvironmentTable({ environments, built, uses }: Props) {
  return (
    <table className="plain-table environment-table" aria-label={texts.registered} data-testid="environments">
      <thead>
        <tr>
          <th scope="col">{COLUMNS.name}</th>
          <th scope="col" className="numeric">
            {COLUMNS.version}
          </th>
          <th scope="col">{COLUMNS.kind}</th>
          <th scope="col">{COLUMNS.at}</th>
          <th scope="col" title={texts.builtHint}>
            {COLUMNS.built}
          </th>
          <th scope="col" className="numeric">
            {COLUMNS.runs}
          </th>
          <th scope="col">{COLUMNS.used}</th>
        </tr>
      </thead>
      <tbody>
        {environments.map((environment) => (
          <Row
            key={`${environment.curated} ${environment.name}`}
            environment={environment}
            built={built?.filter(({ name }) => name === environment.name) ?? null}
            uses={uses?.filter(({ name }) => name === environment.name) ?? null}
          />
        ))}
      </tbody>
    </table>
  );
}

type RowProps = { environment: Environment; built: Built[] | null; uses: Use[] | null };

function Row({ environment: { name, version, definition, created_at, curated }, built, uses }: RowProps) {
  const workspace = useWorkspace();
  const last = uses?.map(({ last_at }) => last_at).sort();
  return (
    <tr>
      <th scope="row">
        <Link href={addresses.environment(workspace, name)}>{name}</Link>
        {curated && <span className="quiet environment-mark">{texts.curated}</span>}
      </th>
      <td className="numeric">{version}</td>
      <td className="environment-kind">{kindOf(definition)}</td>
      <td>
        <Ago at={created_at} />
      </td>
      <td>{built && <BuiltHere built={built} />}</td>
      <td className="numeric">{uses && grouped(uses.reduce((sum, { run_count }) => sum + run_count, 0))}</td>
      <td>{last && <Ago at={last.at(-1) ?? null} />}</td>
    </tr>
  );
}

function BuiltHere({ built }: { built: Built[] }) {
  if (built.length === 0) return <span className="quiet">–</span>;
  const size = built.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  const kinds = [...new Set(built.map(({ image }) => (image === null ? texts.asVenv : texts.asImage)))];
  return (
    <span className="environment-built">
      {kinds.join(", ")} <span className="quiet">{formatBytes(size)}</span>
    </span>
  );
}
