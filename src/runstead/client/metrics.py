"""Metrics read back, in the shapes of SDK v1's `get_metrics` (docs/guide/sdk.md)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from runstead.client.artifacts import read_artifact
from runstead.client.runs import run_path
from runstead.client.workspaces import Workspace
from runstead.domain.columns import SeriesValues, decode_columns
from runstead.domain.records import ARTIFACT_KINDS, Cell

RUNS_PER_REQUEST = 200


@dataclass(frozen=True)
class MetricArtifact:
    """A logged file: where it is in the run, and its content: bytes of an image, else the JSON document."""

    path: str
    content: bytes | dict[str, Any]  # Any: JSON


Shape: TypeAlias = Cell | list[Cell] | dict[str, Any] | MetricArtifact  # Any: Cell or list[Cell]


def load_series(workspace: Workspace, run_id: str, *, name: str | None = None) -> list[SeriesValues]:
    """All values of all series, or of the one of that name, in log order."""
    answer = workspace.connection.send("GET", f"{run_path(workspace, run_id)}/metrics/values", query={"name": name})
    return decode_columns(answer.body)


def load_metrics(
    workspace: Workspace, run_id: str, *, name: str | None = None, populate: bool = False
) -> dict[str, Shape]:
    """What `get_metrics` returns: by name, a scalar for one value, a list for several, a dict for columns.

    populate: of files not their addresses, but what is in them.
    """
    return _shapes(workspace, run_id, load_series(workspace, run_id, name=name), populate=populate)


def load_many_metrics(
    workspace: Workspace, run_ids: Sequence[str], *, name: str | None = None, populate: bool = False
) -> dict[str, dict[str, Shape]]:
    """The same of several runs by their ids, in this order; those without metrics are left out."""
    by_run: dict[str, list[SeriesValues]] = {run_id: [] for run_id in run_ids}
    for start in range(0, len(run_ids), RUNS_PER_REQUEST):
        body = {"run_ids": run_ids[start : start + RUNS_PER_REQUEST], "names": None if name is None else [name]}
        for one in decode_columns(_ask_values(workspace, body)):
            by_run[str(one.run_id)].append(one)
    return {run_id: _shapes(workspace, run_id, some, populate=populate) for run_id, some in by_run.items() if some}


def _ask_values(workspace: Workspace, body: Mapping[str, object]) -> bytes:
    headers = {"Content-Type": "application/json"}
    content = json.dumps(body).encode()
    return workspace.connection.send("POST", f"{workspace.path}/metrics/values", content, headers=headers).body


def _shapes(workspace: Workspace, run_id: str, found: Sequence[SeriesValues], *, populate: bool) -> dict[str, Shape]:
    shapes = {one.name: shape_of(one, run_id) for one in found}
    if populate:
        shapes.update({one.name: _content(workspace, run_id, one) for one in found if artifact_paths(one)})
    return shapes


def artifact_paths(series: SeriesValues) -> list[str]:
    """The files of an image or chart series; empty for all other kinds."""
    return [str(path) for path in series.columns.get("", ())] if series.kind in ARTIFACT_KINDS else []


def shape_of(series: SeriesValues, run_id: str) -> Shape:
    """One value bare, several as a list; columns each by that rule; of files the address of the first."""
    paths = artifact_paths(series)
    if paths:
        return f"aml://artifactId/ExperimentRun/dcid.{run_id}/{paths[0]}"
    if list(series.columns) == [""]:
        return _values(series.columns[""])
    return {column: _values(cells) for column, cells in series.columns.items()}


def _content(workspace: Workspace, run_id: str, series: SeriesValues) -> MetricArtifact:
    path = artifact_paths(series)[0]
    content = read_artifact(workspace, run_id, path=path)
    return MetricArtifact(path, content if series.kind == "image" else json.loads(content))


def _values(cells: Sequence[Cell]) -> Cell | list[Cell]:
    kinds = {type(one) for one in cells}
    same = [float(one) if type(one) is int else one for one in cells] if kinds >= {int, float} else list(cells)
    return same[0] if len(same) == 1 else same
