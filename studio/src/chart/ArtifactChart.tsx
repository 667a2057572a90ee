/** Metrics that are kept as files: confusion matrix, accuracy table, residuals, predictions. */

import { Spinner } from "@fluentui/react-components";
import { ChevronLeftRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { artifactAddress } from "@/api/artifacts";
import { requestJson } from "@/api/client";
import { useWorkspace } from "@/api/live";
import type { Series } from "@/api/types";
import { IconButton } from "@/parts/IconButton";
import { Problem } from "@/parts/Problem";
import { charts } from "@/texts/charts";
import { AccuracyChart } from "./AccuracyChart";
import { ConfusionChart } from "./ConfusionChart";
import { Histogram } from "./Histogram";
import { PredictionsChart } from "./PredictionsChart";
import { accuracyTable, confusionMatrix, predictions, residuals } from "./payloads";

export function ArtifactChart({ runId, series }: { runId: string; series: Series }) {
  const paths = series.artifacts ?? [];
  const [chosen, choose] = useState<number | null>(null);
  const position = Math.min(chosen ?? paths.length - 1, paths.length - 1);
  const path = paths[position];
  if (path === undefined) return <p className="points-note">{charts.noFile}</p>;
  return (
    <>
      <Payload key={path} runId={runId} series={series} path={path} />
      {paths.length > 1 && (
        <p className="points-note">
          <IconButton
            icon={<ChevronLeftRegular />}
            disabled={position === 0}
            label={charts.earlier}
            onClick={() => choose(position - 1)}
          />
          {charts.nthOf(position + 1, paths.length)}
          <IconButton
            icon={<ChevronRightRegular />}
            disabled={position === paths.length - 1}
            label={charts.later}
            onClick={() => choose(position + 1)}
          />
        </p>
      )}
    </>
  );
}

function Payload({ runId, series, path }: { runId: string; series: Series; path: string }): ReactNode {
  const workspace = useWorkspace();
  const payload = useQuery({
    queryKey: ["payload", workspace, runId, path],
    queryFn: ({ signal }) => requestJson<unknown>(artifactAddress(workspace, runId, path), { signal }),
  });
  if (payload.isLoadingError) return <Problem error={payload.error} retry={() => void payload.refetch()} />;
  if (payload.data === undefined) return <Spinner size="small" label={charts.loading} delay={300} />;
  return picture(series, payload.data) ?? <p className="points-note">{charts.notItsKind(path)}</p>;
}

function picture({ kind, name }: Series, payload: unknown): ReactNode {
  if (kind === "confusion_matrix") {
    const found = confusionMatrix(payload);
    return found && <ConfusionChart {...found} name={name} />;
  }
  if (kind === "accuracy_table") {
    const found = accuracyTable(payload);
    return found && <AccuracyChart table={found} name={name} />;
  }
  if (kind === "residuals") {
    const found = residuals(payload);
    return found && <Histogram {...found} name={name} />;
  }
  const found = kind === "predictions" ? predictions(payload) : null;
  return found && <PredictionsChart {...found} name={name} />;
}
