"""Scorers: kept in versions, per experiment; they run at the client."""

import uuid
from collections.abc import Sequence

from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.names import checked_text
from runstead.domain.scorers import Scorer
from runstead.service import experiments, workspaces
from runstead.service.unit import Unit
from runstead.store import experiments as experiment_rows
from runstead.store import scorers

MOST_CHARS = 1_000_000


def register(unit: Unit, workspace: str, experiment_id: str, name: str, told: str) -> Scorer:
    """The next version of this name."""
    checked_text("name of the scorer", name, unit.settings.limits.name_chars)
    checked_text("scorer", told, MOST_CHARS)
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        experiment = experiments.found_by_id(tx.connection, home, experiment_id)
        experiment_rows.find(
            tx.connection, home.key, experiment.name, for_update=True
        )  # versions are counted one by one
        if experiment.archived:
            raise InvalidArgument(f"experiment {experiment_id} is deleted; restore it, or choose another")
        there = scorers.listed(tx.connection, [experiment.key], name)
        values = {
            "workspace_key": home.key,
            "experiment_key": experiment.key,
            "scorer_id": there[-1].scorer_id if there else uuid.uuid4().hex,
            "name": name,
            "version": there[-1].version + 1 if there else 1,
            "told": told,
            "created_at_ms": tx.at_ms,
        }
        scorers.add(tx.connection, values)
        return scorers.listed(tx.connection, [experiment.key], name)[-1]


def listed(unit: Unit, workspace: str, experiment_ids: Sequence[str], name: str | None = None) -> list[Scorer]:
    """All versions of those of some experiments, or of the one of this name."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        keys = [experiments.found_by_id(connection, home, one).key for one in dict.fromkeys(experiment_ids)]
        return scorers.listed(connection, keys, name)


def load(unit: Unit, workspace: str, experiment_id: str, name: str, version: int | None) -> Scorer:
    """One version, or the newest."""
    found = [one for one in listed(unit, workspace, [experiment_id], name) if version in (None, one.version)]
    if not found:
        raise _missing(experiment_id, name, version)
    return found[-1]


def delete(unit: Unit, workspace: str, experiment_id: str, name: str, version: int | None) -> None:
    """One version, or all."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        experiment = experiments.found_by_id(tx.connection, home, experiment_id)
        if not scorers.delete(tx.connection, experiment.key, name=name, version=version):
            raise _missing(experiment_id, name, version)


def _missing(experiment_id: str, name: str, version: int | None) -> NotFound:
    which = "" if version is None else f" and version {version}"
    return NotFound(f"Scorer with name '{name[:100]}'{which} not found for experiment {experiment_id}.")
