"""MLflow's evaluation datasets; tags and records travel as texts of JSON."""

import json
from typing import Any

from fastapi.responses import Response

from runstead.domain.evaluation_datasets import EvaluationDataset, Record, read_record
from runstead.server.auth import needs
from runstead.server.mlflow.filters import Key, Plain, holds, sorted_by
from runstead.server.mlflow.grammars import Grammar
from runstead.server.mlflow.wire import BASE, Asked, AskedIn, answer, decoded, filled, invalid, paged, router
from runstead.service import evaluation_datasets

routes = router()
DATASETS = BASE + "/datasets"
DATASET = DATASETS + "/{dataset_id}"
FILTERS = Grammar(texts=("name", "created_by", "last_updated_by"), numbers=("created_time", "last_update_time"))
MOST_RECORDS = 10_000  # on a page


@routes.post(DATASETS + "/create")
@needs("write")
def create(asked: AskedIn) -> Response:
    """A new one."""
    name, ids = asked.text("name"), asked.texts("experiment_ids")
    tags = _tags_of(asked) if asked.maybe("tags") else {}
    made = evaluation_datasets.create(asked.unit, asked.workspace, name, experiment_ids=ids, tags=tags)
    return _told(made)


@routes.api_route(DATASETS + "/search", methods=["GET", "POST"])
@needs("read")
def search(asked: AskedIn) -> Response:
    """Filtered, sorted, by the page; without their records."""
    page, ids = asked.page(1_000), set(asked.texts("experiment_ids"))
    if len(ids) > 1 and all(len(one) == 1 for one in ids):  # the stock client spells one id that is no list by letters
        ids = {"".join(asked.texts("experiment_ids"))}
    conditions, orders = FILTERS.conditions(asked.maybe("filter_string")), FILTERS.orders(asked.texts("order_by"))
    kept = [
        one
        for one in evaluation_datasets.listed(asked.unit, asked.workspace)
        if (not ids or ids & set(one.experiment_ids)) and all(holds(c, value_in(one, c.key)) for c in conditions)
    ]
    some, token = paged(sorted_by(kept, orders, value_in), page)
    return answer({**filled({"datasets": [dataset_out(one) for one in some]}), **token})


@routes.get(DATASET)
@needs("read")
def get(asked: AskedIn) -> Response:
    """One."""
    return _told(evaluation_datasets.load(asked.unit, asked.workspace, asked.text("dataset_id")))


@routes.delete(DATASET)
@needs("write")
def delete(asked: AskedIn) -> Response:
    """One with its records."""
    evaluation_datasets.delete(asked.unit, asked.workspace, asked.text("dataset_id"))
    return answer({})


@routes.patch(DATASET + "/tags")
@needs("write")
def set_tags(asked: AskedIn) -> Response:
    """Some tags."""
    evaluation_datasets.edit(asked.unit, asked.workspace, asked.text("dataset_id"), tags=_tags_of(asked))
    return answer({})


@routes.delete(DATASET + "/tags/{key}")
@needs("write")
def delete_tag(asked: AskedIn) -> Response:
    """One tag less."""
    key = asked.text("key")
    evaluation_datasets.edit(asked.unit, asked.workspace, asked.text("dataset_id"), tags={}, remove_tag=key)
    return answer({})


@routes.get(DATASET + "/experiment-ids")
@needs("read")
def experiment_ids(asked: AskedIn) -> Response:
    """Of which experiments it is."""
    there = evaluation_datasets.load(asked.unit, asked.workspace, asked.text("dataset_id"))
    return answer(filled({"experiment_ids": list(there.experiment_ids)}))


@routes.post(DATASET + "/add-experiments")
@needs("write")
def add_experiments(asked: AskedIn) -> Response:
    """It is of more of them."""
    more = asked.texts("experiment_ids")
    return _told(evaluation_datasets.associate(asked.unit, asked.workspace, asked.text("dataset_id"), add=more))


@routes.post(DATASET + "/remove-experiments")
@needs("write")
def remove_experiments(asked: AskedIn) -> Response:
    """It is of fewer of them."""
    fewer = asked.texts("experiment_ids")
    return _told(evaluation_datasets.associate(asked.unit, asked.workspace, asked.text("dataset_id"), remove=fewer))


@routes.post(DATASET + "/records")
@needs("write")
def keep_records(asked: AskedIn) -> Response:
    """Records; those with inputs that are there change what is there."""
    told = decoded(asked.text("records").encode())
    if not isinstance(told, list):
        raise invalid("records", told, "It must be a text of JSON: a list of records")
    records = [read_record(one) for one in told]
    kept = evaluation_datasets.keep_records(asked.unit, asked.workspace, asked.text("dataset_id"), records)
    return answer({"inserted_count": kept.inserted, "updated_count": kept.updated})


@routes.get(DATASET + "/records")
@needs("read")
def get_records(asked: AskedIn) -> Response:
    """Records, by the page."""
    page, dataset_id = asked.page(1_000, MOST_RECORDS), asked.text("dataset_id")
    some = evaluation_datasets.records(
        asked.unit, asked.workspace, dataset_id, offset=page.offset, limit=page.limit + 1
    )
    told = json.dumps([record_out(dataset_id, one) for one in some[: page.limit]])
    return answer({"records": told, **page.token(len(some) > page.limit)})


@routes.delete(DATASET + "/records")
@needs("write")
def delete_records(asked: AskedIn) -> Response:
    """Some records less."""
    ids = asked.texts("dataset_record_ids")
    count = evaluation_datasets.delete_records(asked.unit, asked.workspace, asked.text("dataset_id"), ids)
    return answer({"deleted_count": count})


def dataset_out(one: EvaluationDataset) -> dict[str, Any]:  # Any: JSON
    """MLflow's Dataset."""
    told = {
        "schema": None if one.schema is None else json.dumps(one.schema),
        "profile": json.dumps({"num_records": one.record_count}) if one.record_count else None,
        "created_by": one.created_by,
        "last_updated_by": one.updated_by,
        "experiment_ids": list(one.experiment_ids),
    }
    return {
        "dataset_id": one.dataset_id,
        "name": one.name,
        "tags": json.dumps(dict(one.tags)),
        "digest": one.digest,
        "created_time": one.created_at_ms,
        "last_update_time": one.updated_at_ms,
        **filled(told),
    }


def record_out(dataset_id: str, one: Record) -> dict[str, Any]:  # Any: JSON
    """MLflow's DatasetRecord, as plain JSON."""
    source = one.source or {}
    held = source.get("source_data")
    held = held if isinstance(held, dict) else {}
    told = {
        "outputs": one.outputs,
        "expectations": one.expectations,
        "tags": one.tags,
        "source": one.source,
        "source_id": held.get("trace_id") or held.get("source_id"),
        "source_type": source.get("source_type"),
        "created_by": one.created_by,
        "last_updated_by": one.updated_by,
    }
    return {
        "dataset_record_id": one.record_id,
        "dataset_id": dataset_id,
        "inputs": one.inputs,
        "created_time": one.created_at_ms,
        "last_update_time": one.updated_at_ms,
        **{name: value for name, value in told.items() if value is not None},
    }


def value_in(one: EvaluationDataset, key: Key) -> Plain:
    """What a filter or an order compares."""
    if key.kind == "tag":
        return one.tags.get(key.name)
    return {
        "name": one.name,
        "created_by": one.created_by,
        "last_updated_by": one.updated_by,
        "created_time": one.created_at_ms,
        "last_update_time": one.updated_at_ms,
    }[key.name]


def _told(one: EvaluationDataset) -> Response:
    return answer({"dataset": dataset_out(one)})


def _tags_of(asked: Asked) -> dict[str, str]:
    told = decoded(asked.text("tags").encode())
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        raise invalid("tags", told, "It must be a text of JSON: an object with texts")
    return told
