"""Snapshots that SDK v1's Run takes and brings back."""

import shutil
import tempfile
from pathlib import Path

from azureml import core
from azureml.exceptions import SnapshotException, UserErrorException
from runstead.client import artifacts, config, snapshots
from runstead.client.connection import quoted
from runstead.domain.errors import TooLarge
from runstead.domain.snapshots import SnapshotLimits

NO_LIMITS = SnapshotLimits(max_bytes=1 << 62, max_files=1 << 31)


def limits() -> SnapshotLimits:
    """SDK v1's, unless the environment lifts them."""
    return SnapshotLimits() if config.has_file_limit() else NO_LIMITS


def take(experiment: "core.Experiment", source: Path) -> str:
    """The id of a snapshot of a folder, or of one file."""
    if source.is_file():
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy2(source, folder)
            return take(experiment, Path(folder))
    home = experiment.workspace._settings.home
    try:
        return snapshots.take_snapshot(experiment._place, source.absolute(), home=home, limits=limits()).snapshot_id
    except TooLarge as error:
        raise SnapshotException(error.message) from error


def restore(experiment: "core.Experiment", snapshot_id: str | None, folder: Path | None) -> str:
    """Downloads `<snapshot id>.zip`; it is not unpacked, as in SDK v1."""
    if not snapshot_id:
        raise UserErrorException("there is no snapshot to restore: the run has none, and no snapshot_id was given")
    target = (folder or Path(tempfile.mkdtemp())) / f"{snapshot_id}.zip"
    address = f"{experiment._place.path}/snapshots/{quoted(snapshot_id)}/zip"
    artifacts.write_whole(target, experiment._place.connection.stream("GET", address))
    return str(target)
