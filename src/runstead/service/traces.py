"""Traces: kept as a client tells them, searched, changed, judged, deleted with their files."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any

import sqlalchemy as sa

from runstead.domain.errors import InvalidArgument, NotFound, TooLarge
from runstead.domain.experiments import Experiment
from runstead.domain.names import checked_text
from runstead.domain.runs import TRACE_FILES, Run, RunDraft
from runstead.domain.trace_spans import (
    COST,
    INPUTS,
    OUTPUTS,
    USAGE,
    Span,
    metadata_told,
    preview_of,
    root_of,
    tags_told,
)
from runstead.domain.traces import SOURCE_RUN, STATES, Trace, TraceDraft, TraceEdit
from runstead.domain.workspaces import Workspace
from runstead.service import artifacts, experiments, runs, workspaces
from runstead.service.unit import Tx, Unit
from runstead.store import experiments as experiment_rows
from runstead.store import runs as run_rows
from runstead.store import trace_spans, traces

ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,63}", re.ASCII)
MOST_PREVIEW_CHARS, MOST_ASSESSMENTS, MOST_SPANS, SPANS_AT_ONCE = 10_000, 10_000, 50_000, 100


def start(unit: Unit, workspace: str, draft: TraceDraft) -> Trace:
    """Keep one; told again under its id, it is replaced, but for its files and spans, and what only they told."""
    if not ID.fullmatch(draft.trace_id):
        raise InvalidArgument(f"{draft.trace_id[:80]!r} is no id of a trace: 1 to 64 letters, digits, '_' and '-'")
    if draft.state not in STATES:
        raise InvalidArgument(f"{draft.state[:60]!r} is no state of a trace; there are {', '.join(STATES)}")
    limits = unit.settings.limits
    told = {
        "source_run_id": draft.source_run_id,
        "state": draft.state,
        "requested_at_ms": _checked_ms(draft.requested_at_ms),
        "duration_ms": None if draft.duration_ms is None else _checked_ms(draft.duration_ms),
        "client_request_id": checked_text("client request id", draft.client_request_id, limits.tag_value_chars),
        "request_preview": checked_text("request", draft.request_preview, limits.tag_value_chars)[:MOST_PREVIEW_CHARS],
        "response_preview": checked_text("answer", draft.response_preview, limits.tag_value_chars)[:MOST_PREVIEW_CHARS],
        "tags": experiments.checked_tags(draft.tags, limits),
        "metadata": experiments.checked_tags(draft.metadata, limits),
        "assessments": [dict(one) for one in draft.assessments[:MOST_ASSESSMENTS]],
    }
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        experiment = experiments.found_by_id(tx.connection, home, draft.experiment_id)
        there = _held(unit, tx, home, experiment, draft.trace_id)
        if there.experiment_id != experiment.experiment_id:
            raise InvalidArgument(f"trace {there.trace_id} is of experiment {there.experiment_id} and stays there")
        if not there.is_told:
            told["tags"] = experiments.checked_tags({**there.tags, **draft.tags}, limits)
            told["metadata"] = experiments.checked_tags({**there.metadata, **draft.metadata}, limits)
            told["request_preview"] = told["request_preview"] or there.request_preview
            told["response_preview"] = told["response_preview"] or there.response_preview
        traces.update(tx.connection, there.key, {**told, "is_told": True})
        return _found(tx, home, draft.trace_id)


def keep_spans(
    unit: Unit, workspace: str, experiment_id: str, spans: Sequence[Span], *, source_run_id: str | None
) -> None:
    """Keep spans, of one trace or several; a trace that nobody told of is made of them, in this experiment."""
    of_each: dict[str, list[Span]] = {}
    for one in spans:
        checked_text("name of a span", one.name, unit.settings.limits.tag_value_chars)
        of_each.setdefault(one.trace_id, []).append(one)
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        experiment = experiments.found_by_id(tx.connection, home, experiment_id)
        for trace_id, some in sorted(of_each.items()):  # sorted: two exports that meet lock in one order
            there = _held(unit, tx, home, experiment, trace_id)
            trace_spans.keep(tx.connection, there.key, list({one.span_id: one for one in some}.values()))
            count = trace_spans.count(tx.connection, there.key)
            if count > MOST_SPANS:
                raise TooLarge(f"trace {trace_id} has {count} spans; at most {MOST_SPANS} are kept")
            values = {} if there.is_told else _values_of(unit, tx, there, some)
            if not there.is_told and source_run_id is not None:
                values["source_run_id"] = source_run_id
                values["metadata"] = {SOURCE_RUN: source_run_id, **values["metadata"]}
            traces.update(tx.connection, there.key, {**values, "span_count": count})


def _values_of(unit: Unit, tx: Tx, there: Trace, some: Sequence[Span]) -> dict[str, Any]:  # Any: columns' values
    """What spans say of a trace that nobody else told of."""
    if any(one.values.get(word) for one in some for word in (USAGE, COST)):  # sums are of the whole tree
        stored = trace_spans.of_traces(tx.connection, [there.key])[there.key]
        some = [replace(one, resource=some[0].resource) for one in stored]
    root, limits = root_of(some), unit.settings.limits
    began_ms = min(one.began_ns for one in some) // 1_000_000
    ended_ms = max((one.ended_ns or 0) // 1_000_000 for one in some)
    if there.span_count:
        ended_ms = max(ended_ms, there.requested_at_ms + (there.duration_ms or 0))
        began_ms = min(began_ms, there.requested_at_ms)
    values: dict[str, Any] = {
        "requested_at_ms": began_ms,
        "duration_ms": max(0, ended_ms - began_ms) if ended_ms else None,
        "tags": experiments.checked_tags({**there.tags, **tags_told(some)}, limits),
        "metadata": experiments.checked_tags({**there.metadata, **metadata_told(some)}, limits),
    }
    if root is not None:
        values["state"] = "ERROR" if root.state == "ERROR" else "OK"
        for column, word in (("request_preview", INPUTS), ("response_preview", OUTPUTS)):
            values[column] = checked_text(column, preview_of(root, word), limits.tag_value_chars)
    return values


def _held(unit: Unit, tx: Tx, home: Workspace, experiment: Experiment, trace_id: str) -> Trace:
    """The trace of this id, for update; made, empty, in the experiment if there is none."""
    if experiment.archived:
        raise InvalidArgument(
            f"The experiment {experiment.experiment_id} must be in the 'active' state. Current state is deleted."
        )
    there = traces.find(tx.connection, home.key, trace_id, for_update=True)
    if there is not None:
        return there
    empty = {
        "trace_id": trace_id,
        "workspace_key": home.key,
        "experiment_key": experiment.key,
        "holder_key": _holder(unit, tx, home, experiment).key,
        "state": "IN_PROGRESS",
        "requested_at_ms": 0,
        **dict.fromkeys(("client_request_id", "request_preview", "response_preview"), ""),
        **{name: {} for name in ("tags", "metadata")},
        "assessments": [],
        "is_told": False,
    }
    traces.add(tx.connection, empty)
    return _found(tx, home, trace_id)


def find(unit: Unit, workspace: str, trace_id: str) -> Trace | None:
    """One, or None."""
    with unit.read() as connection:
        return traces.find(connection, workspaces.found(connection, workspace).key, trace_id)


def load(unit: Unit, workspace: str, trace_id: str) -> Trace:
    """One, or NotFound."""
    found = find(unit, workspace, trace_id)
    if found is None:
        raise _missing(trace_id)
    return found


def listed(unit: Unit, workspace: str, experiment_ids: Sequence[str], *, with_spans: bool = False) -> Iterator[Trace]:
    """Those of these experiments, newest first, one by one: the reader stops where it has enough."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        found = traces.listed(connection, home.key, experiment_ids)
        if not with_spans:
            yield from found
        while with_spans and (some := list(islice(found, SPANS_AT_ONCE))):
            yield from _with_spans(connection, some)


def with_spans(unit: Unit, some: Sequence[Trace]) -> list[Trace]:
    """The same traces with their spans."""
    with unit.read() as connection:
        return _with_spans(connection, some)


def _with_spans(connection: sa.Connection, some: Sequence[Trace]) -> list[Trace]:
    spans = trace_spans.of_traces(connection, [one.key for one in some])
    return [replace(one, spans=spans[one.key]) for one in some]


def edit(unit: Unit, workspace: str, trace_id: str, change: TraceEdit) -> Trace:
    """Change what is given."""
    limits = unit.settings.limits
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = _found(tx, home, trace_id)
        if change.remove_tag is not None and change.remove_tag not in there.tags:
            raise NotFound(f"No trace tag with key '{change.remove_tag}' for trace with ID '{trace_id}'")
        tags = {key: value for key, value in {**there.tags, **change.tags}.items() if key != change.remove_tag}
        assessments = there.assessments if change.assessments is None else change.assessments
        if len(assessments) > MOST_ASSESSMENTS:
            raise InvalidArgument(
                f"trace {trace_id} has {MOST_ASSESSMENTS} assessments, which is the most there may be"
            )
        values = {
            "state": change.state or there.state,
            "duration_ms": there.duration_ms if change.duration_ms is None else _checked_ms(change.duration_ms),
            "tags": experiments.checked_tags(tags, limits),
            "metadata": experiments.checked_tags({**there.metadata, **change.metadata}, limits),
            "assessments": [dict(one) for one in assessments],
        }
        traces.update(tx.connection, there.key, values)
        return _found(tx, home, trace_id)


def delete(unit: Unit, workspace: str, found: Sequence[Trace]) -> int:
    """Forget some with their files; returns how many."""
    for one in found:
        with suppress(NotFound):  # its spans may never have come
            artifacts.remove(unit, workspace, one.holder_id, one.trace_id)
        with unit.write() as tx:
            traces.delete(tx.connection, one.key)
    return len(found)


def _holder(unit: Unit, tx: Tx, home: Workspace, experiment: Experiment) -> Run:
    """The hidden run of the experiment, made with its first trace."""
    run_id = f"{TRACE_FILES}-{home.key}-{experiment.key}"
    there = run_rows.find(tx.connection, run_id)
    if there is None:  # clients tell of a trace and of its spans at the same moment: one makes it, the other waits
        experiment_rows.find(tx.connection, home.key, experiment.name, for_update=True)
        there = run_rows.find(tx.connection, run_id)
    if there is not None:
        return there
    return runs.insert_hidden(unit, tx, home, RunDraft(run_id, experiment.name, TRACE_FILES, "traces"))


def _found(tx: Tx, home: Workspace, trace_id: str) -> Trace:
    found = traces.find(tx.connection, home.key, trace_id, for_update=True)
    if found is None:
        raise _missing(trace_id)
    return found


def _missing(trace_id: str) -> NotFound:
    return NotFound(f"Trace with ID '{trace_id[:100]}' not found.")


def _checked_ms(time_ms: int) -> int:
    if not 0 <= time_ms < 1 << 52:
        raise InvalidArgument(f"{time_ms} is no time of a trace in milliseconds")
    return time_ms
