"""The documented recipe: Lightning's MLFlowLogger on an SDK run, and inside a submitted job."""

import json
import logging
import sys
import textwrap
from pathlib import Path

import lightning.pytorch as pl
import mlflow
import torch
from lightning.pytorch.loggers import MLFlowLogger

from azureml.core import Experiment, ScriptRunConfig, Workspace

JOB = """
    import os, sys
    sys.path.insert(0, {here!r})
    from lightnings import fit
    from lightning.pytorch.loggers import MLFlowLogger
    from azureml.core import Run

    run = Run.get_context()
    logger = MLFlowLogger(
        experiment_name=run.experiment.name, tracking_uri=run.experiment.workspace.get_mlflow_tracking_uri()
    )
    logger._run_id = run.id
    fit(logger)
    # and as code that knows nothing of Azure: all that it needs is in the environment
    plain = MLFlowLogger(
        experiment_name=os.environ["MLFLOW_EXPERIMENT_NAME"],
        tracking_uri=os.environ["MLFLOW_TRACKING_URI"],
        run_id=os.environ["MLFLOW_RUN_ID"],
    )
    plain.log_metrics({{"plain": 1.0}}, step=0)
    print("status:", run.get_status())
"""


class Line(pl.LightningModule):  # type: ignore[misc]  # Any: the package is in another environment
    """One layer that learns a line."""

    def __init__(self, width: int = 1) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(width, 1)

    def training_step(self, batch: list[torch.Tensor], _number: int) -> torch.Tensor:
        loss = torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])
        self.log("train_loss", loss, on_step=True, on_epoch=False)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


def fit(logger: MLFlowLogger) -> None:
    inputs = torch.linspace(0, 1, 64).reshape(-1, 1)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(inputs, 3 * inputs + 1), batch_size=8)
    trainer = pl.Trainer(
        max_epochs=2,
        logger=logger,
        accelerator="cpu",
        log_every_n_steps=2,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(Line(), loader)


def main(workspace: str, folder: Path) -> dict[str, object]:
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    ws = Workspace("s", "g", workspace)
    run = Experiment(ws, "lightning").start_logging(snapshot_directory=None)
    logger = MLFlowLogger(
        experiment_name=run.experiment.name, tracking_uri=ws.get_mlflow_tracking_uri(), log_model=True
    )
    logger._run_id = run.id
    fit(logger)
    run.log("own", 1.0)
    run.complete()
    (folder / "source").mkdir()
    (folder / "source" / "train.py").write_text(textwrap.dedent(JOB).format(here=str(Path(__file__).parent)))
    config = ScriptRunConfig(str(folder / "source"), "train.py")
    config.run_config.environment.python.user_managed_dependencies = True
    config.run_config.environment.python.interpreter_path = sys.executable
    job = Experiment(ws, "lightning").submit(config)
    job.wait_for_completion(raise_on_error=False)
    return {
        "metrics": run.get_metrics(),
        "parameters": run.get_details()["parameters"],
        "files": run.get_file_names(),
        "status": run.get_status(),
        "runs": len(list(Experiment(ws, "lightning").get_runs())),
        "job": {"metrics": job.get_metrics(), "status": job.get_status(), "log": job.get_details()["runId"]},
        "driver": "".join(
            Path(path).read_text() for path in job.get_all_logs(str(folder / "logs")) if "70_driver" in str(path)
        )[-3_000:],
        "mlflow": mlflow.__version__,
    }


if __name__ == "__main__":
    print("\n" + json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
