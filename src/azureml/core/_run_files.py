"""SDK v1 `Run`: the part that sends and fetches files."""

import builtins
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from azureml._errors import speaks_v1
from azureml.core._run_metrics import _MetricsRun
from azureml.exceptions import UserErrorException
from runstead.client import artifacts, writers

log = logging.getLogger(__name__)
SNAPSHOT_PROPERTY = "ContentSnapshotId"


@speaks_v1
class _FilesRun(_MetricsRun):
    """Files of a run live in one namespace of paths; they are written once."""

    def upload_file(self, name: str, path_or_stream: str | IO[bytes], datastore_name: str | None = None) -> None:
        if isinstance(path_or_stream, str | Path):
            self.upload_files([name], [str(path_or_stream)])
        else:
            artifacts.put_artifact(self._place, self._run_id, path=name, content=path_or_stream)

    def upload_files(
        self,
        names: Sequence[str],
        paths: Sequence[str],
        return_artifacts: bool = False,
        timeout_seconds: float | None = None,
        datastore_name: str | None = None,
    ) -> None:
        if len(names) != len(paths):
            raise UserErrorException(f"{len(names)} names were given for {len(paths)} paths; there must be as many")
        missing = [path for path in paths if not Path(path).is_file()]
        if missing:
            raise UserErrorException(f"nothing was uploaded: {', '.join(map(repr, missing))} is no file that is there")
        for name, path in zip(names, paths, strict=True):
            log.debug("run %s: %s is uploaded as %s", self._run_id, path, name)
            artifacts.put_file(self._place, self._run_id, path=name, file=Path(path))

    def upload_folder(self, name: str, path: str, datastore_name: str | None = None) -> None:
        if not Path(path).is_dir():
            raise UserErrorException(f"nothing was uploaded: {path!r} is no folder that is there")
        for inner, file in artifacts.files_below(Path(path)).items():
            artifacts.put_file(self._place, self._run_id, path=f"{name}/{inner}", file=file)

    def get_file_names(self) -> list[str]:
        writers.await_files(self._place, self._run_id)
        return [one["path"] for one in artifacts.list_artifacts(self._place, self._run_id)]

    def download_file(self, name: str, output_file_path: str | None = None) -> None:
        available = self.get_file_names()
        if name not in available:
            raise UserErrorException(
                f"File with path {name} was not found,\navailable files include: {','.join(available)}."
            )
        target = artifacts.file_target(name, output_file_path)
        artifacts.fetch_artifact(self._place, self._run_id, path=name, target=target)

    def download_files(
        self,
        prefix: str | None = None,
        output_directory: str | None = None,
        output_paths: Sequence[str] | None = None,
        batch_size: int = 100,
        append_prefix: bool = True,
        timeout_seconds: float | None = None,
    ) -> None:
        names = [name for name in self.get_file_names() if name.startswith(prefix or "")]
        if output_paths is not None and len(output_paths) != len(names):
            raise UserErrorException(f"{len(output_paths)} output_paths were given for {len(names)} files: {names}")
        folder = Path(output_directory or ".")
        targets = (
            artifacts.targets_below(folder, names, dropped="" if append_prefix else prefix or "")
            if output_paths is None
            else [folder / path for path in output_paths]
        )
        for name, target in zip(names, targets, strict=True):
            artifacts.fetch_artifact(self._place, self._run_id, path=name, target=target)

    def get_all_logs(self, destination: str | None = None) -> builtins.list[str]:
        names = self._log_names()
        targets = artifacts.targets_below(Path(destination or Path("assets", self._run_id)), names)
        for name, target in zip(names, targets, strict=True):
            artifacts.fetch_artifact(self._place, self._run_id, path=name, target=target)
        return [str(target) for target in targets]

    def _log_names(self) -> builtins.list[str]:
        found = artifacts.list_artifacts(self._place, self._run_id)
        return [one["path"] for one in found if one["is_log"] or one["path"].startswith(artifacts.LOG_FOLDERS)]
