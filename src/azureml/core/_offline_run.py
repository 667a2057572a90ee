"""SDK v1's run outside of a job: it says what it would have done and, where a server is at hand, does it."""

import logging
import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import IO

from azureml import core
from azureml.core import _offline_runs as offline
from runstead.client import config, images

log = logging.getLogger(__name__)
# What there is to read where nothing is recorded.
ALONE: Mapping[str, Callable[["_OfflineRun"], object]] = {
    "parent": lambda run: run._parent,
    "get_metrics": lambda run: lambda *args, **kwargs: {},
    "get_status": lambda run: lambda: run._status,
    "status": lambda run: run._status,
    "get_details": lambda run: lambda: {"runId": run.id, "status": run._status, "properties": {}, "logFiles": {}},
    "wait_for_completion": lambda run: lambda *args, **kwargs: {"runId": run.id, "status": run._status},
    "get_file_names": lambda run: list,
    "tags": lambda run: {},
    "get_tags": lambda run: dict,
    "properties": lambda run: {},
    "get_properties": lambda run: dict,
    "display_name": lambda run: run._name or run.id,
    "name": lambda run: run._name or run.id,
    "type": lambda run: None,
    "number": lambda run: 0,
    "description": lambda run: "",
    "input_datasets": lambda run: {},
    "output_datasets": lambda run: {},
    "get_children": lambda run: lambda *args, **kwargs: iter(()),
    "get_environment": lambda run: lambda: core.Environment("offline"),
    "remove_tags": lambda run: lambda tags: None,
}
RENAMED = ("display_name", "description")


class _OfflineRun:
    """SDK v1 `_OfflineRun`. Without a server, and with RUNSTEAD_OFFLINE_RUNS=0, it only prints.

    What it lacks in SDK v1 is there as well: a run's other members are those of the recorded run. Those that make no
    sense without a server (`experiment`, `register_model`, …) start one, as Workspace.from_config does.
    """

    _run_id: str
    _parent: "_OfflineRun | None"
    _name: str | None
    _status: str

    def __init__(
        self, run_id: str | None = None, parent: "_OfflineRun | None" = None, *, name: str | None = None
    ) -> None:
        self._run_id = run_id or f"OfflineRun_{uuid.uuid4()}"
        self._parent = parent
        self._name = name
        self._is_bare = not config.records_offline_runs()
        self._recorded: core.Run | None = None
        self._has_looked = False
        self._status = "Running"
        self._pid = os.getpid()

    @classmethod
    def _here(cls) -> "_OfflineRun":
        """The one of this process, until it has ended."""
        current = _CURRENT.get(os.getpid())
        if current is None or current._is_bare or current._status != "Running":
            _CURRENT.clear()
            current = _CURRENT[os.getpid()] = cls()
        return current

    @property
    def id(self) -> str:
        return self._run_id

    def log(self, name: str, value: object, description: str = "", step: int | None = None) -> None:
        if self._is_bare and step is not None:
            raise TypeError("log() got an unexpected keyword argument 'step'")
        _attempted("scalar", name, value)
        self._record(lambda run: run.log(name, value, description, step))

    def log_list(self, name: str, value: object, description: str = "") -> None:
        _attempted("list", name, value)
        self._record(lambda run: run.log_list(name, value, description))

    def log_row(self, name: str, description: str | None = None, **kwargs: object) -> None:
        _attempted("row", name, kwargs)
        self._record(lambda run: run.log_row(name, description, **kwargs))

    def log_table(self, name: str, value: Mapping[str, object], description: str = "") -> None:
        _attempted("table", name, value)
        self._record(lambda run: run.log_table(name, value, description))

    def log_image(
        self, name: str, path: str | None = None, plot: images.Plot | None = None, description: str = ""
    ) -> None:
        _attempted("image", name, plot if path is None else path)
        self._record(lambda run: run.log_image(name, path, plot, description))

    def log_residuals(self, name: str, value: object, description: str = "") -> None:
        _attempted("residual", name, value)
        self._record(lambda run: run.log_residuals(name, value, description))

    def log_predictions(self, name: str, value: object, description: str = "") -> None:
        _attempted("predictions", name, value)
        self._record(lambda run: run.log_predictions(name, value, description))

    def log_accuracy_table(self, name: str, value: object, description: str = "") -> None:
        _attempted("accuracy_table", name, value)
        self._record(lambda run: run.log_accuracy_table(name, value, description))

    def log_confusion_matrix(self, name: str, value: object, description: str = "") -> None:
        _attempted("confusion_matrix", name, value)
        self._record(lambda run: run.log_confusion_matrix(name, value, description))

    def tag(self, key: str, value: str | None = None) -> None:
        print(f"Attempted to add tag {key} with value {value}")
        self._record(lambda run: run.tag(key, value))

    def set_tags(self, tags: Mapping[str, str]) -> None:
        print(f"Attempted to set tags {tags}")
        self._record(lambda run: run.set_tags(tags))

    def add_properties(self, properties: Mapping[str, str]) -> None:
        print(f"Attempted to add properties {properties}")
        self._record(lambda run: run.add_properties(properties))

    def upload_file(self, name: str, path_or_stream: str | IO[bytes], datastore_name: str | None = None) -> None:
        print(f"Attempted to track file {name} at {path_or_stream}")
        self._record(lambda run: run.upload_file(name, path_or_stream))

    def upload_folder(self, name: str, path: str, datastore_name: str | None = None) -> None:
        print(f"Attempted to track folder {name} at {path}")
        self._record(lambda run: run.upload_folder(name, path))

    def upload_files(
        self,
        names: Sequence[str],
        paths: Sequence[str],
        return_artifacts: bool = False,
        timeout_seconds: int | None = None,
        datastore_name: str | None = None,
    ) -> None:
        print(f"Attempted to track files {names} at {paths} with timeout {timeout_seconds}s")
        self._record(lambda run: run.upload_files(names, paths))

    def child_run(
        self, name: str | None = None, run_id: str | None = None, outputs: str | None = None
    ) -> "_OfflineRun":
        return _OfflineRun(run_id or f"{self._run_id}.{name or uuid.uuid4()}", parent=self, name=name)

    def start(self) -> None:
        print(f"[START] Run ID {self._run_id}")
        self._record(lambda run: None)

    def complete(self) -> None:
        print(f"[STOP] Run ID {self._run_id}")
        self._end("Completed", lambda run: run.complete())

    def fail(self, error_details: object = None, error_code: str | None = None) -> None:
        print(f"Run failed with error code {error_code}:\n{error_details}")
        self._end("Failed", lambda run: run.fail(error_details, error_code))

    def cancel(self) -> None:
        print(f"Attempted to cancel run with id {self._run_id}")
        self._end("Canceled", lambda run: run.cancel())

    def flush(self, timeout_seconds: int = 300) -> None:
        print(f"Attempted to flush run with id {self._run_id}")
        self._record(lambda run: run.flush(timeout_seconds))

    def __enter__(self) -> "_OfflineRun":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.fail(f"User program failed with {kind.__name__}: {error}", error_code="UserError")
        if kind is None:
            self.complete()
        else:
            print(f"[STOP] Run ID {self._run_id}")

    def __getattr__(self, name: str) -> object:
        if name.startswith("_") or self._is_bare or not hasattr(core.Run, name):
            raise AttributeError(f"'_OfflineRun' object has no attribute {name!r}")
        run = self._begun(may_start=name not in ALONE)
        return ALONE[name](self) if run is None else getattr(run, name)

    def __setattr__(self, name: str, value: object) -> None:
        if name in RENAMED and not self._is_bare:
            self._record(lambda run: setattr(run, name, value))
        else:
            super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"_OfflineRun(Id: {self._run_id})"

    def _record(self, act: "Callable[[core.Run], object]") -> None:
        def recording() -> None:
            run = self._begun(may_start=False)
            if run is not None:
                act(run)

        if not self._is_bare:
            offline.attempt(recording)

    def _end(self, status: str, act: "Callable[[core.Run], object]") -> None:
        self._record(act)
        self._status = status
        if self._recorded is not None:
            offline.endings.remove(self._recorded)

    def _begun(self, *, may_start: bool) -> "core.Run | None":
        """The recorded run, made now if there is none yet; looks for a server once, unless one may be started."""
        if self._recorded is not None or (self._has_looked and not may_start):
            return self._recorded
        self._has_looked = True
        parent = None if self._parent is None else self._parent._begun(may_start=may_start)
        experiment = parent.experiment if parent else offline.found_experiment(may_start=may_start)
        if experiment is None:
            log.debug("run %s is not recorded: no server is at hand; `runstead up` starts one", self._run_id)
            return None
        self._recorded = offline.begun(experiment, self._run_id, parent=parent, name=self._name)
        offline.endings.add(self._recorded)
        return self._recorded


_CURRENT: dict[int, _OfflineRun] = {}


def _attempted(kind: str, name: str, value: object) -> None:
    print(f"Attempted to log {kind} metric {name}:\n{value}")
