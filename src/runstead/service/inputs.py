"""What a run read and made, as its client tells it: datasets and logged models."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from runstead.domain.errors import InvalidArgument
from runstead.domain.inputs import DatasetInput, ModelLink
from runstead.domain.names import checked_text
from runstead.service import batches, experiments, feed, runs, workspaces
from runstead.service.unit import Unit
from runstead.store import inputs
from runstead.store.tables import runs as run_table

MOST_CHARS = {"name": 500, "digest": 36, "source": 65_535, "schema": 1_048_575, "profile": 16_777_215}


class Inputs(NamedTuple):
    """Of one run."""

    datasets: Sequence[DatasetInput]
    models: Sequence[ModelLink]


def log(
    unit: Unit, workspace: str, run_id: str, *, datasets: Sequence[DatasetInput] = (), models: Sequence[ModelLink] = ()
) -> None:
    """Say what the run used and made; a repeat changes nothing."""
    for one in datasets:
        _check(one)
        experiments.checked_tags(one.tags, unit.settings.limits)
    with unit.write() as tx:
        run = runs.located(tx.connection, workspace, run_id)
        batches.check_active(run)
        inputs.add_datasets(tx.connection, run.key, datasets)
        inputs.add_models(tx.connection, run.key, models)
        feed.publish(tx, "run", run)


def of_runs(connection: sa.Connection, run_keys: Sequence[int]) -> dict[int, Inputs]:
    """Of each run, by its key."""
    datasets, models = inputs.datasets_of(connection, run_keys), inputs.models_of(connection, run_keys)
    return {key: Inputs(datasets[key], models[key]) for key in run_keys}


def of_run(unit: Unit, run_key: int) -> Inputs:
    """Of one run."""
    with unit.read() as connection:
        return of_runs(connection, [run_key])[run_key]


def dataset_names(unit: Unit, workspace: str, experiment_id: str) -> list[tuple[str, str, str]]:
    """(name, digest, context) of every dataset that the runs of an experiment used."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        experiment = experiments.found_by_id(connection, home, experiment_id)
        mine = sa.select(run_table.c.run_key).where(run_table.c.experiment_key == experiment.key)
        return inputs.dataset_names(connection, mine)


def _check(one: DatasetInput) -> None:
    if not one.name or not one.digest:
        raise InvalidArgument("Dataset name and digest cannot be empty")
    for field, most in MOST_CHARS.items():
        text = getattr(one, field)
        if len(text) > most:
            raise InvalidArgument(f"'{field}' exceeds the maximum length of {most} characters")
        checked_text(f"dataset {field}", text, most)
    checked_text("dataset source type", one.source_type, MOST_CHARS["source"])
