"""scikit-learn and XGBoost with MLflow's autologging, and the models that they leave registered through the SDK."""

import json
import sys

import mlflow
import numpy as np
import xgboost
from sklearn.linear_model import LogisticRegression

from azureml.core import Experiment, Model, Workspace


def main(workspace: str) -> dict[str, object]:
    ws = Workspace("s", "g", workspace)
    mlflow.set_tracking_uri(ws.get_mlflow_tracking_uri())
    inputs = np.random.default_rng(7).normal(size=(200, 4))
    labels = (inputs.sum(axis=1) > 0).astype(int)
    mlflow.set_experiment("autolog")
    mlflow.sklearn.autolog()
    run = Experiment(ws, "autolog").start_logging(snapshot_directory=None)
    with mlflow.start_run(run_id=run.id):
        LogisticRegression(C=0.5).fit(inputs, labels)
    run.complete()
    registered = run.register_model("logistic", model_path="model")
    loaded = mlflow.pyfunc.load_model(f"models:/{registered.name}/{registered.version}")
    through_mlflow = mlflow.register_model(f"runs:/{run.id}/model", "again")
    return {
        "versions": [mlflow.__version__, xgboost.__version__],
        "metrics": run.get_metrics(),
        "parameters": run.get_details()["parameters"],
        "files": run.get_file_names(),
        "right": float((loaded.predict(inputs) == labels).mean()),
        "source": mlflow.MlflowClient().get_model_version("logistic", "1").run_id == run.id,
        "again": Model(ws, "again").version == int(through_mlflow.version),
        **boosted(ws, inputs, labels),
    }


def boosted(ws: Workspace, inputs: np.ndarray, labels: np.ndarray) -> dict[str, object]:
    mlflow.xgboost.autolog()
    with mlflow.start_run() as run:
        data = xgboost.DMatrix(inputs, labels)
        xgboost.train({"max_depth": 2, "objective": "binary:logistic"}, data, 5, evals=[(data, "train")])
    ours = ws.get_run(run.info.run_id)
    losses = ours.get_metrics("train-logloss")["train-logloss"]
    return {"losses": losses, "depth": ours.get_details()["parameters"]["max_depth"], "boosted": ours.get_file_names()}


if __name__ == "__main__":
    print("\n" + json.dumps(main(sys.argv[1])))
