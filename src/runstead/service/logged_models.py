"""Logged models: made before their files come, found by id, changed, put away."""

from collections.abc import Mapping, Sequence
from typing import Any

from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.logged_models import PENDING, STATUSES, LoggedModel, LoggedModelDraft
from runstead.domain.names import checked_text
from runstead.domain.paths import normalised_path
from runstead.domain.runs import MODEL_FILES, Run, RunDraft
from runstead.domain.workspaces import Workspace
from runstead.service import experiments, feed, runs, workspaces
from runstead.service.unit import Tx, Unit
from runstead.store import artifacts, logged_models
from runstead.store import runs as run_rows

FORBIDDEN = set("/:.%\"'\\")
MOST_NAME_CHARS = 250


def create(unit: Unit, workspace: str, draft: LoggedModelDraft) -> LoggedModel:
    """A new one. A model that no run here made gets a hidden run for its files."""
    _check_name(draft.name)
    model_id = f"m-{unit.new_id().replace('-', '')}"
    limits = unit.settings.limits
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        experiment = experiments.found_by_id(tx.connection, home, draft.experiment_id)
        holder = _holder(unit, tx, home, draft, model_id, experiment.name)
        values = {
            "workspace_key": home.key,
            "experiment_key": experiment.key,
            "model_id": model_id,
            "name": draft.name or model_id,
            "model_type": checked_text("model type", draft.model_type, limits.tag_value_chars),
            "status": PENDING,
            "source_run_id": draft.source_run_id,
            "holder_key": holder.key,
            "root": _free_root(tx, holder, draft.name, model_id),
            "created_at_ms": tx.at_ms,
            "updated_at_ms": tx.at_ms,
            "tags": experiments.checked_tags(draft.tags, limits),
            "params": experiments.checked_tags(draft.params, limits),
            "metrics": [],
        }
        logged_models.add(tx.connection, values)
        feed.publish(tx, "run", holder)
        return _found(tx, home, model_id)


def load(unit: Unit, workspace: str, model_id: str) -> LoggedModel:
    """One, or NotFound."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        model = logged_models.find(connection, home.key, model_id)
    if model is None:
        raise _missing(model_id)
    return model


def listed(unit: Unit, workspace: str, experiment_ids: Sequence[str]) -> list[LoggedModel]:
    """Those of these experiments, newest first."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        return logged_models.listed(connection, home.key, experiment_ids)


def roots_of(unit: Unit, workspace: str, run_id: str) -> list[str]:
    """Below which paths of a run the files of logged models are."""
    with unit.read() as connection:
        return logged_models.roots(connection, runs.located(connection, workspace, run_id).key)


def edit(
    unit: Unit,
    workspace: str,
    model_id: str,
    *,
    status: str | None = None,
    tags: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    remove_tag: str | None = None,
) -> LoggedModel:
    """Change what is given; a param is written once."""
    limits = unit.settings.limits
    if status is not None and status not in STATUSES:
        raise InvalidArgument(f"{status!r:.60} is no status of a logged model; there are {', '.join(STATUSES)}")
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = _found(tx, home, model_id)
        for key, value in (params or {}).items():
            if there.params.get(key, value) != value:
                raise InvalidArgument(f"param {key!r} of logged model {model_id} is {there.params[key]!r} and stays so")
        if remove_tag is not None and remove_tag not in there.tags:
            raise NotFound(f"No tag with key {remove_tag!r} found for model {model_id}")
        kept = {key: value for key, value in {**there.tags, **(tags or {})}.items() if key != remove_tag}
        values = {
            "status": status or there.status,
            "tags": experiments.checked_tags(kept, limits),
            "params": experiments.checked_tags({**there.params, **(params or {})}, limits),
            "updated_at_ms": tx.at_ms,
        }
        logged_models.update(tx.connection, there.key, values)
        return _found(tx, home, model_id)


def add_metrics(unit: Unit, workspace: str, model_id: str, metrics: Sequence[Mapping[str, Any]]) -> None:
    """The newest values that were measured of a model: one per name, dataset and run."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = _found(tx, home, model_id)
        names = ("key", "dataset_name", "dataset_digest", "run_id")
        newest = {tuple(one.get(name) for name in names): one for one in (*there.metrics, *metrics)}
        logged_models.update(tx.connection, there.key, {"metrics": [dict(one) for one in newest.values()]})


def delete(unit: Unit, workspace: str, model_id: str) -> None:
    """Put away; the files stay with the run."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        logged_models.update(tx.connection, _found(tx, home, model_id).key, {"deleted_at_ms": tx.at_ms})


def _found(tx: Tx, workspace: Workspace, model_id: str) -> LoggedModel:
    model = logged_models.find(tx.connection, workspace.key, model_id, for_update=True)
    if model is None:
        raise _missing(model_id)
    return model


def _missing(model_id: str) -> NotFound:
    return NotFound(f"Logged model with ID '{model_id[:100]}' not found.")


def _check_name(name: str) -> None:
    bad = sorted(FORBIDDEN & set(name))
    if bad or len(name) > MOST_NAME_CHARS or any(not c.isprintable() for c in name):
        raise InvalidArgument(
            f"Invalid model name ({name[:100]!r}) provided. Model name must be a non-empty string of at most "
            f"{MOST_NAME_CHARS} printable characters, and cannot contain any of / : . % \" ' \\"
        )


def _holder(unit: Unit, tx: Tx, home: Workspace, draft: LoggedModelDraft, model_id: str, experiment: str) -> Run:
    source = None if draft.source_run_id is None else run_rows.find(tx.connection, draft.source_run_id)
    if source is not None and source.workspace_key == home.key:
        return source
    return runs.insert_hidden(unit, tx, home, RunDraft(model_id, experiment, MODEL_FILES, draft.name or None))


def _free_root(tx: Tx, holder: Run, name: str, model_id: str) -> str:
    """The model's name, so that it is found where older clients put it; or a folder of its own, if that is taken."""
    root = normalised_path(name or model_id)
    there = artifacts.find(tx.connection, holder.key, root) or artifacts.listed(
        tx.connection, holder.key, prefix=f"{root}/"
    )
    return f"models/{model_id}" if there or root in logged_models.roots(tx.connection, holder.key) else root
