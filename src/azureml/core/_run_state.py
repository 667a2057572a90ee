"""SDK v1 `Run`: the part that knows the run's state and moves it."""

import logging
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from azureml import core
from azureml._errors import speaks_v1
from azureml.core import _details as details
from azureml.core._labels import properties_of, tag_keys, tags_of
from azureml.core._run_files import SNAPSHOT_PROPERTY, _FilesRun
from azureml.core._types import type_of
from azureml.core.experiment import Experiment
from azureml.exceptions import ActivityFailedException, ExperimentExecutionException, UserErrorException
from runstead.client import artifacts, captures, logs, runs, writers
from runstead.client.connection import Json
from runstead.domain.errors import Conflict
from runstead.domain.runs import is_final

log = logging.getLogger(__name__)
LOGS = "logs"
USER_LOG = "user_log.txt"
OUTPUTS = "outputs"


@speaks_v1
class _StateRun(_FilesRun):
    """A run's record as the server has it; every change goes to the server at once."""

    def __init__(
        self, experiment: Experiment, run_id: str, *, record: Json | None, outputs: Path | None = None
    ) -> None:
        super().__init__(experiment, run_id)
        self._known = record
        self._outputs = outputs
        self._with = ExitStack()
        self._logs: Path | None = None

    @property
    def _record(self) -> Json:
        """What was last heard of the run."""
        if self._known is None:
            self._known = runs.load_run(self._place, self._run_id)
        return self._known

    def _fresh(self) -> Json:
        self._known = runs.load_run(self._place, self._run_id)
        return self._known

    @property
    def id(self) -> str:
        return self._run_id

    @property
    def identity(self) -> str:
        return f"Run#{self._run_id}"

    @property
    def type(self) -> str | None:
        return type_of(self._record["kind"])

    @property
    def number(self) -> int:
        return int(self._record["number"])

    @property
    def name(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return str(self._record["display_name"])

    @display_name.setter
    def display_name(self, value: str) -> None:
        self._known = runs.change_run(self._place, self._run_id, display_name=value)

    @property
    def description(self) -> str:
        return str(self._record["description"])

    @description.setter
    def description(self, value: str) -> None:
        self._known = runs.change_run(self._place, self._run_id, description=value)

    @property
    def status(self) -> str:
        return str(self._record["status"])

    def get_status(self) -> str:
        return self.status if is_final(self.status) else str(self._fresh()["status"])

    def get_detailed_status(self) -> dict[str, Any]:  # Any: as SDK v1's values
        return {"status": self.get_status(), "details": self._record["error"] or ""}

    @property
    def tags(self) -> dict[str, str | None]:
        return self.get_tags()

    def get_tags(self) -> dict[str, str | None]:
        return dict(self._fresh()["tags"])

    def tag(self, key: str, value: object = None) -> None:
        self.set_tags({key: value})

    def set_tags(self, tags: Mapping[Any, Any]) -> None:  # Any: made text
        self._known = runs.change_run(self._place, self._run_id, tags=tags_of(tags))

    def remove_tags(self, tags: str | Sequence[str]) -> None:
        self._known = runs.change_run(self._place, self._run_id, remove_tags=tag_keys(tags))

    @property
    def properties(self) -> dict[str, str]:
        return self.get_properties()

    def get_properties(self) -> dict[str, str]:
        return dict(self._fresh()["properties"])

    def add_properties(self, properties: Mapping[Any, Any]) -> None:  # Any: made text
        self._known = runs.change_run(self._place, self._run_id, properties=properties_of(properties))

    @property
    def portal_url(self) -> str:
        return self._place.connection.url

    def get_portal_url(self) -> str:
        return runs.studio_url(self._place, self._run_id)

    @classmethod
    def get_docs_url(cls) -> str:
        return details.DOCS

    def get_details(self) -> dict[str, Any]:  # Any: as SDK v1's values
        address = f"{self._place.connection.url}{{}}".format
        paths = {name: artifacts.artifact_path(self._place, self._run_id, name) for name in self._log_names()}
        return details.details_of(self._fresh(), {name: address(path) for name, path in paths.items()})

    def get_details_with_logs(self) -> dict[str, Any]:  # Any: as SDK v1's values
        told = self.get_details()
        read = {name: artifacts.read_artifact(self._place, self._run_id, path=name) for name in told["logFiles"]}
        return {**told, "logFiles": {name: content.decode(errors="replace") for name, content in read.items()}}

    def get_snapshot_id(self) -> str | None:
        return self._record["snapshot_id"] or self.get_properties().get(SNAPSHOT_PROPERTY)

    def take_snapshot(self, file_or_folder_path: str) -> str:
        if self.get_snapshot_id():
            raise UserErrorException(
                f"run {self._run_id} has the snapshot {self.get_snapshot_id()}; a run has only one"
            )
        snapshot_id = core._snapshots.take(self._experiment, Path(file_or_folder_path))
        self._known = runs.change_run(self._place, self._run_id, properties={SNAPSHOT_PROPERTY: snapshot_id})
        return snapshot_id

    def restore_snapshot(self, snapshot_id: str | None = None, path: str | None = None) -> str:
        folder = None if path is None else Path(path)
        return core._snapshots.restore(self._experiment, snapshot_id or self.get_snapshot_id(), folder)

    def start(self) -> None:
        self._move("Running")

    def complete(self) -> None:
        self._deliver_all()
        if self._outputs is not None:
            artifacts.put_folder(self._place, self._run_id, folder=self._outputs, prefix=OUTPUTS)
        self._move("Completed")
        self._close()

    def fail(self, error_details: object = None, error_code: str | None = None) -> None:
        self._deliver_all()
        self._move("Failed", error=details.failure_of(error_details, error_code))
        self._close()

    def cancel(self) -> None:
        self._known = runs.cancel_run(self._place, self._run_id)

    def clean(self) -> list[str]:
        return core._submissions.clean_run(self._place, self._run_id)

    def wait_for_completion(
        self, show_output: bool = False, wait_post_processing: bool = False, raise_on_error: bool = True
    ) -> dict[str, Any]:  # Any: as SDK v1's values
        sink = sys.stdout if show_output else None
        try:
            self._known = logs.await_run(self._place, self._run_id, sink=sink, show_error=not raise_on_error)
        except KeyboardInterrupt as error:
            raise ExperimentExecutionException(
                f"the output of run {self._run_id} is no longer shown; the run itself goes on: {self.get_portal_url()}"
            ) from error
        told = self.get_details()
        if told["status"] == "Failed" and raise_on_error:
            raise ActivityFailedException(told.get("error", {}))
        return told

    def __enter__(self) -> Self:
        folder = Path(LOGS).absolute()
        is_outermost = self._with.enter_context(captures.captured_stdout(folder / USER_LOG))
        self._logs = folder if is_outermost else None
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> None:
        self._with.close()
        if self._logs is not None:
            self._send_logs(self._logs)
        if is_final(self.get_status()):
            return
        if error is None or (isinstance(error, SystemExit) and not error.code):
            self.complete()
        else:
            self.fail(f"User program failed with {type(error).__name__}: {error}")

    def _send_logs(self, folder: Path) -> None:
        try:
            logs.put_log(self._place, self._run_id, path=f"{LOGS}/{USER_LOG}", file=folder / USER_LOG)
        except Conflict as there:
            log.warning("%s", there.message)
        artifacts.put_folder(self._place, self._run_id, folder=folder, prefix=LOGS, besides=USER_LOG)

    def _deliver_all(self) -> None:
        self._fresh()  # asked first: a server that is gone is told in seconds, not after flush's five minutes
        self.flush()

    def _move(self, status: str, **facts: object) -> None:
        log.debug("run %s becomes %s", self._run_id, status)
        self._known = runs.set_status(self._place, self._run_id, status=status, **facts)

    def _close(self) -> None:
        writers.close(self._place, self._run_id)
        self._session = None
