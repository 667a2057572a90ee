"""SDK v1's run outside of a job: it says what it would have done."""

import uuid
from collections.abc import Mapping, Sequence
from types import TracebackType


class _OfflineRun:
    """SDK v1 `_OfflineRun`; what it lacks, it lacks there, too."""

    def __init__(self, run_id: str | None = None, parent: "_OfflineRun | None" = None) -> None:
        self._run_id = run_id or f"OfflineRun_{uuid.uuid4()}"
        self._parent = parent

    @property
    def id(self) -> str:
        return self._run_id

    def log(self, name: str, value: object, description: str = "") -> None:
        _attempted("scalar", name, value)

    def log_list(self, name: str, value: object, description: str = "") -> None:
        _attempted("list", name, value)

    def log_row(self, name: str, description: str | None = None, **kwargs: object) -> None:
        _attempted("row", name, kwargs)

    def log_table(self, name: str, value: object, description: str = "") -> None:
        _attempted("table", name, value)

    def log_image(self, name: str, path: str | None = None, plot: object = None, description: str = "") -> None:
        _attempted("image", name, plot if path is None else path)

    def log_residuals(self, name: str, value: object, description: str = "") -> None:
        _attempted("residual", name, value)

    def log_predictions(self, name: str, value: object, description: str = "") -> None:
        _attempted("predictions", name, value)

    def log_accuracy_table(self, name: str, value: object, description: str = "") -> None:
        _attempted("accuracy_table", name, value)

    def log_confusion_matrix(self, name: str, value: object, description: str = "") -> None:
        _attempted("confusion_matrix", name, value)

    def tag(self, key: str, value: str | None = None) -> None:
        print(f"Attempted to add tag {key} with value {value}")

    def set_tags(self, tags: Mapping[str, str]) -> None:
        print(f"Attempted to set tags {tags}")

    def add_properties(self, properties: Mapping[str, str]) -> None:
        print(f"Attempted to add properties {properties}")

    def upload_file(self, name: str, path_or_stream: object, datastore_name: str | None = None) -> None:
        print(f"Attempted to track file {name} at {path_or_stream}")

    def upload_folder(self, name: str, path: str, datastore_name: str | None = None) -> None:
        print(f"Attempted to track folder {name} at {path}")

    def upload_files(
        self,
        names: Sequence[str],
        paths: Sequence[str],
        return_artifacts: bool = False,
        timeout_seconds: int | None = None,
        datastore_name: str | None = None,
    ) -> None:
        print(f"Attempted to track files {names} at {paths} with timeout {timeout_seconds}s")

    def child_run(
        self, name: str | None = None, run_id: str | None = None, outputs: str | None = None
    ) -> "_OfflineRun":
        return _OfflineRun(run_id or f"{self._run_id}.{name or uuid.uuid4()}", parent=self)

    def start(self) -> None:
        print(f"[START] Run ID {self._run_id}")

    def complete(self) -> None:
        print(f"[STOP] Run ID {self._run_id}")

    def fail(self, error_details: object = None, error_code: str | None = None) -> None:
        print(f"Run failed with error code {error_code}:\n{error_details}")

    def cancel(self) -> None:
        print(f"Attempted to cancel run with id {self._run_id}")

    def flush(self, timeout_seconds: int = 300) -> None:
        print(f"Attempted to flush run with id {self._run_id}")

    def __enter__(self) -> "_OfflineRun":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.fail(f"User program failed with {kind.__name__}: {error}", error_code="UserError")
        self.complete()

    def __repr__(self) -> str:
        return f"_OfflineRun(Id: {self._run_id})"


def _attempted(kind: str, name: str, value: object) -> None:
    print(f"Attempted to log {kind} metric {name}:\n{value}")
