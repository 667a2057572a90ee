/** What is built on the server's machine, whoever asked for it. */

import { Spinner } from "@fluentui/react-components";
import type { UseQueryResult } from "@tanstack/react-query";
import type { Built } from "@/api/environments";
import { formatBytes, formatDuration } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { Ago } from "@/parts/times";
import { list, built as texts } from "@/texts/environments";
import { Maker } from "./preparations";

export function BuiltTable({ built }: { built: UseQueryResult<Built[]> }) {
  return (
    <section aria-labelledby="built-here" className="built">
      <h2 id="built-here">{texts.title}</h2>
      <p className="quiet">
        {built.data?.length === 0 ? (
          texts.none
        ) : (
          <>
            {texts.about} <code>{texts.prune}</code> {texts.pruned}
          </>
        )}
      </p>
      {built.isLoadingError && <Problem error={built.error} retry={() => void built.refetch()} />}
      {built.isPending && <Spinner size="small" delay={300} label={list.loading} />}
      {built.data && built.data.length > 0 && <Table built={built.data} />}
    </section>
  );
}

const COLUMNS = texts.columns;
const HASH_CHARS = 8;

function Table({ built }: { built: Built[] }) {
  return (
    <table className="plain-table built-table" aria-label={texts.title} data-testid="built">
      <thead>
        <tr>
          <th scope="col">{COLUMNS.name}</th>
          <th scope="col">{COLUMNS.kind}</th>
          <th scope="col">{COLUMNS.python}</th>
          <th scope="col" className="numeric">
            {COLUMNS.size}
          </th>
          <th scope="col">{COLUMNS.used}</th>
          <th scope="col">{COLUMNS.at}</th>
          <th scope="col" className="numeric">
            {COLUMNS.took}
          </th>
          <th scope="col">{COLUMNS.by}</th>
          <th scope="col">{COLUMNS.hash}</th>
        </tr>
      </thead>
      <tbody>
        {built.map((one) => (
          <tr key={one.key}>
            <th scope="row">{one.name || <span className="quiet">{texts.unnamed}</span>}</th>
            <td>{one.image === null ? list.asVenv : <span title={one.image}>{list.asImage}</span>}</td>
            <td>{one.python}</td>
            <td className="numeric">{formatBytes(one.size_bytes)}</td>
            <td>
              <Ago at={one.used_at} />
            </td>
            <td>
              <Ago at={one.built_at} />
            </td>
            <td className="numeric">{formatDuration(one.took_s * 1000)}</td>
            <td>
              <Maker runId={one.run_id} />
            </td>
            <td>
              <code title={one.key}>{`${one.key.slice(0, HASH_CHARS)}…`}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
