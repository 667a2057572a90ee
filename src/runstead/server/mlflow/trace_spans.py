"""Spans of MLflow's traces: taken as OpenTelemetry tells them, given back with their trace or as MLflow's file."""

import asyncio
import json
import zlib
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from runstead.domain.errors import InvalidArgument, NotFound, TooLarge
from runstead.domain.trace_exports import Json, spans_of
from runstead.domain.trace_spans import from_mlflow_form, mlflow_form, read_span
from runstead.domain.traces import Trace
from runstead.server import uploads
from runstead.server.auth import CallerIn, UnitIn, check_within, needs
from runstead.server.mlflow.artifacts import safe_path, send
from runstead.server.mlflow.traces import TRACES, found, trace_out
from runstead.server.mlflow.wire import BASE, MOUNT, Asked, AskedIn, answer, filled, router, settle
from runstead.server.tokens import Caller
from runstead.service import artifacts, runs, traces
from runstead.service.unit import Unit

routes = router()
PROTOBUF, JSON = "application/x-protobuf", "application/json"
WINDOWS = {"gzip": (31,), "deflate": (15, -15)}  # of zlib, by content-encoding; some send deflate without its header
MOST_BYTES = 64 << 20  # of an export, when unpacked
MOST_SPANS, MOST_TRACES = 20_000, 1_000
SPANS_FILE, SIZES = "traces.json", "mlflow.trace.sizeStats"
# Clients tell of a trace and of its spans in two calls at once, and may ask for both at the same time.
WAIT_S, LOOK_S = 1.0, 0.1


@routes.post(MOUNT + "/v1/traces", dependencies=[Depends(settle)])
@needs("run", body="stream")
async def export_spans(
    ws: str,
    request: Request,
    unit: UnitIn,
    caller: CallerIn,
    x_mlflow_experiment_id: Annotated[str, Header()] = "",
    x_mlflow_run_id: Annotated[str, Header()] = "",
) -> Response:
    """OpenTelemetry's door: spans of traces of one experiment, as protocol buffers or JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind not in (PROTOBUF, JSON):
        raise InvalidArgument(f"Invalid Content-Type: {kind[:100]}. Expected: {PROTOBUF} or {JSON}")
    if not x_mlflow_experiment_id:
        raise InvalidArgument("the header x-mlflow-experiment-id names the experiment of the spans; it is missing")
    body = await uploads.whole(request, unit, max_bytes=MOST_BYTES)
    packed = request.headers.get("content-encoding", "").lower()
    run_id = x_mlflow_run_id or caller.run_id
    await run_in_threadpool(_keep, unit, caller, ws, body, packed, kind == JSON, x_mlflow_experiment_id, run_id)
    return Response(b"{}" if kind == JSON else b"", media_type=kind)


@routes.get(TRACES + "/get")
@needs("read")
async def get(asked: AskedIn) -> Response:
    """One with its spans; unless some will do, all that its client counted: they are waited for, for a moment."""
    one = await run_in_threadpool(found, asked)
    deadline = asyncio.get_running_loop().time() + WAIT_S
    while (spans := await run_in_threadpool(_whole, asked, one)) is None and not asked.flag("allow_partial"):
        if asyncio.get_running_loop().time() > deadline:
            told = f"Trace with ID {one.trace_id} is not fully exported yet, please try again later."
            raise NotFound(told)
        await asyncio.sleep(LOOK_S)
    if spans is None:
        (one,) = await run_in_threadpool(traces.with_spans, asked.unit, [one])
        spans = [span.told for span in one.spans]
    return answer({"trace": {"trace_info": trace_out(one), "spans": spans}})


@routes.get(TRACES + "/batchGet")
@needs("read")
def get_many(asked: AskedIn) -> Response:
    """Some with their spans; what is unknown, or not there as a whole, is left out."""
    ids = asked.some_texts("trace_ids")
    if len(ids) > MOST_TRACES:
        raise InvalidArgument(f"at most {MOST_TRACES} traces are given at once")
    wanted = asked.texts("experiment_ids") if "experiment_ids" in asked.fields else None
    there = [traces.find(asked.unit, asked.workspace, trace_id) for trace_id in dict.fromkeys(ids)]
    told = []
    for one in there:
        if one is not None and (wanted is None or one.experiment_id in wanted):
            spans = _whole(asked, one)
            if spans is not None:
                told.append({"trace_info": trace_out(one), "spans": spans})
    return answer(filled({"traces": told}))


@routes.get(BASE + "/get-trace-artifact")
@needs("read")
def get_artifact(request: Request, asked: AskedIn) -> Response:
    """The spans, or an attachment, as MLflow's own pages ask for them."""
    there = traces.load(asked.unit, asked.workspace, asked.text("request_id"))
    path = asked.maybe("path")
    if path or not there.span_count:
        wanted = f"{there.trace_id}/{f'attachments/{safe_path(path)}' if path else SPANS_FILE}"
        file = artifacts.find(asked.unit, asked.workspace, there.holder_id, wanted)
        return send(request, asked.unit, there.holder_id, file)
    (whole,) = traces.with_spans(asked.unit, [there])
    reply = answer({"spans": [mlflow_form(one) for one in whole.spans]})
    reply.headers["Content-Disposition"] = f"attachment; filename={SPANS_FILE}"
    return reply


def _keep(
    unit: Unit, caller: Caller, ws: str, body: bytes, packed: str, is_json: bool, experiment_id: str, run_id: str | None
) -> None:
    if run_id is not None:
        check_within(unit, caller, run_id)
        runs.load(unit, ws, run_id)
    told = spans_of(_unpacked(body, packed), is_json=is_json)
    if not told:
        raise InvalidArgument("Invalid OpenTelemetry format - no spans found")
    if len(told) > MOST_SPANS:
        raise TooLarge(f"the export has {len(told)} spans; at most {MOST_SPANS} are taken at once")
    spans = [read_span(*one) for one in told]
    for trace_id in {one.trace_id for one in spans}:
        there = traces.find(unit, ws, trace_id)
        if there is not None:
            check_within(unit, caller, there.source_run_id)
    traces.keep_spans(unit, ws, experiment_id, spans, source_run_id=run_id)


def _unpacked(body: bytes, packed: str) -> bytes:
    """The body without its packing; never more of it in memory than is taken."""
    if not packed or packed == "identity":
        return body
    if packed not in WINDOWS:
        raise InvalidArgument(f"Unsupported Content-Encoding: {packed[:60]}")
    for window in WINDOWS[packed]:
        reader = zlib.decompressobj(window)
        try:
            found = reader.decompress(body, MOST_BYTES + 1)
        except zlib.error:
            continue
        if len(found) > MOST_BYTES:
            raise TooLarge(f"the export has more than {MOST_BYTES} bytes when unpacked; send it in several")
        if reader.eof:
            return found
    raise InvalidArgument(f"Failed to decompress {packed} payload")


def _whole(asked: Asked, one: Trace) -> list[Json] | None:
    """The spans of a trace, from its rows or its file; None while some that its client counted are missing."""
    (with_rows,) = traces.with_spans(asked.unit, [one])
    expected = _expected(one)
    if with_rows.spans and len(with_rows.spans) >= expected:
        return [span.told for span in with_rows.spans]
    try:
        file = artifacts.find(asked.unit, asked.workspace, one.holder_id, f"{one.trace_id}/{SPANS_FILE}")
    except NotFound:
        return None if expected or not one.is_told else []
    if file.size_bytes > MOST_BYTES:
        raise TooLarge(f"the spans of trace {one.trace_id} have {file.size_bytes} bytes; read its file {SPANS_FILE}")
    with artifacts.opened(asked.unit, one.holder_id, file) as content:
        return _told_in(one, content.read())


def _told_in(one: Trace, file: bytes) -> list[Json]:
    """The spans in a file that a client wrote."""
    try:
        return [from_mlflow_form(told) for told in json.loads(file)["spans"] if told["span_id"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidArgument(f"the file of trace {one.trace_id} is of another version: read it by itself") from error


def _expected(one: Trace) -> int:
    try:
        count = json.loads(one.metadata.get(SIZES, "{}")).get("num_spans", 0)
    except (ValueError, AttributeError):
        return 0
    return count if isinstance(count, int) else 0
