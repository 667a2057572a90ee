"""Transformers' Trainer with its MLflow callback, on a run of the SDK that the environment names."""

import json
import os
import sys

import mlflow
import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

from azureml.core import Experiment, Workspace


class Words(torch.utils.data.Dataset):  # type: ignore[misc]  # Any: the package is in another environment
    """A few short sentences of nonsense."""

    def __len__(self) -> int:
        return 32

    def __getitem__(self, place: int) -> dict[str, torch.Tensor]:
        return {"input_ids": torch.arange(8) + place, "labels": torch.tensor(place % 2)}


def main(workspace: str, folder: str) -> dict[str, object]:
    ws = Workspace("s", "g", workspace)
    run = Experiment(ws, "words").start_logging(snapshot_directory=None)
    os.environ["MLFLOW_RUN_ID"] = run.id
    os.environ["MLFLOW_EXPERIMENT_NAME"] = "words"
    mlflow.set_tracking_uri(ws.get_mlflow_tracking_uri())
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    arguments = TrainingArguments(
        folder,
        report_to=["mlflow"],
        max_steps=6,
        logging_steps=2,
        per_device_train_batch_size=4,
        use_cpu=True,
        disable_tqdm=True,
        save_strategy="no",
    )
    model = BertForSequenceClassification(BertConfig(vocab_size=64, **size))
    Trainer(model=model, args=arguments, train_dataset=Words()).train()
    mlflow.end_run()
    return {
        "metrics": sorted(run.get_metrics()),
        "losses": len(run.get_metrics("loss")["loss"]),
        "parameters": len(run.get_details()["parameters"]),
        "learning_rate": run.get_details()["parameters"].get("learning_rate"),
        "runs": len(list(Experiment(ws, "words").get_runs())),
    }


if __name__ == "__main__":
    print("\n" + json.dumps(main(sys.argv[1], sys.argv[2])))
