"""SDK v1 `azureml.core.script_run_config`."""

import copy
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from azureml import core
from azureml._errors import speaks_v1
from azureml._later import not_yet
from azureml.core.environment import Environment
from azureml.core.experiment import Experiment
from azureml.core.run import Run
from azureml.core.runconfig import (
    LOCAL,
    DockerConfiguration,
    MpiConfiguration,
    PyTorchConfiguration,
    RunConfiguration,
    TensorflowConfiguration,
)
from azureml.exceptions import UserErrorException

log = logging.getLogger(__name__)
Distribution = MpiConfiguration | PyTorchConfiguration | TensorflowConfiguration


@speaks_v1
class ScriptRunConfig:
    """SDK v1 `ScriptRunConfig`: which script to run, with what, where."""

    MAX_DURATION_SECONDS_DEFAULT = 2592000

    def __init__(
        self,
        source_directory: str | None,
        script: str | None = None,
        arguments: Sequence[object] | None = None,
        run_config: RunConfiguration | None = None,
        compute_target: object = None,
        environment: Environment | None = None,
        distributed_job_config: Distribution | None = None,
        resume_from: Run | None = None,
        max_run_duration_seconds: int = MAX_DURATION_SECONDS_DEFAULT,
        command: str | Sequence[object] | None = None,
        docker_runtime_config: DockerConfiguration | None = None,
    ) -> None:
        self.source_directory = str(source_directory or ".")
        self.script = script
        self.command: str | list[Any] | None = command if command is None or isinstance(command, str) else list(command)
        self.arguments: list[Any] = _list_of(arguments)  # Any: numbers and data objects, too
        self.resume_from = resume_from
        if script is not None and command:
            raise UserErrorException("a ScriptRunConfig takes either a script or a command, not both")
        if run_config is not None:
            self.run_config = run_config
            _tell_ignored(
                compute_target=compute_target,
                environment=environment,
                distributed_job_config=distributed_job_config,
                docker_runtime_config=docker_runtime_config,
            )
            return
        self.run_config = RunConfiguration()
        self.run_config.target = compute_target or LOCAL
        self.run_config.max_run_duration_seconds = max_run_duration_seconds
        if environment is not None:
            self.run_config.environment = environment
        if docker_runtime_config is not None:
            self.run_config.docker = docker_runtime_config
        if distributed_job_config is not None:
            _distribute(self.run_config, distributed_job_config)

    @property
    def identity(self) -> str:
        return f"ScriptRunConfig#{self.script or self.command}"

    def _submit(self, experiment: Experiment, tags: Mapping[object, object] | None, **kwargs: object) -> Run:
        if self.resume_from is not None:
            raise not_yet("ScriptRunConfig(resume_from=…)", instead="Give the script a path as an argument.")
        chosen = copy.copy(self.run_config)
        chosen.script, chosen.arguments = self.script or chosen.script, self.arguments or chosen.arguments
        chosen.command = self.command or chosen.command
        known = {"run_id": "run_id", "_parent_run_id": "parent_id"}
        return core._submissions.submit_script(
            experiment,
            chosen,
            source_directory=self.source_directory,
            tags=tags,
            **{known[name]: value for name, value in _checked(kwargs).items() if name in known},
        )

    def __repr__(self) -> str:
        return f"ScriptRunConfig(source_directory={self.source_directory!r}, script={self.script!r})"


def _checked(kwargs: Mapping[str, object]) -> dict[str, Any]:  # Any: what SDK v1 takes by these names
    unknown = set(kwargs) - {"run_id", "_parent_run_id", "credential_passthrough"}
    if unknown:
        raise TypeError(f"submit() of a ScriptRunConfig got unexpected keyword arguments: {', '.join(sorted(unknown))}")
    return dict(kwargs)


def _distribute(run_config: RunConfiguration, distribution: Distribution) -> None:
    if isinstance(distribution, MpiConfiguration):
        run_config.mpi, run_config.communicator = distribution, "OpenMpi"
        run_config.node_count = distribution.node_count
    elif isinstance(distribution, PyTorchConfiguration):
        run_config.pytorch, run_config.framework = distribution, "PyTorch"
        run_config.communicator, run_config.node_count = distribution.communication_backend, distribution.node_count
    elif isinstance(distribution, TensorflowConfiguration):
        run_config.tensorflow, run_config.framework = distribution, "TensorFlow"
        run_config.communicator = "ParameterServer"
        run_config.node_count = distribution.worker_count + distribution.parameter_server_count
    else:
        raise UserErrorException(f"a {type(distribution).__name__} is no distributed_job_config")


def _list_of(arguments: Sequence[object] | None) -> list[object]:
    if isinstance(arguments, str):
        raise UserErrorException(f"arguments must be a list such as ['--alpha', 0.5], not the text {arguments!r}")
    return list(arguments or [])


def _tell_ignored(**given: object) -> None:
    ignored = [name for name, value in given.items() if value is not None]
    if ignored:
        log.warning("%s is ignored: the run_config that was given says it", ", ".join(ignored))
