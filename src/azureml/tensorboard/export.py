"""SDK v1 `azureml.tensorboard.export`: metrics of runs as TensorBoard's event files."""

import logging
from collections.abc import Iterable
from pathlib import Path

from azureml._errors import translated
from azureml.core.experiment import Experiment
from azureml.core.run import Run
from azureml.exceptions import UserErrorException
from runstead.client import events
from runstead.domain.errors import RunsteadError

RunData = Run | Experiment | Iterable[Run]
log = logging.getLogger(__name__)


def export_to_tensorboard(
    run_data: RunData, logsdir: str, logger: logging.Logger | None = None, recursive: bool = True
) -> None:
    """SDK v1 `export_to_tensorboard`: a folder per run below `logsdir`, named by its id."""
    told = logger or log
    for run in _runs(run_data, recursive=recursive):
        try:
            run.flush()
            written = events.write_events(run._place, run.id, Path(logsdir, run.id))
        except RunsteadError as error:
            raise translated(error) from error
        told.debug("exported %s numbers of run %s to %s", written, run.id, logsdir)


def _runs(run_data: RunData, *, recursive: bool) -> list[Run]:
    if isinstance(run_data, Experiment):
        return list(run_data.get_runs(include_children=recursive))
    chosen = [run_data] if isinstance(run_data, Run) else list(run_data)
    strange = [type(one).__name__ for one in chosen if not hasattr(one, "get_children")]
    if strange:
        raise UserErrorException(f"a run, a list of runs or an experiment can be exported, not a {strange[0]}")
    if not recursive:
        return chosen
    children = [child for run in chosen for child in run.get_children(recursive=True)]
    return list({run.id: run for run in [*chosen, *children]}.values())
