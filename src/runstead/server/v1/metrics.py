"""Metrics of runs: pieces of journals come in; summaries, values, charts, tables and exports go out."""

import json
import math
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from runstead.domain.columns import MEDIA_TYPE
from runstead.domain.errors import InvalidArgument
from runstead.domain.records import ARTIFACT_KINDS, NO_STEP, Cell
from runstead.server import uploads
from runstead.server.auth import UnitIn, needs, router
from runstead.server.v1.shapes import at
from runstead.service import metrics, values, verifications
from runstead.service.values import Named, SeriesSummary
from runstead.store.columns import type_of
from runstead.store.summaries import Mark, mean_of
from runstead.store.summary_rows import Stored

routes = router()
W = "/api/v1/workspaces/{ws}"
METRICS = W + "/runs/{run_id}/metrics"
NamesIn = Annotated[list[str] | None, Query()]


@dataclass(frozen=True)
class OffsetShape:
    """How far a writer's journal is stored."""

    offset: int


@dataclass(frozen=True)
class ColumnShape:
    """What is known of a column. NaN and infinities are the strings "NaN", "Infinity", "-Infinity"."""

    name: str
    type: str
    count: int
    nan_count: int
    first: Cell
    last: Cell
    min: Cell
    max: Cell
    mean: Cell
    first_step: int | None
    last_step: int | None
    min_step: int | None
    max_step: int | None
    first_at: str | None
    last_at: str | None
    min_at: str | None
    max_at: str | None


@dataclass(frozen=True)
class SeriesShape:
    """Series."""

    name: str
    kind: str
    description: str
    count: int
    columns: list[ColumnShape]
    low_step: int | None
    high_step: int | None
    first_at: str | None
    last_at: str | None
    artifacts: list[str] | None = None


@dataclass(frozen=True)
class SeriesListShape:
    """The series of a run."""

    series: list[SeriesShape]


@dataclass(frozen=True)
class SummariesBody:
    """Which runs, and which metrics of them."""

    run_ids: list[str]
    names: list[str] | None = None


@dataclass(frozen=True)
class SummariesShape:
    """The series of several runs."""

    runs: dict[str, list[SeriesShape]]


@dataclass(frozen=True)
class NameShape:
    """A metric of several runs; `columns`: of the newest of them, `numeric`: those with numbers; how many have it."""

    name: str
    kind: str
    columns: list[str]
    numeric: list[str]
    run_count: int


@dataclass(frozen=True)
class NamesShape:
    """Metrics by name."""

    names: list[NameShape]


@dataclass(frozen=True)
class VerifyBody:
    """Which runs; null: all."""

    run_ids: list[str] | None = None


@routes.post(METRICS + "/ingest")
@needs("run", body="stream")
async def post_ingest(ws: str, run_id: str, request: Request, unit: UnitIn, writer: str, offset: int) -> OffsetShape:
    """Store whole journal records; the body begins at byte `offset` of the writer's journal."""
    body = await uploads.whole(request, unit, max_bytes=unit.settings.limits.ingest_bytes)
    crc32 = _crc32_of(request)
    return OffsetShape(await run_in_threadpool(metrics.ingest, unit, ws, run_id, writer, offset, body, crc32=crc32))


@routes.get(METRICS + "/offset")
@needs("read")
def get_offset(ws: str, run_id: str, unit: UnitIn, writer: str) -> OffsetShape:
    """How far a writer's journal is stored."""
    return OffsetShape(metrics.offset_of(unit, ws, run_id, writer))


@routes.get(METRICS)
@needs("read")
def get_metrics(ws: str, run_id: str, unit: UnitIn, name: NamesIn = None) -> SeriesListShape:
    """The series of a run with their summaries."""
    return SeriesListShape([series_shape(one) for one in values.summaries(unit, ws, [run_id], name)[run_id]])


@routes.post(W + "/metrics/summaries")
@needs("read")
def post_summaries(ws: str, unit: UnitIn, body: SummariesBody) -> SummariesShape:
    """The same of several runs at once."""
    found = values.summaries(unit, ws, list(dict.fromkeys(body.run_ids)), body.names)
    return SummariesShape({run_id: [series_shape(one) for one in some] for run_id, some in found.items()})


@routes.get(W + "/metrics/names")
@needs("read")
def get_names(ws: str, unit: UnitIn, experiment: str | None = None) -> NamesShape:
    """The metrics that the newest runs have, for choosing columns."""
    found = values.names(unit, ws, experiment)
    return NamesShape([_name_shape(one) for one in found])


@routes.get(METRICS + "/values", response_class=Response)
@needs("read")
def get_values(ws: str, run_id: str, unit: UnitIn, name: NamesIn = None, points: bool = False) -> Response:
    """All values in log order, as a columns document; `points`: with times and steps."""
    document = values.values(unit, ws, run_id, name, with_points=points)
    return StreamingResponse((bytes(piece) for piece in document), media_type=MEDIA_TYPE)


@routes.post(W + "/metrics/values", response_class=Response)
@needs("read")
def post_values(ws: str, unit: UnitIn, body: SummariesBody) -> Response:
    """All values of several runs, as one columns document."""
    document = values.values_of_many(unit, ws, list(dict.fromkeys(body.run_ids)), body.names)
    return StreamingResponse((bytes(piece) for piece in document), media_type=MEDIA_TYPE)


@routes.post("/api/v1/verify", response_class=Response)
@needs("admin")
def post_verify(unit: UnitIn, body: VerifyBody) -> Response:
    """Check the metrics of these runs, or of all: a JSON line per run, as it is checked."""
    found = verifications.verify(unit, body.run_ids)
    return StreamingResponse((json.dumps(one._asdict()) + "\n" for one in found), media_type="application/x-ndjson")


def series_shape(found: SeriesSummary) -> SeriesShape:
    """A series as JSON."""
    extent = found.columns[0].extent
    return SeriesShape(
        name=found.series.name,
        kind=found.series.kind,
        description=found.series.description,
        count=extent.points,
        columns=[_column_shape(c.name, s) for c, s in zip(found.series.columns, found.columns, strict=True)],
        low_step=step_or_none(extent.low_step),
        high_step=step_or_none(extent.high_step),
        first_at=at(extent.low_us // 1000) if extent.points else None,
        last_at=at(extent.high_us // 1000) if extent.points else None,
        artifacts=list(found.artifacts) if found.series.kind in ARTIFACT_KINDS else None,
    )


def json_cell(cell: Cell) -> Cell:
    """A cell as JSON takes it."""
    if not isinstance(cell, float) or math.isfinite(cell):
        return cell
    return "NaN" if math.isnan(cell) else "Infinity" if cell > 0 else "-Infinity"


def _column_shape(name: str, stored: Stored) -> ColumnShape:
    summary = stored.summary
    first, last, low, high = summary.first, summary.last, summary.min, summary.max
    return ColumnShape(
        name=name,
        type=type_of(summary.mask),
        count=summary.count,
        nan_count=summary.nans,
        first=_value(first),
        last=_value(last),
        min=_value(low),
        max=_value(high),
        mean=json_cell(mean_of(summary)),
        first_step=_step(first),
        last_step=_step(last),
        min_step=_step(low),
        max_step=_step(high),
        first_at=_at(first),
        last_at=_at(last),
        min_at=_at(low),
        max_at=_at(high),
    )


def _name_shape(named: Named) -> NameShape:
    one = named.series
    return NameShape(one.name, one.kind, list(one.column_names), list(named.numeric), named.run_count)


def _at(mark: Mark | None) -> str | None:
    return None if mark is None else at(mark.time_us // 1000)


def _step(mark: Mark | None) -> int | None:
    return None if mark is None else step_or_none(mark.step)


def _crc32_of(request: Request) -> int:
    told = request.headers.get("x-runstead-crc32", "")
    if not (told.isascii() and told.isdecimal()):
        raise InvalidArgument("the header X-Runstead-CRC32 must be the decimal CRC-32 of the body")
    return int(told)


def _value(mark: Mark | None) -> Cell:
    return None if mark is None else json_cell(mark.value)


def step_or_none(step: int) -> int | None:
    """A step as JSON takes it."""
    return None if step == NO_STEP else step
