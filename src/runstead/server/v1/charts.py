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
from pydantic import Field

from runstead.domain.errors import RunsteadError
from runstead.domain.records import Cell
from runstead.server.auth import UnitIn, needs, router
from runstead.server.v1.metrics import METRICS, W, json_cell, step_or_none
from runstead.service import bands, charts, exports, values
from runstead.service.bands import Band, Group
from runstead.service.charts import Answer, Question, Wanted
from runstead.store.columns import cells_of

routes = router()
JSON = "application/json"


@dataclass(frozen=True)
class TableShape:
    """A page of rows."""

    columns: list[str]
    rows: list[list[Cell]]
    total: int


@dataclass(frozen=True)
class ChartBody:
    """A chart of a metric of a run, as GET …/metrics/chart takes it. `log`: pixels are even in the logarithm of x."""

    run_id: str
    name: str
    column: str | None = None
    x: str = ""
    low: Annotated[float | None, Field(alias="from")] = None
    high: Annotated[float | None, Field(alias="to")] = None
    pixels: int = 1_000
    log: bool = False


@dataclass(frozen=True)
class ChartsBody:
    """Many charts at once."""

    charts: list[ChartBody]


@dataclass(frozen=True)
class BandBody:
    """A band: runs that are drawn as one. x may also be `elapsed`."""

    run_ids: list[str]
    name: str
    column: str | None = None
    x: str = ""
    low: Annotated[float | None, Field(alias="from")] = None
    high: Annotated[float | None, Field(alias="to")] = None
    pixels: int = 1_000


@dataclass(frozen=True)
class BandsBody:
    """Many bands at once."""

    bands: list[BandBody]


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
    log: bool = False,
) -> Response:
    """The points that show a metric at this width, with every extreme; times in Unix milliseconds."""
    question = _question(ChartBody(run_id, name, column, x, low, high, pixels, log))
    return _compact(_chart_shape(charts.chart(unit, ws, run_id, name, question)))


@routes.post(W + "/metrics/charts", response_class=Response)
@needs("read")
def post_charts(ws: str, unit: UnitIn, body: ChartsBody) -> Response:
    """Many charts of any runs in one answer; one that cannot be drawn is answered with its error."""
    wanted = [Wanted(one.run_id, one.name, _question(one)) for one in body.charts]
    answers = charts.charts_of(unit, ws, wanted)
    return _compact(
        {"charts": [_error(one) if isinstance(one, RunsteadError) else _chart_shape(one) for one in answers]}
    )


@routes.post(W + "/metrics/bands", response_class=Response)
@needs("read")
def post_bands(ws: str, unit: UnitIn, body: BandsBody) -> Response:
    """The mean of several runs along x, with what lies around it; a band per group of runs."""
    groups = [Group(one.run_ids, one.name, _question(one)) for one in body.bands]
    return _compact({"bands": [_band_shape(one) for one in bands.bands_of(unit, ws, groups)]})


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


def _question(asked: ChartBody | BandBody) -> Question:
    unit_of_x = 1_000 if asked.x in ("time", "elapsed") else 1
    low, high = (None if bound is None or math.isnan(bound) else bound * unit_of_x for bound in (asked.low, asked.high))
    return Question(asked.column, asked.x, low, high, asked.pixels, isinstance(asked, ChartBody) and asked.log)


def _compact(answer: object) -> Response:
    return Response(json.dumps(answer, allow_nan=False, separators=(",", ":")), media_type=JSON)


def _error(error: RunsteadError) -> dict[str, object]:
    return {"error": {"code": error.code, "message": error.message}}


def _band_shape(band: Band) -> dict[str, object]:
    scale = 1_000 if band.x_kind in ("time", "elapsed") else 1
    return {
        "x": (band.x / scale).tolist(),
        "mean": _drawable(band.mean.tolist()),
        "deviation": _drawable(band.deviation.tolist()),
        "low": _drawable(band.low.tolist()),
        "high": _drawable(band.high.tolist()),
        "present": band.present.tolist(),
        "runs": band.runs,
        "total": band.total,
        "x_kind": band.x_kind,
    }


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
