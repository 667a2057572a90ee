"""MLflow 3's logged models: files of a run under an id of their own."""

from dataclasses import replace
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from runstead.domain.errors import InvalidArgument
from runstead.domain.logged_models import LoggedModel, LoggedModelDraft
from runstead.domain.paths import normalised_path
from runstead.server.auth import check_within, needs
from runstead.server.mlflow.artifacts import Place, below, send
from runstead.server.mlflow.filters import Key, Order, Plain, conditions_of, holds, sorted_by
from runstead.server.mlflow.wire import BASE, Asked, AskedIn, Fields, answer, filled, paged, router, tags_out
from runstead.service import artifacts, logged_models

routes = router()
MODELS = BASE + "/logged-models"
MODEL = MODELS + "/{model_id}"
ATTRIBUTES = {
    "name": "name",
    "model_id": "model_id",
    "model_type": "model_type",
    "status": "status",
    "source_run_id": "source_run_id",
    "creation_timestamp": "created_at_ms",
    "creation_time": "created_at_ms",
    "last_updated_timestamp": "updated_at_ms",
    "last_updated_time": "updated_at_ms",
}


@routes.post(MODELS)
@needs("run")
def create(asked: AskedIn) -> Response:
    """A new one, before its files come. A run's token makes models of its own run only."""
    source_run_id = asked.maybe("source_run_id") or None
    check_within(asked.unit, asked.caller, source_run_id)
    draft = LoggedModelDraft(
        experiment_id=asked.text("experiment_id"),
        name=asked.maybe("name") or "",
        model_type=asked.maybe("model_type") or "",
        source_run_id=source_run_id,
        tags=asked.pairs("tags"),
        params=asked.pairs("params"),
    )
    return answer({"model": model_out(logged_models.create(asked.unit, asked.workspace, draft))})


@routes.post(MODELS + "/search")
@needs("read")
def search(asked: AskedIn) -> Response:
    """Models of some experiments: filtered, sorted, by the page."""
    page = asked.page(100, 1_000)
    conditions = conditions_of(asked.maybe("filter"))
    orders = [_order_of(asked.part(one)) for one in asked.objects("order_by")]
    for key in [*(one.key for one in conditions), *(one.key for one in orders)]:
        _check_key(key)
    ids = asked.some_texts("experiment_ids")
    there = _measured_on(asked, logged_models.listed(asked.unit, asked.workspace, ids))
    kept = [one for one in there if all(holds(c, value_in(one, c.key)) for c in conditions)]
    some, token = paged(sorted_by(kept, orders, value_in), page)
    return answer({**filled({"models": [model_out(one) for one in some]}), **token})


def _measured_on(asked: Asked, there: list[LoggedModel]) -> list[LoggedModel]:
    """Those with metrics of the datasets that are asked for, and no other metrics; all, if none are."""
    told = [asked.part(one) for one in asked.objects("datasets")]
    wanted = [(one.text("dataset_name"), one.maybe("dataset_digest")) for one in told]
    if not wanted:
        return there

    def is_wanted(metric: Fields) -> bool:
        return any(
            metric["dataset_name"] == name and digest in (None, metric["dataset_digest"]) for name, digest in wanted
        )

    measured = [replace(one, metrics=tuple(filter(is_wanted, one.metrics))) for one in there]
    return [one for one in measured if one.metrics]


@routes.get(MODEL)
@needs("read")
def get(asked: AskedIn) -> Response:
    """One."""
    return answer({"model": model_out(found(asked))})


@routes.patch(MODEL)
@needs("run")
def finalize(asked: AskedIn) -> Response:
    """Say that its files are here, or failed to come."""
    changed = logged_models.edit(asked.unit, asked.workspace, _own(asked).model_id, status=asked.text("status"))
    return answer({"model": model_out(changed)})


@routes.delete(MODEL)
@needs("run")
def delete(asked: AskedIn) -> Response:
    """Put away; its files stay with the run."""
    logged_models.delete(asked.unit, asked.workspace, _own(asked).model_id)
    return answer({})


@routes.patch(MODEL + "/tags")
@needs("run")
def set_tags(asked: AskedIn) -> Response:
    """Some tags."""
    changed = logged_models.edit(asked.unit, asked.workspace, _own(asked).model_id, tags=asked.pairs("tags"))
    return answer({"model": model_out(changed)})


@routes.delete(MODEL + "/tags/{tag_key:path}")
@needs("run")
def delete_tag(tag_key: str, asked: AskedIn) -> Response:
    """One tag less."""
    changed = logged_models.edit(asked.unit, asked.workspace, _own(asked).model_id, remove_tag=tag_key)
    return answer({"model": model_out(changed)})


@routes.post(MODEL + "/params")
@needs("run")
def log_params(asked: AskedIn) -> Response:
    """Some params, each written once."""
    changed = logged_models.edit(asked.unit, asked.workspace, _own(asked).model_id, params=asked.pairs("params"))
    return answer({"model": model_out(changed)})


@routes.get(MODEL + "/artifacts/directories")
@needs("read")
def list_artifacts(asked: AskedIn) -> Response:
    """Its files and folders directly below a path."""
    model = found(asked)
    told = asked.maybe("artifact_directory_path")
    folder = f"{model.root}/{normalised_path(told)}" if told else model.root
    files = below(asked.unit, asked.workspace, Place(model.holder_id, folder, model.root))
    return answer({"root_uri": root_of(model), "files": files})


@routes.get(MODEL + "/artifacts/files")
@needs("read")
def get_file(request: Request, asked: AskedIn) -> Response:
    """One of its files, as MLflow's own pages ask for it."""
    model = found(asked)
    path = f"{model.root}/{normalised_path(asked.text('artifact_file_path'))}"
    found_file = artifacts.find(asked.unit, asked.workspace, model.holder_id, path)
    return send(request, asked.unit, model.holder_id, found_file)


def found(asked: Asked) -> LoggedModel:
    """The model that a call names."""
    return logged_models.load(asked.unit, asked.workspace, asked.text("model_id"))


def _own(asked: Asked) -> LoggedModel:
    model = found(asked)
    check_within(asked.unit, asked.caller, model.source_run_id)
    return model


def model_out(one: LoggedModel) -> dict[str, Any]:  # Any: JSON
    """MLflow's LoggedModel."""
    return {
        "info": {
            "model_id": one.model_id,
            "experiment_id": one.experiment_id,
            "name": one.name,
            "creation_timestamp_ms": one.created_at_ms,
            "last_updated_timestamp_ms": one.updated_at_ms,
            "artifact_uri": root_of(one),
            "status": one.status,
            "model_type": one.model_type,
            **({} if one.source_run_id is None else {"source_run_id": one.source_run_id}),
            **filled({"tags": tags_out(one.tags)}),
        },
        "data": filled({"params": tags_out(one.params), "metrics": [_metric_out(one, told) for told in one.metrics]}),
    }


def _metric_out(one: LoggedModel, told: Fields) -> Fields:
    return {**{name: value for name, value in told.items() if value != ""}, "model_id": one.model_id}


def root_of(one: LoggedModel) -> str:
    """Where a client sends the model's files."""
    return f"mlflow-artifacts:/{one.experiment_id}/models/{one.model_id}/artifacts"


def value_in(one: LoggedModel, key: Key) -> Plain:
    """What a filter or an order compares."""
    match key:
        case Key("tag", name):
            return one.tags.get(name)
        case Key("param", name):
            return one.params.get(name)
        case Key("metric", name):
            values = [metric["value"] for metric in one.metrics if metric["key"] == name]
            return float(values[-1]) if values else None
    value: Plain = getattr(one, ATTRIBUTES[key.name])
    return value.removeprefix("LOGGED_MODEL_") if key.name == "status" and isinstance(value, str) else value


def _order_of(asked: Asked) -> Order:
    kind, dot, name = asked.text("field_name").partition(".")
    ascending = asked.fields.get("ascending", True) is not False
    if not dot:
        return Order(Key("attribute", kind), not ascending)
    return Order(Key(kind.rstrip("s"), name), not ascending)


def _check_key(key: Key) -> None:
    if key.kind not in ("tag", "param", "metric") and (key.kind != "attribute" or key.name not in ATTRIBUTES):
        raise InvalidArgument(
            f"Invalid attribute key '{key.name}' specified. Logged models have tags, params, metrics and "
            f"{', '.join(sorted(ATTRIBUTES))}"
        )
