"""What SDK v1's `run.input_datasets` and `run.output_datasets` hold: the job's data by name."""

from azureml import core
from azureml.core.workspace import Workspace
from runstead.client import config

DIRECT = "direct"


class InputDatasets(dict[str, object]):
    """SDK v1 `InputDatasets`: by name a Dataset (mode direct) or a path; empty outside of jobs."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        super().__init__({name: _input(workspace, mode, value) for name, mode, value in config.input_datasets()})

    def __missing__(self, name: str) -> object:
        raise KeyError(f"{name}: this run has the inputs {', '.join(self) or 'none'}")


class OutputDatasets(dict[str, str]):
    """SDK v1 `OutputDatasets`: by name the path to write to; empty outside of jobs."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        super().__init__(config.output_datasets())


def _input(workspace: Workspace, mode: str, value: str) -> object:
    if mode != DIRECT:
        return value
    return core.Dataset.get_by_id(workspace, value)
