"""Points of a metric for the screen: charts, pages of tables, what came since, and files to take away."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

import numpy as np
from fastapi import Query
from fastapi.responses import Response, StreamingResponse

from runstead.domain.records import Cell
from runstead.server.auth import UnitIn, needs, router
from runstead.server.v1.metrics import METRICS, json_cell, step_or_none
from runstead.service import charts, exports, values
from runstead.service.charts import Answer, Question
from runstead.store.columns import cells_of

routes = router()
JSON = "application/json"


@dataclass(frozen=True)
class TableShape:
    """A page of rows."""

    columns: list[str]
    rows: list[list[Cell]]
    total: int


@routes.get(METRICS + "/chart", response_class=Response)
@needs("read")
def get_chart(
    ws: str,
    run_id: str,
    unit: UnitIn,
    name: str,
    *,
    column: str | None = None,
    x: str = "",
    low: Annotated[float | None, Query(alias="from")] = None,
    high: Annotated[float | None, Query(alias="to")] = None,
    pixels: int = 1_000,
) -> Response:
    """The points that show a metric at this width, with every extreme; times in Unix milliseconds."""
    unit_of_x = 1_000 if x == "time" else 1
    bounds = [None if bound is None or math.isnan(bound) else bound * unit_of_x for bound in (low, high)]
    answer = charts.chart(unit, ws, run_id, name, Question(column, x, bounds[0], bounds[1], pixels))
    return Response(json.dumps(_chart_shape(answer), allow_nan=False, separators=(",", ":")), media_type=JSON)


@routes.get(METRICS + "/table")
@needs("read")
def get_table(ws: str, run_id: str, unit: UnitIn, name: str, offset: int = 0, limit: int = 100) -> TableShape:
    """A page of the rows of a metric."""
    page = values.table(unit, ws, run_id, name, offset=offset, limit=limit)
    return TableShape(list(page.columns), [[json_cell(cell) for cell in row] for row in page.rows], page.total)


@routes.get(METRICS + "/tail", response_class=Response)
@needs("read")
def get_tail(ws: str, run_id: str, unit: UnitIn, name: str, after: int = 0, limit: int = 10_000) -> Response:
    """The points from index `after` on: what somebody who has so many points still lacks."""
    one, stretch = values.after(unit, ws, run_id, name, index=after, limit=limit)
    points = stretch.points
    answer = {
        "start": stretch.start,
        "total": stretch.total,
        "steps": [step_or_none(step) for step in points.steps.tolist()],
        "times_ms": (points.times_us / 1000).tolist(),
        "columns": {c: [json_cell(cell) for cell in cells_of(points.columns[c])] for c in one.column_names},
    }
    return Response(json.dumps(answer, allow_nan=False, separators=(",", ":")), media_type=JSON)


@routes.get(METRICS + "/export", response_class=Response)
@needs("read")
def get_export(
    ws: str,
    run_id: str,
    unit: UnitIn,
    file_format: Annotated[str, Query(alias="format")] = "csv",
    name: str | None = None,
) -> Response:
    """One metric, or all of them, as a file."""
    export = exports.export(unit, ws, run_id, file_format, name)
    file_name = quote(f"{run_id}-{name or 'metrics'}.{export.suffix}", safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{file_name}"}
    return StreamingResponse(export.pieces, media_type=export.media_type, headers=headers)


def _chart_shape(answer: Answer) -> dict[str, object]:
    chart, axis = answer.chart, answer.axis
    scale = 1_000 if axis.kind == "time" else 1
    return {
        "x": (chart.x / scale).tolist() if scale != 1 else chart.x.tolist(),
        "y": _drawable(chart.y.tolist()),
        "shown": int(chart.at.size),
        "total": chart.total,
        "nan_count": chart.nans,
        "points": answer.points,
        "column": answer.column,
        "x_kind": axis.kind,
        "from": axis.low / scale,
        "to": axis.high / scale,
        "level": chart.level,
        "widest": chart.widest / 2,
    }


def _drawable(y: Sequence[float]) -> list[float | str | None]:
    if np.isfinite(y).all():
        return list(y)
    return [value if math.isfinite(value) else None if math.isnan(value) else str(json_cell(value)) for value in y]
