"""What `Experiment.submit` does with a ScriptRunConfig: checks that it can run here, and sends it."""

import copy
import logging
import os
import secrets
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath

from azureml._later import not_yet
from azureml.core import _snapshots
from azureml.core._job_data import job_data, text_of
from azureml.core._labels import tags_of
from azureml.core._packages import packages_of
from azureml.core._processes import processes_of
from azureml.core.experiment import Experiment
from azureml.core.runconfig import LOCAL, RunConfiguration
from azureml.core.script_run import ScriptRun
from azureml.core.workspace import Workspace as HomeWorkspace
from azureml.exceptions import ComputeTargetException, SnapshotException, UserErrorException
from runstead.client import config as settings
from runstead.client import jobs
from runstead.client.workspaces import Workspace
from runstead.domain.containers import Container, container_of
from runstead.domain.errors import InvalidArgument, NotFound, TooLarge
from runstead.domain.jobs import JobSpec

log = logging.getLogger(__name__)


def submit_script(
    experiment: Experiment,
    run_config: RunConfiguration,
    *,
    source_directory: str,
    tags: Mapping[object, object] | None,
    run_id: str | None = None,
    parent_id: str | None = None,
) -> ScriptRun:
    """The submitted run; returns as soon as the server has it. run_config: with script or command, and arguments."""
    _check_runnable_here(run_config)
    source = Path(source_directory).absolute()
    new_id = run_id or f"{experiment.name}_{int(time.time())}_{secrets.token_hex(4)}"
    spec = _spec_of(run_config, source, experiment.workspace)
    submission = jobs.Submission(
        run_id=new_id,
        experiment=experiment.name,
        spec=spec,
        source=source,
        facts={"tags": tags_of(tags), "parent_id": parent_id, "submitted_by": settings.user_name()},
        git=settings.git_overrides(),
        carried=settings.carried_variables(),
    )
    # Not the whole spec: variables and registries may hold secrets.
    log.debug("submitting %s as run %s to %s, with %s", spec.script or spec.command, new_id, spec.target, spec.python)
    workspace = experiment.workspace
    try:
        record = jobs.submit(workspace._place, submission, home=workspace._settings.home, limits=_snapshots.limits())
    except TooLarge as error:
        raise SnapshotException(error.message) from error
    except NotFound as error:
        raise UserErrorException(error.message) from error
    return ScriptRun._of(experiment, new_id, record)


def clean_run(workspace: Workspace, run_id: str) -> list[str]:
    """Throws the job's folder away; the files that are gone."""
    return jobs.clean_job(workspace, run_id)


def _spec_of(run_config: RunConfiguration, source: Path, workspace: HomeWorkspace) -> JobSpec:
    environment = run_config.environment
    words = [] if isinstance(run_config.command, str) else list(run_config.command)
    data = job_data(run_config, [*run_config.arguments, *words], workspace)
    command = run_config.command if isinstance(run_config.command, str) else " ".join(_texts(words))
    arguments = _texts(run_config.arguments)
    variables = {**environment.environment_variables, **run_config.environment_variables}
    script = None if command else _script_of(run_config.script, source)
    container = _container_of(run_config)
    packages = packages_of(environment.name, environment.python, in_container=container is not None)
    shown = copy.copy(run_config)
    vars(shown).update(data.sections)
    definition = {**shown._definition(), "script": script, "arguments": arguments, "command": command}
    return JobSpec(
        snapshot_id="",
        source_directory=str(source),
        script=script,
        command=command or None,
        arguments=tuple(arguments),
        target=run_config.target,
        python=jobs.interpreter_of(
            environment.python.interpreter_path, current=sys.executable, search_path=settings.search_path()
        )
        if packages is None and container is None
        else sys.executable,
        environment_name=environment.name,
        environment_variables={str(name): str(value) for name, value in variables.items()},
        max_run_duration_s=run_config.max_run_duration_seconds,
        directories_to_watch=tuple(run_config.history.directories_to_watch or ()),
        output_collection=run_config.history.output_collection,
        keeps_snapshot=bool(run_config.history.snapshot_project),
        packages=packages,
        container=container,
        definition=definition,
        inputs=data.inputs,
        outputs=data.outputs,
        distribution=processes_of(run_config),
    )


def _container_of(run_config: RunConfiguration) -> Container | None:
    try:
        return container_of(run_config._definition())
    except InvalidArgument as error:
        raise UserErrorException(f"the environment {run_config.environment.name!r}: {error.message}") from error


def _script_of(script: str | None, source: Path) -> str:
    if not script:
        raise UserErrorException("there is nothing to run: give a ScriptRunConfig a script or a command")
    below = os.path.relpath(os.path.join(source, script), source)
    if below.startswith(os.pardir) or os.path.isabs(below):
        raise UserErrorException(
            f"the script {script!r} is outside of the source_directory {source}; a script should be inside the folder "
            "that is submitted"
        )
    return PurePath(below).as_posix()


def _texts(arguments: Iterable[object]) -> list[str]:
    wrong = [one for one in arguments if one is None or isinstance(one, list | tuple | dict | set)]
    if wrong:
        raise UserErrorException(f"an argument must be text or a number, not {wrong[0]!r}")
    return [text_of(one) for one in arguments]


def _check_runnable_here(run_config: RunConfiguration) -> None:
    if run_config.target != LOCAL:
        raise ComputeTargetException(
            f"there is no compute target {run_config.target!r}; this version of Runstead runs scripts on 'local'"
        )
    if run_config.datacaches:
        raise not_yet("Caches of datasets", instead="Mounted datasets are cached by themselves.")
