"""SDK v1 `azureml.core.script_run`."""

from azureml._errors import speaks_v1
from azureml.core.experiment import Experiment
from azureml.core.run import SCRIPT_RUN, Run


@speaks_v1
class ScriptRun(Run):
    """SDK v1 `ScriptRun`: a run that was submitted."""

    RUN_TYPE = SCRIPT_RUN

    def __init__(self, experiment: Experiment, run_id: str, directory: str | None = None, **kwargs: object) -> None:
        super().__init__(experiment, run_id)

    def cancel(self) -> None:
        super().cancel()
