"""Traces: kept as a client tells them, searched, changed, judged, deleted with their files."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.experiments import Experiment
from runstead.domain.names import checked_text
from runstead.domain.runs import TRACE_FILES, Run, RunDraft
from runstead.domain.traces import STATES, Trace, TraceDraft, TraceEdit
from runstead.domain.workspaces import Workspace
from runstead.service import artifacts, experiments, runs, workspaces
from runstead.service.unit import Tx, Unit
from runstead.store import runs as run_rows
from runstead.store import traces

ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,63}", re.ASCII)
MOST_PREVIEW_CHARS, MOST_TAG_CHARS, MOST_ASSESSMENTS = 10_000, 8_000, 10_000


def start(unit: Unit, workspace: str, draft: TraceDraft) -> Trace:
    """Keep one; told again under its id, it is replaced, but for its files."""
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
        if experiment.archived:
            raise InvalidArgument(
                f"The experiment {experiment.experiment_id} must be in the 'active' state. Current state is deleted."
            )
        there = traces.find(tx.connection, home.key, draft.trace_id, for_update=True)
        if there is not None and there.experiment_id != experiment.experiment_id:
            raise InvalidArgument(f"trace {there.trace_id} is of experiment {there.experiment_id} and stays there")
        if there is not None:
            traces.update(tx.connection, there.key, told)
        else:
            holder = _holder(unit, tx, home, experiment)
            keys = {"workspace_key": home.key, "experiment_key": experiment.key, "holder_key": holder.key}
            traces.add(tx.connection, {"trace_id": draft.trace_id, **keys, **told})
        return _found(tx, home, draft.trace_id)


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


def listed(unit: Unit, workspace: str, experiment_ids: Sequence[str]) -> Iterator[Trace]:
    """Those of these experiments, newest first, one by one: the reader stops where it has enough."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        yield from traces.listed(connection, home.key, experiment_ids)


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
