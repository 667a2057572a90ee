"""SDK v1 `azureml.core.run`."""

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from azureml import core
from azureml._errors import speaks_v1
from azureml._later import not_yet
from azureml.core import _details as details
from azureml.core._labels import Labels, query_of, tags_of
from azureml.core._offline_run import _OfflineRun
from azureml.core._run_datasets import InputDatasets, OutputDatasets
from azureml.core._run_state import _StateRun
from azureml.core._types import kind_of, type_of
from azureml.core.experiment import Experiment, Submittable
from azureml.core.workspace import Workspace
from azureml.exceptions import ModelPathNotFoundException, RunEnvironmentException, UserErrorException
from runstead.client import config, models, runs, writers
from runstead.client.connection import Json
from runstead.client.diagnostics import keep_log
from runstead.domain.errors import NotFound, RunsteadError
from runstead.domain.runs import BEFORE_RUNNING, RUNNING

__all__ = ["InputDatasets", "OutputDatasets", "Run", "_OfflineRun", "_SubmittedRun"]
MAX_CHILDREN = 100
BATCH_TAG = "azureml.batch_child_number"
DELIVER_TIMEOUT_S = 5.0
SCRIPT_RUN = "azureml.scriptrun"
Runs = list["Run"]
RunFactory = Callable[[Experiment, Json], "Run"]
log = logging.getLogger(__name__)


@speaks_v1
class Run(_StateRun):
    """SDK v1 `Run`: one recorded execution."""

    def __init__(self, experiment: Experiment, run_id: str, outputs: str | None = None, **kwargs: object) -> None:
        folder = None if outputs is None else Path(outputs).absolute()
        super().__init__(experiment, run_id, record=runs.load_run(experiment._place, run_id), outputs=folder)

    @classmethod
    def _of(cls, experiment: Experiment, run_id: str, record: Json | None, outputs: Path | None = None) -> Self:
        """A run that the server need not be asked for."""
        made = cls.__new__(cls)
        _StateRun.__init__(made, experiment, run_id, record=record, outputs=outputs)
        return made

    @staticmethod
    def _typed(experiment: Experiment, record: Json) -> "Run":
        """The object that fits the run's type."""
        factory = _FACTORIES.get(type_of(record["kind"]) or "", _plain_run)
        return factory(experiment, record)

    @staticmethod
    def add_type_provider(runtype: str, run_factory: "RunFactory") -> None:
        _FACTORIES[runtype] = run_factory

    @classmethod
    def get_context(
        cls, allow_offline: bool = True, used_for_context_manager: bool = False, **kwargs: object
    ) -> "Run | _OfflineRun":
        job = config.job_of()
        if job is not None:
            return _SubmittedRun._here(job)
        if not allow_offline:
            raise RunEnvironmentException()
        return _OfflineRun._here()

    @classmethod
    def get_submitted_run(cls, **kwargs: object) -> "Run | _OfflineRun":
        return cls.get_context(allow_offline=False)

    @staticmethod
    def get(workspace: Workspace, run_id: str) -> "Run":
        return workspace.get_run(run_id)

    @staticmethod
    def list(
        experiment: Experiment,
        type: str | None = None,
        tags: Labels = None,
        properties: Labels = None,
        status: str | None = None,
        include_children: bool = False,
    ) -> Iterator["Run"]:
        found = runs.list_runs(
            experiment._place,
            experiment=experiment.name,
            kind=kind_of(type),
            status=status,
            tags=query_of(tags),
            properties=query_of(properties),
            include_children=include_children,
        )
        for record in found:
            yield Run._typed(experiment, record)

    @staticmethod
    def list_by_compute(
        compute: object,
        type: str | None = None,
        tags: Labels = None,
        properties: Labels = None,
        status: str | None = None,
    ) -> Iterator["Run"]:
        raise not_yet("Run.list_by_compute", instead="Experiment.get_runs lists an experiment's runs.")

    @property
    def experiment(self) -> Experiment:
        return self._experiment

    def get_environment(self) -> "core.Environment":
        definition = self._fresh().get("definition")
        if not definition:
            raise UserErrorException(f"run {self._run_id} was not submitted with an environment")
        return core.Environment._from_definition(definition["environment"])

    @property
    def input_datasets(self) -> InputDatasets:
        return InputDatasets(self._experiment.workspace)

    @property
    def output_datasets(self) -> OutputDatasets:
        return OutputDatasets(self._experiment.workspace)

    def get_secret(self, name: str) -> str | None:
        return self._experiment.workspace.get_default_keyvault().get_secret(name)

    def get_secrets(self, secrets: Sequence[str]) -> dict[str, str | None]:
        return self._experiment.workspace.get_default_keyvault().get_secrets(secrets)

    def register_model(
        self,
        model_name: str,
        model_path: str | None = None,
        tags: Mapping[str, str] | None = None,
        properties: Mapping[str, str] | None = None,
        model_framework: str | None = None,
        model_framework_version: str | None = None,
        description: str | None = None,
        datasets: Iterable[tuple[str, object]] | None = None,
        sample_input_dataset: object = None,
        sample_output_dataset: object = None,
        resource_configuration: object = None,
        **kwargs: object,
    ) -> "core.Model":
        facts = core._model_calls.facts_of(
            tags=tags,
            properties=properties,
            framework=model_framework,
            framework_version=model_framework_version,
            description=description,
            datasets=datasets,
            sample_input=sample_input_dataset,
            sample_output=sample_output_dataset,
            resource=resource_configuration,
            created_by=config.user_name(),
        )
        path = str(model_path or model_name)
        writers.await_files(self._place, self._run_id)
        try:
            record = models.register_from_run(self._place, model_name, run_id=self._run_id, run_path=path, **facts)
        except NotFound as error:
            raise ModelPathNotFoundException(
                f"Could not locate the provided model_path {path} in the set of files uploaded to the run: "
                f"{self.get_file_names()}"
            ) from error
        return core.Model._of(self._experiment.workspace, record)

    @property
    def parent(self) -> "Run | None":
        parent_id = self._record["parent_id"]
        return None if parent_id is None else self._experiment.workspace.get_run(parent_id)

    def child_run(self, name: str | None = None, run_id: str | None = None, outputs: str | None = None) -> "Run":
        return self._child(run_id or str(uuid.uuid4()), outputs=outputs, display_name=name)

    def _child(self, run_id: str, *, outputs: str | None = None, **fields: object) -> "Run":
        record = runs.create_run(self._place, **self._child_draft(run_id, **fields))
        return Run._of(self._experiment, run_id, record, outputs=None if outputs is None else Path(outputs).absolute())

    def _child_draft(self, run_id: str, **fields: object) -> dict[str, Any]:  # Any: JSON
        told = {"experiment": self._experiment.name, "kind": "interactive", "parent_id": self._run_id}
        return {"run_id": run_id, **told, **fields}

    def create_children(
        self, count: int | None = None, tag_key: str | None = None, tag_values: Sequence[object] | None = None
    ) -> Runs:
        if (count is None) == (tag_key is None or tag_values is None):
            raise UserErrorException("create_children takes either count, or tag_key and tag_values")
        key, values = (BATCH_TAG, range(count)) if count is not None else (tag_key, tag_values or ())
        if len(values) > MAX_CHILDREN:
            raise UserErrorException(f"create_children makes at most {MAX_CHILDREN} children, not {len(values)}")
        drafts = [self._child_draft(str(uuid.uuid4()), tags=tags_of({key: str(value)})) for value in values]
        made = runs.create_runs(self._place, drafts)
        return [Run._of(self._experiment, record["run_id"], record) for record in made]

    def get_children(
        self,
        recursive: bool = False,
        tags: Labels = None,
        properties: Labels = None,
        type: str | None = None,
        status: str | None = None,
    ) -> Iterator["Run"]:
        found = runs.list_runs(
            self._place,
            parent=self._run_id,
            recursive=recursive,
            kind=kind_of(type),
            status=status,
            tags=query_of(tags),
            properties=query_of(properties),
        )
        for record in found:
            yield Run._typed(self._experiment, record)

    def submit_child(self, config: Submittable, tags: Mapping[object, object] | None = None, **kwargs: object) -> "Run":
        return self._experiment.submit(config, tags, _parent_run_id=self._run_id, **kwargs)

    def __repr__(self) -> str:
        return (
            f"Run(Experiment: {self._experiment.name},\nId: {self._run_id},\nType: {self.type},\nStatus: {self.status})"
        )

    def _repr_html_(self) -> str:
        return details.card_of(self._record, self._experiment.name, self.get_portal_url())


@speaks_v1
class _SubmittedRun(Run):
    """SDK v1 `_SubmittedRun`: the run of the job that this process belongs to; the runner decides how it ends."""

    @classmethod
    def _here(cls, job: config.Job) -> "_SubmittedRun":
        """One object per process and run."""
        if job not in _SUBMITTED:
            experiment = Experiment._known(Workspace._of_job(job), job.experiment)
            _SUBMITTED[job] = cls._of(experiment, job.run_id, None)
            if (kept := config.sdk_log_of()) is not None:
                keep_log(kept)
            log.debug("this process belongs to run %s of experiment %s", job.run_id, job.experiment)
        return _SUBMITTED[job]

    def get_status(self) -> str:
        """The script asks, so it runs, also if its driver's word of that is still under way."""
        told = super().get_status()
        return RUNNING if told in BEFORE_RUNNING else told

    def complete(self) -> None:
        self._deliver()

    def fail(self, error_details: object = None, error_code: str | None = None) -> None:
        self._deliver()

    def _deliver(self) -> None:
        """Metrics that cannot leave now must not end the script: its runner delivers the journal when it ends."""
        try:
            writers.flush(self._place, self._run_id, timeout_s=DELIVER_TIMEOUT_S)
        except RunsteadError as error:
            log.warning("metrics of run %s are delivered later: %s", self._run_id, error.message)

    def cancel(self) -> None:
        log.warning("run %s cannot cancel itself; end the script with an exit code instead", self._run_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.complete()


def _plain_run(experiment: Experiment, record: Json) -> Run:
    return Run._of(experiment, record["run_id"], record)


def _script_run(experiment: Experiment, record: Json) -> Run:
    return core.ScriptRun._of(experiment, record["run_id"], record)


_SUBMITTED: dict[config.Job, _SubmittedRun] = {}
_FACTORIES: dict[str, RunFactory] = {SCRIPT_RUN: _script_run}
