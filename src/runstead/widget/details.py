"""What a run's widget shows, as plain data, and as text where no widget can be shown."""

import math
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from runstead.client import artifacts, logs, metrics, runs
from runstead.client.connection import Json
from runstead.client.workspaces import Workspace
from runstead.domain.runs import is_final

TAIL_BYTES = 16_384
DRIVER_LOG = "70_driver_log"
# A widget is an overview; Studio shows every point.
MAX_CHILDREN, MAX_POINTS = 100, 2_000
Values = dict[str, Any]  # Any: JSON, in SDK v1's shape


def details_of(workspace: Workspace, run_id: str) -> Values:
    """Everything about a run that its widget shows; the keys are those of SDK v1's `get_widget_data`."""
    record = runs.load_run(workspace, run_id)
    found = artifacts.list_artifacts(workspace, run_id)
    paths = sorted(one["path"] for one in found if one["is_log"])
    children = islice(runs.list_runs(workspace, parent=run_id), MAX_CHILDREN)
    return {
        "status": record["status"],
        "workbench_run_details_uri": runs.studio_url(workspace, run_id),
        "run_id": run_id,
        "run_properties": properties_of(record, paths),
        "child_runs": [child_of(child) for child in children],
        "children_metrics": {},
        "run_metrics": charts_of(run_id, metrics.load_metrics(workspace, run_id)),
        "run_logs": tail_of(workspace, run_id, paths),
        "graph": {},
        "widget_settings": {},
        "loading": not is_final(record["status"]),
    }


def properties_of(record: Json, log_paths: list[str]) -> Values:
    """The facts of a run under SDK v1's names."""
    return {
        "run_id": record["run_id"],
        "created_utc": record["created_at"],
        "properties": dict(record["properties"]),
        "tags": dict(record["tags"]),
        "script_name": record["script"],
        "arguments": " ".join(record["arguments"]) or None,
        "end_time_utc": record["ended_at"],
        "status": record["status"],
        "log_files": {path: path for path in log_paths},
        "log_groups": [[path] for path in log_paths],
        "run_duration": duration_of(record),
        "run_number": str(record["number"]),
        "run_queued_details": {"status": record["status"], "details": None},
    }


def child_of(record: Json) -> Values:
    """A row of the table of child runs."""
    return {
        "run_id": record["run_id"],
        "run_number": record["number"],
        "run_name": record["display_name"],
        "status": record["status"],
        "start_time": record["started_at"],
        "created_time": record["created_at"],
        "end_time": record["ended_at"],
        "duration": duration_of(record),
    }


def charts_of(run_id: str, shapes: dict[str, metrics.Shape]) -> list[Values]:
    """A chart per metric: one series, or one per column."""
    charts = []
    for name, shape in shapes.items():
        columns = shape if isinstance(shape, dict) else {"": shape}
        series = [{"name": column or name, "data": _listed(values)} for column, values in columns.items()]
        longest = max((len(one["data"]) for one in series), default=0)
        charts.append({"name": name, "run_id": run_id, "categories": list(range(longest)), "series": series})
    return charts


def tail_of(workspace: Workspace, run_id: str, paths: list[str]) -> str:
    """The end of the log that people want to see: the script's own, else the last one."""
    if not paths:
        return ""
    path = next((one for one in paths if DRIVER_LOG in one), paths[-1])
    return logs.read_log(workspace, run_id, path=path, offset=-TAIL_BYTES).content.decode(errors="replace")


def duration_of(record: Json) -> str | None:
    """`0:00:34`; up to now, of a run that has not ended."""
    if record["started_at"] is None:
        return None
    begun = datetime.fromisoformat(record["started_at"])
    ended = record["ended_at"]
    seconds = (datetime.fromisoformat(ended) if ended else datetime.now(begun.tzinfo)) - begun
    return str(timedelta(seconds=round(seconds.total_seconds())))


def summary_of(details: Values) -> str:
    """A few lines for a terminal."""
    facts = details["run_properties"]
    lines = [f"Run {details['run_id']}: {details['status']}"]
    if facts["run_duration"]:
        lines[0] += f", {facts['run_duration']}"
    for chart in details["run_metrics"]:
        for series in chart["series"]:
            label = chart["name"] if series["name"] == chart["name"] else f"{chart['name']}/{series['name']}"
            last = series["data"][-1] if series["data"] else None
            lines.append(f"  {label}: {last} ({len(series['data'])} values)")
    lines += [f"  child {one['run_name']}: {one['status']}" for one in details["child_runs"]]
    return "\n".join([*lines, f"  {details['workbench_run_details_uri']}"])


def _listed(values: object) -> list[object]:
    listed = list(values) if isinstance(values, list) else [values]
    step = -(-len(listed) // MAX_POINTS)
    kept = listed if step <= 1 else [*listed[:-1:step], listed[-1]]
    return [str(one) if isinstance(one, float) and not math.isfinite(one) else one for one in kept]  # JSON has no NaN
