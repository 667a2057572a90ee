"""MLflow's datasets and model links of runs, and the older way to say that a run made a model."""

import json
from typing import Any

from fastapi.responses import Response

from runstead.domain.errors import InvalidArgument
from runstead.domain.inputs import DatasetInput, ModelLink
from runstead.domain.runs import RunEdit
from runstead.server.auth import needs
from runstead.server.mlflow.wire import BASE, Asked, AskedIn, answer, filled, missing, router
from runstead.service import batches, inputs, runs
from runstead.service.batches import Batch

routes = router()
RUNS = BASE + "/runs"
HISTORY = "mlflow.log-model.history"
MOST_EXPERIMENTS = 20
MODEL_FIELDS = {"artifact_path", "flavors", "utc_time_created", "run_id"}


@routes.post(RUNS + "/log-inputs")
@needs("run")
def log_inputs(asked: AskedIn) -> Response:
    """Datasets and models that a run used."""
    run_id = asked.own_run_id()
    datasets = [_dataset_of(asked.part(one)) for one in asked.objects("datasets")]
    models = [ModelLink(asked.part(one).text("model_id"), made=False) for one in asked.objects("models")]
    inputs.log(asked.unit, asked.workspace, run_id, datasets=datasets, models=models)
    return answer({})


@routes.post(RUNS + "/outputs")
@needs("run")
def log_outputs(asked: AskedIn) -> Response:
    """Models that a run made."""
    run_id = asked.own_run_id()
    if "models" not in asked.fields:
        raise missing("models")
    told = [asked.part(one) for one in asked.objects("models")]
    models = [ModelLink(one.text("model_id"), made=True, step=one.whole("step") or 0) for one in told]
    inputs.log(asked.unit, asked.workspace, run_id, models=models)
    return answer({})


@routes.post(RUNS + "/log-model")
@needs("run")
def log_model(asked: AskedIn) -> Response:
    """How clients before 3.0 say that a run made a model: a tag that grows."""
    run = runs.load(asked.unit, asked.workspace, asked.own_run_id())
    try:
        model = json.loads(asked.text("model_json"))
    except ValueError as error:
        raise InvalidArgument(f"Malformed model info. \n {error}") from error
    if not isinstance(model, dict) or not model.keys() >= {"artifact_path", "flavors", "utc_time_created", "run_id"}:
        raise InvalidArgument(
            "Model json is missing mandatory fields: artifact_path, flavors, run_id, utc_time_created"
        )
    history = [*json.loads(run.tags.get(HISTORY) or "[]"), model]
    batches.log(asked.unit, asked.workspace, run.run_id, Batch(edit=RunEdit(tags={HISTORY: json.dumps(history)})))
    return answer({})


# MLflow declares the first without its slash; its own pages use the second.
@routes.post("/mlflow/{ws}/{door}/{version}mlflow/experiments/search-datasets")
@routes.post(BASE + "/experiments/search-datasets")
@needs("read")
def search_datasets(asked: AskedIn) -> Response:
    """Which datasets the runs of some experiments used."""
    ids = asked.texts("experiment_ids")
    if not ids:
        raise InvalidArgument("SearchDatasets request must specify at least one experiment_id.")
    if len(ids) > MOST_EXPERIMENTS:
        raise InvalidArgument(
            f"SearchDatasets request cannot specify more than {MOST_EXPERIMENTS} experiment_ids. Received {len(ids)} "
            "experiment_ids."
        )
    found = [
        {"experiment_id": one, "name": name, "digest": digest, "context": context}
        for one in ids
        for name, digest, context in inputs.dataset_names(asked.unit, asked.workspace, one)
    ]
    return answer(filled({"dataset_summaries": found}))


def inputs_out(found: inputs.Inputs) -> dict[str, Any]:  # Any: JSON
    """The parts of MLflow's Run that say what it read and made; empty ones are left out."""
    datasets = [
        {
            "tags": [{"key": key, "value": value} for key, value in one.tags.items()],
            "dataset": {
                "name": one.name,
                "digest": one.digest,
                "source_type": one.source_type,
                "source": one.source,
                **({"schema": one.schema} if one.schema else {}),
                **({"profile": one.profile} if one.profile else {}),
            },
        }
        for one in found.datasets
    ]
    read = [{"model_id": one.model_id} for one in found.models if not one.made]
    made = [{"model_id": one.model_id, "step": one.step} for one in found.models if one.made]
    used = {"dataset_inputs": datasets, "model_inputs": read}
    return {
        "inputs": {name: value for name, value in used.items() if value},
        **({"outputs": {"model_outputs": made}} if made else {}),
    }


def _dataset_of(asked: Asked) -> DatasetInput:
    told = asked.fields.get("dataset")
    if not isinstance(told, dict):
        raise missing("dataset")
    fields = asked.part(told)
    return DatasetInput(
        name=fields.text("name"),
        digest=fields.text("digest"),
        source_type=fields.maybe("source_type") or "",
        source=fields.maybe("source") or "",
        schema=fields.maybe("schema") or "",
        profile=fields.maybe("profile") or "",
        tags=asked.pairs("tags"),
    )
