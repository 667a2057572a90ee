"""Submit train_ridge.py, follow its log, then read back what it logged: `python submit_ridge.py`."""

import sys
from pathlib import Path

from azureml.core import Environment, Experiment, ScriptRunConfig, Workspace

ws = Workspace.from_config()
experiment = Experiment(workspace=ws, name="diabetes-ridge")

environment = Environment("this-python")
environment.python.user_managed_dependencies = True
environment.python.interpreter_path = sys.executable

config = ScriptRunConfig(
    source_directory=str(Path(__file__).parent),
    script="train_ridge.py",
    arguments=["--alphas", 20, "--repeats", 10],
    environment=environment,
)
run = experiment.submit(config, tags={"data": "diabetes"})
run.wait_for_completion(show_output=True)

metrics = run.get_metrics()
mse, alpha = min(zip(metrics["mse"], metrics["alpha"], strict=True))
model = f"outputs/ridge_{alpha:.2f}.pkl"
run.tag("best alpha", f"{alpha:.2f}")
print(f"Best of {len(metrics['mse'])} models: alpha {alpha:.2f} with a mean squared error of {mse:.2f}.")
print(f"Its file is {model}, one of {len(run.get_file_names())} files of the run.")
