"""From a job to what its driver is told: command, variables, paths. Pure: nothing is read or written here."""

from dataclasses import dataclass
from pathlib import Path
from shlex import join

from runstead.domain.bindings import binding_json
from runstead.domain.distributions import FRAMEWORKS
from runstead.domain.jobs import JobSpec
from runstead.domain.plans import JOURNAL, LOGS, OUTPUTS, STAGE_LOGS, WORK, Plan
from runstead.service.jobs import Surroundings

SHELL = "/bin/sh"
# The real one is not there, for it holds the owner's token; this one may be written to and is gone with the container.
HOME_ELSEWHERE = "/tmp/runstead"


@dataclass(frozen=True)
class Host:
    """Where a job is started and how it reaches its server. `path` and `python_path`: PATH and PYTHONPATH there.

    mlflow_url: the server's MLflow face, below which each workspace has its own address; None: it has none, and then a
    script is told of none, for `mlflow` fails on an address that does not answer.
    """

    url: str
    home: Path
    node: str
    path: str
    python_path: str
    mlflow_url: str | None = None

    @property
    def name(self) -> str:
        """Tells this server from every other one that shares the database."""
        return f"{self.node}:{self.home}"


@dataclass(frozen=True)
class RunToken:
    """The token of one run, and when it ends."""

    token: str
    ends_at_ms: int


@dataclass(frozen=True)
class Elsewhere:
    """What runs the script where this machine's processes do not, such as a container, and what clears up after it."""

    runner: tuple[str, ...]
    clearing: tuple[str, ...]


def plan_of_job(
    spec: JobSpec,
    around: Surroundings,
    host: Host,
    *,
    folder: Path,
    token: RunToken,
    elsewhere: Elsewhere | None = None,
) -> Plan:
    """The plan of one job; the variables are those of SDK v1's job environment, and ours."""
    name = spec.script or spec.command or ""
    return Plan(
        workspace=around.workspace.name,
        run_id=around.run.run_id,
        url=host.url,
        token=token.token,
        home=str(host.home),
        node=host.node,
        script=name,
        arguments=spec.arguments,
        argv=_argv(spec),
        is_shell=spec.command is not None,
        variables={
            **_identity(around, host, token),
            **_tracking(around, host, token),
            **_places(spec, host, folder),
            **_venv(spec),
            **({"RUNSTEAD_HOME": HOME_ELSEWHERE} if elsewhere else {}),
            **spec.environment_variables,
            # Elsewhere there are other folders; whoever runs the script knows them.
            **({} if elsewhere else _search_paths(spec, host, folder)),
        },
        directories_to_watch=spec.directories_to_watch,
        output_collection=spec.output_collection,
        max_run_duration_s=spec.max_run_duration_s,
        inputs=tuple(binding_json(one) for one in spec.inputs),
        outputs=tuple(binding_json(one) for one in spec.outputs),
        runner=elsewhere.runner if elsewhere else (),
        clearing=elsewhere.clearing if elsewhere else (),
        distribution=None if spec.distribution is None else spec.distribution._asdict(),
    )


def _argv(spec: JobSpec) -> tuple[str, ...]:
    if spec.command is None:
        return (spec.python, spec.script or "", *spec.arguments)
    line = f"{spec.command} {join(spec.arguments)}" if spec.arguments else spec.command
    return (SHELL, "-c", line)


def _identity(around: Surroundings, host: Host, token: RunToken) -> dict[str, str]:
    """Which run this is, and where: what `Run.get_context()` reads."""
    workspace, run = around.workspace, around.run
    scope = (
        f"/subscriptions/{workspace.subscription_id}/resourceGroups/{workspace.resource_group}"
        f"/providers/Microsoft.MachineLearningServices/workspaces/{workspace.name}"
    )
    return {
        "AZUREML_ARM_SUBSCRIPTION": workspace.subscription_id,
        "AZUREML_ARM_RESOURCEGROUP": workspace.resource_group,
        "AZUREML_ARM_WORKSPACE_NAME": workspace.name,
        "AZUREML_ARM_PROJECT_NAME": run.experiment,
        "AZUREML_RUN_ID": run.run_id,
        "AZUREML_ROOT_RUN_ID": run.root_id,
        "AZUREML_RUN_TOKEN": token.token,
        "AZUREML_RUN_TOKEN_EXPIRY": str(token.ends_at_ms // 1000),
        "AZUREML_SERVICE_ENDPOINT": host.url,
        "AZUREML_DISCOVERY_SERVICE_ENDPOINT": host.url,
        "AZUREML_RUN_HISTORY_SERVICE_ENDPOINT": host.url,
        "AZUREML_EXPERIMENT_ID": around.experiment_id,
        "AZUREML_WORKSPACE_ID": workspace.workspace_id,
        "AZUREML_WORKSPACE_SCOPE": scope,
        "AZUREML_EXPERIMENT_SCOPE": f"{scope}/experiments/{run.experiment}",
        "AZUREML_IDENTITY_IN_USE": "AMLToken",
    }


def _tracking(around: Surroundings, host: Host, token: RunToken) -> dict[str, str]:
    """Where plain `mlflow` calls of the script go: to the same run."""
    if host.mlflow_url is None:
        return {}
    return {
        "MLFLOW_TRACKING_URI": f"{host.mlflow_url}/{around.workspace.name}",
        "MLFLOW_TRACKING_TOKEN": token.token,
        "MLFLOW_RUN_ID": around.run.run_id,
        "MLFLOW_EXPERIMENT_ID": around.experiment_id,
        "MLFLOW_EXPERIMENT_NAME": around.run.experiment,
    }


def _places(spec: JobSpec, host: Host, folder: Path) -> dict[str, str]:
    return {
        "AZUREML_OUTPUT_DIRECTORY": f"./{OUTPUTS}",
        "AZUREML_LOGDIRECTORY_PATH": str(folder / LOGS / STAGE_LOGS),
        "AZUREML_FRAMEWORK": "Python" if spec.distribution is None else FRAMEWORKS[spec.distribution.kind],
        "AZUREML_COMMUNICATOR": "None" if spec.distribution is None else spec.distribution.communicator,
        "AZUREML_TARGET_TYPE": spec.target,
        "PYTHONUNBUFFERED": "1",
        "RUNSTEAD_HOME": str(host.home),
        "RUNSTEAD_JOURNAL_DIR": str(folder / JOURNAL),
    }


def _venv(spec: JobSpec) -> dict[str, str]:
    is_venv = spec.packages is not None and "CONDA_PREFIX" not in spec.environment_variables
    return {} if not is_venv else {"VIRTUAL_ENV": str(Path(spec.python).parent.parent)}


def _search_paths(spec: JobSpec, host: Host, folder: Path) -> dict[str, str]:
    """What the job asked for, or else the host's, with our own in front."""
    path = spec.environment_variables.get("PATH", host.path)
    # A built environment is what its specification says and nothing of the server's.
    usual = host.python_path if spec.packages is None else ""
    python_path = spec.environment_variables.get("PYTHONPATH", usual)
    # As an activated environment has it: `python` and `pip` in a command are those of the interpreter.
    interpreter = str(Path(spec.python).parent)
    # A script in a sub-folder can import what lies in the source folder's root.
    work = str(folder / WORK)
    return {
        "PATH": f"{interpreter}:{path}" if path else interpreter,
        "PYTHONPATH": f"{work}:{python_path}" if python_path else work,
    }
