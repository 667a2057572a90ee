"""What `Experiment.start_logging` does."""

import logging
import uuid
from pathlib import Path

from azureml import core
from azureml.core import _snapshots
from azureml.core._run_files import SNAPSHOT_PROPERTY
from azureml.exceptions import SnapshotException, UserErrorException
from runstead.client import config, runs

DEFAULT_OUTPUTS = "outputs"
log = logging.getLogger(__name__)


def start_run(
    experiment: "core.Experiment",
    name: str | None = None,
    run_id: str | None = None,
    outputs: str | bool | None = None,
    snapshot_directory: str | None = ".",
    **kwargs: object,
) -> "core.Run":
    """An interactive run that is Running; `outputs` is made if missing and is uploaded by `complete`."""
    if kwargs:
        raise UserErrorException(f"start_logging does not know {', '.join(kwargs)}")
    snapshot_id = None if snapshot_directory is None else _snapshot(experiment, Path(snapshot_directory))
    new_id = run_id or str(uuid.uuid4())
    record = runs.create_run(
        experiment._place,
        new_id,
        experiment=experiment.name,
        kind="interactive",
        display_name=name,
        properties={SNAPSHOT_PROPERTY: snapshot_id} if snapshot_id else {},
        snapshot_id=snapshot_id,
        submitted_by=config.user_name(),
    )
    log.debug("run %s of experiment %s begins", new_id, experiment.name)
    return core.Run._of(experiment, new_id, record, outputs=_folder(outputs))


def _folder(outputs: str | bool | None) -> Path | None:
    if outputs is False:
        return None
    folder = Path(outputs if isinstance(outputs, str) else DEFAULT_OUTPUTS).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _snapshot(experiment: "core.Experiment", folder: Path) -> str | None:
    try:
        return _snapshots.take(experiment, folder)
    except SnapshotException as error:
        # A notebook in a big folder is common, and its run is worth more than its snapshot.
        log.warning("the run goes without a snapshot: %s", error.message)
        return None
