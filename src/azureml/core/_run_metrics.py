"""SDK v1 `Run`: the part that logs metrics and reads them back."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from azureml._errors import speaks_v1, translated
from azureml.core._types import type_of
from azureml.core.experiment import Experiment
from azureml.exceptions import UserErrorException
from runstead.client import charts, images, metrics, runs, writers
from runstead.client.session import Session
from runstead.domain.errors import RunsteadError


@speaks_v1
class _MetricsRun:
    """What a run logs goes to this process's own journal; `log` costs one append and waits for nothing."""

    def __init__(self, experiment: Experiment, run_id: str) -> None:
        self._experiment = experiment
        self._place = experiment._place
        self._run_id = run_id
        self._session: Session | None = None

    @property
    def _writer(self) -> Session:
        """This process's journal of the run, opened when the first thing is logged."""
        if self._session is None:
            workspace = self._experiment.workspace
            self._session = writers.session_of(
                self._place, self._run_id, journal=workspace._settings.journal, connect=workspace._reconnected
            )
        return self._session

    def log(self, name: str, value: object, description: str = "", step: int | None = None) -> None:
        try:
            # Not by the property alone: its call would be a tenth of the whole cost.
            (self._session or self._writer).log_scalar(name, value, step=step, description=description)
        except RunsteadError as error:
            raise translated(error) from error

    def log_list(self, name: str, value: object, description: str = "") -> None:
        self._writer.log_list(name, value, description=description)  # type: ignore[arg-type]  # the session checks it

    def log_row(self, name: str, description: str | None = None, **kwargs: object) -> None:
        self._writer.log_row(name, kwargs, description=description or "")

    def log_table(self, name: str, value: Mapping[str, object], description: str = "") -> None:
        self._writer.log_table(name, value, description=description)

    def log_image(
        self, name: str, path: str | None = None, plot: images.Plot | None = None, description: str = ""
    ) -> None:
        if path is not None and plot is None:
            self._log_file("image", name, images.path_in_run(path), images.image_bytes(Path(path)), description)
        elif plot is not None and path is None:
            self._log_file("image", name, f"{name}_{int(time.time())}.png", images.plot_bytes(plot), description)
        else:
            raise UserErrorException(f"log_image({name!r}) takes either a path or a plot, exactly one of the two")

    def log_confusion_matrix(self, name: str, value: object, description: str = "") -> None:
        self._log_chart("confusion_matrix", name, value, description)

    def log_accuracy_table(self, name: str, value: object, description: str = "") -> None:
        self._log_chart("accuracy_table", name, value, description)

    def log_residuals(self, name: str, value: object, description: str = "") -> None:
        self._log_chart("residuals", name, value, description)

    def log_predictions(self, name: str, value: object, description: str = "") -> None:
        self._log_chart("predictions", name, value, description)

    def flush(self, timeout_seconds: float = 300) -> None:
        writers.flush(self._place, self._run_id, timeout_s=timeout_seconds)

    def get_metrics(
        self, name: str | None = None, recursive: bool = False, run_type: str | None = None, populate: bool = False
    ) -> dict[str, Any]:  # Any: as SDK v1's values, metrics.Shape or by run id
        self.flush()
        if not recursive:
            return metrics.load_metrics(self._place, self._run_id, name=name, populate=populate)
        family = [
            runs.load_run(self._place, self._run_id),
            *runs.list_runs(self._place, parent=self._run_id, recursive=True),
        ]
        wanted = [one["run_id"] for one in family if run_type in (None, type_of(one["kind"]))]
        return metrics.load_many_metrics(self._place, wanted, name=name, populate=populate)

    def _log_chart(self, kind: str, name: str, value: object, description: str) -> None:
        self._log_file(kind, name, name, charts.chart_bytes(kind, value), description)

    def _log_file(self, kind: str, name: str, path: str, content: bytes, description: str) -> None:
        self._writer.log_file(name, kind, path, content, description=description)
