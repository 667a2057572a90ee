"""What a stock MLflow client of any version does first: runs, searches, files, a registry with stages and aliases."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException


def main(uri: str, folder: Path) -> dict[str, object]:
    mlflow.set_tracking_uri(uri)
    experiment = mlflow.set_experiment("stock")
    client = MlflowClient()
    with mlflow.start_run(run_name="first", tags={"team": "blue"}) as run:
        mlflow.log_params({"lr": 0.1, "depth": 3})
        for step in range(3):
            mlflow.log_metrics({"loss": 1 / (step + 1), "acc": step / 3}, step=step)
        mlflow.log_text("hello", "notes/hello.txt")
        mlflow.log_dict({"a": [1, 2]}, "conf.json")
        (folder / "up").mkdir()
        (folder / "up" / "weights.bin").write_bytes(bytes(range(256)) * 64)
        mlflow.log_artifacts(str(folder / "up"), "model")
        with mlflow.start_run(nested=True, run_name="inner"):
            mlflow.log_metric("loss", 9.0)
    with mlflow.start_run(run_name="second"):
        mlflow.log_param("lr", "0.2")
        mlflow.log_metric("loss", 0.1)
    run_id = run.info.run_id
    client.log_batch(run_id, [Metric("late", 1.5, 5, 7)], [Param("more", "x")], [RunTag("team", "red")])
    found = client.search_runs([experiment.experiment_id], "metrics.loss < 0.5", order_by=["metrics.loss ASC"])
    down = client.download_artifacts(run_id, "model/weights.bin", str(folder))
    return {
        "version": mlflow.__version__,
        "run_id": run_id,
        "names": [one.info.run_name for one in found],
        "children": [
            one.info.run_name
            for one in client.search_runs([experiment.experiment_id], f"tags.mlflow.parentRunId = '{run_id}'")
        ],
        "table": mlflow.search_runs(output_format="list", filter_string="params.lr = '0.2'")[0].info.run_name,
        "history": [(one.step, one.value) for one in client.get_metric_history(run_id, "loss")],
        "data": {**client.get_run(run_id).data.params, **client.get_run(run_id).data.metrics},
        "tag": client.get_run(run_id).data.tags["team"],
        "files": sorted(one.path for one in client.list_artifacts(run_id)),
        "same": Path(down).read_bytes() == (folder / "up" / "weights.bin").read_bytes(),
        "text": mlflow.artifacts.load_text(f"runs:/{run_id}/notes/hello.txt"),
        "refused": refused(lambda: client.log_param(run_id, "lr", "0.5")),
        **deleted(client, run_id, experiment.experiment_id),
        **registry(client, run_id, folder),
    }


def deleted(client: MlflowClient, run_id: str, experiment_id: str) -> dict[str, object]:
    client.delete_run(run_id)
    gone = [one.info.run_id for one in client.search_runs([experiment_id], run_view_type=ViewType.DELETED_ONLY)]
    client.restore_run(run_id)
    return {"deleted": gone == [run_id], "restored": client.get_run(run_id).info.lifecycle_stage}


def registry(client: MlflowClient, run_id: str, folder: Path) -> dict[str, object]:
    client.create_registered_model("net", tags={"kind": "toy"}, description="a net")
    for _ in range(2):
        client.create_model_version("net", f"runs:/{run_id}/model", run_id)
    client.set_registered_model_alias("net", "champion", "1")
    client.set_model_version_tag("net", "1", "ok", "yes")
    client.update_model_version("net", "2", "the second")
    for version in ("1", "2"):
        client.transition_model_version_stage("net", version, "Production", archive_existing_versions=True)
    down = mlflow.artifacts.download_artifacts("models:/net/2", dst_path=str(folder / "down"))
    stages = {one.version: one.current_stage for one in client.search_model_versions("name='net'")}
    told = {
        "stages": {str(version): stage for version, stage in stages.items()},
        "newest": [str(one.version) for one in client.get_latest_versions("net", ["Production"])],
        "champion": str(client.get_model_version_by_alias("net", "champion").version),
        "models": [one.name for one in client.search_registered_models("name LIKE 'n%'")],
        "description": client.get_model_version("net", "2").description,
        "weights": (Path(down) / "weights.bin").stat().st_size,
    }
    client.delete_model_version("net", "1")
    client.rename_registered_model("net", "network")
    return {**told, "left": [str(one.version) for one in client.search_model_versions("name='network'")]}


def refused(call: Callable[[], object]) -> str:
    try:
        call()
    except MlflowException as error:
        return str(error.error_code)
    return ""


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
