"""Datasets that runs used, and the logged models that they read or made."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from runstead.domain.inputs import DatasetInput, ModelLink
from runstead.store.engine import among, insert_if_absent
from runstead.store.hashes import key_of
from runstead.store.input_tables import run_datasets, run_models

_DATASETS = (
    sa.select(run_datasets.c.run_key, run_datasets.c.content)
    .where(among(run_datasets.c.run_key, "run_keys"))
    .order_by(run_datasets.c.place)
)
_MODELS = (
    sa.select(run_models)
    .where(among(run_models.c.run_key, "run_keys"))
    .order_by(run_models.c.run_key, run_models.c.step, run_models.c.model_id)
)


def add_datasets(connection: sa.Connection, run_key: int, datasets: Sequence[DatasetInput]) -> None:
    """Those that the run does not have yet, by name and digest."""
    count = sa.select(sa.func.count()).select_from(run_datasets).where(run_datasets.c.run_key == run_key)
    first = connection.execute(count).scalar_one()
    rows = [
        {
            "run_key": run_key,
            "content_key": key_of(one.name, one.digest),
            "place": first + turn,
            "name": one.name,
            "digest": one.digest,
            "context": one.context,
            "content": asdict(one),
        }
        for turn, one in enumerate(datasets)
    ]
    insert_if_absent(connection, run_datasets, rows)


def add_models(connection: sa.Connection, run_key: int, links: Sequence[ModelLink]) -> None:
    """Links that are not there yet."""
    insert_if_absent(connection, run_models, [{"run_key": run_key, **asdict(link)} for link in links])


def datasets_of(connection: sa.Connection, run_keys: Sequence[int]) -> defaultdict[int, list[DatasetInput]]:
    """Of each run, in the order in which they were told."""
    found: defaultdict[int, list[DatasetInput]] = defaultdict(list)
    for run_key, content in connection.execute(_DATASETS, {"run_keys": run_keys}):
        found[run_key].append(DatasetInput(**content))
    return found


def models_of(connection: sa.Connection, run_keys: Sequence[int]) -> defaultdict[int, list[ModelLink]]:
    """Of each run."""
    found: defaultdict[int, list[ModelLink]] = defaultdict(list)
    for row in connection.execute(_MODELS, {"run_keys": run_keys}):
        found[row.run_key].append(ModelLink(row.model_id, row.made, row.step))
    return found


def dataset_names(connection: sa.Connection, experiment_runs: sa.Select[tuple[int]]) -> list[tuple[str, str, str]]:
    """(name, digest, context) of every dataset that these runs used."""
    table = run_datasets.c
    query = sa.select(table.name, table.digest, table.context).where(table.run_key.in_(experiment_runs)).distinct()
    return [(name, digest, context) for name, digest, context in connection.execute(query.order_by(table.name))]
