/** What a job uses: CPU, memory, disk, network, GPUs, as long as it runs. */

import { Spinner } from "@fluentui/react-components";
import { useResources } from "@/api/resources";
import type { Run, Series } from "@/api/types";
import { formatY, type YKind } from "@/chart/lines";
import { SeriesChart } from "@/chart/SeriesChart";
import { Empty } from "@/parts/Empty";
import { formatBytes, numberOf } from "@/parts/format";
import { Problem } from "@/parts/Problem";
import { isFinal } from "@/parts/Status";
import { monitoring as texts } from "@/texts/run";

type Group = { title: string; about: string; columns: RegExp; yKind: YKind };

const GROUPS: readonly Group[] = [
  { title: texts.cpu, about: texts.cpuAbout, columns: /^cpu_percent$/, yKind: "percent" },
  { title: texts.memory, about: texts.memoryAbout, columns: /^memory_bytes$/, yKind: "bytes" },
  { title: texts.gpu, about: texts.gpuAbout, columns: /^gpu_\d+_percent$/, yKind: "percent" },
  { title: texts.gpuMemory, about: texts.gpuMemoryAbout, columns: /^gpu_\d+_memory_bytes$/, yKind: "bytes" },
  { title: texts.disk, about: texts.diskAbout, columns: /^disk_(read|write)_bytes_per_s$/, yKind: "rate" },
  { title: texts.network, about: texts.networkAbout, columns: /^network_/, yKind: "rate" },
  { title: texts.space, about: texts.spaceAbout, columns: /^disk_free_bytes$/, yKind: "bytes" },
  { title: texts.processes, about: texts.processesAbout, columns: /^process_count$/, yKind: "number" },
];

export default function MonitoringTab({ run }: { run: Run }) {
  const found = useResources(run.run_id);
  if (found.isLoadingError) return <Problem error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Spinner className="page-wait" label={texts.loading} delay={300} />;
  const series = found.data[0];
  if (series === undefined) {
    const mayCome = run.kind !== "interactive" && !isFinal(run.status);
    return (
      <Empty title={mayCome ? texts.waiting : texts.none}>
        <p>{mayCome ? texts.waitingWhy : texts.noneWhy}</p>
      </Empty>
    );
  }
  return (
    <div className="monitoring" data-testid="monitoring">
      <p className="quiet">{[texts.about, ...machineOf(series)].join(" · ")}</p>
      <div className="monitoring-charts">
        {GROUPS.map((group) => (
          <Card key={group.title} runId={run.run_id} series={series} group={group} />
        ))}
      </div>
    </div>
  );
}

function Card({ runId, series, group }: { runId: string; series: Series; group: Group }) {
  const columns = series.columns.filter((column) => group.columns.test(column.name) && column.count > 0);
  if (columns.length === 0) return null;
  return (
    <section className="box" aria-label={group.title}>
      <h2>{group.title}</h2>
      <p className="quiet">{group.about}</p>
      <ul className="monitoring-figures">
        {columns.map((column) => (
          <li key={column.name}>
            {columns.length > 1 && <span>{texts.names[column.name] ?? column.name}</span>}
            <span>
              <span className="quiet">{texts.now}</span>{" "}
              <strong>{formatY(group.yKind, numberOf(column.last) ?? 0)}</strong>
            </span>
            <span>
              <span className="quiet">{texts.peak}</span>{" "}
              <strong>{formatY(group.yKind, numberOf(column.max) ?? 0)}</strong>
            </span>
          </li>
        ))}
      </ul>
      <SeriesChart
        runId={runId}
        series={series}
        x="time"
        columns={columns.map((column) => column.name)}
        logY={false}
        smoothing={0}
        height={180}
        yKind={group.yKind}
      />
    </section>
  );
}

/** What does not change: told once. */
function machineOf(series: Series): string[] {
  const last = (name: string) => numberOf(series.columns.find((column) => column.name === name)?.last);
  const cores = last("cpu_count");
  const memory = last("memory_total_bytes");
  return [...(cores === null ? [] : [texts.cores(cores)]), ...(memory === null ? [] : [formatBytes(memory)])];
}
