"""What the environment says about the server to use; the one place of the training side that reads it."""

import os
import pwd
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from runstead.domain.plans import SDK_LOGS

# The rest of a job's environment is the server's, which may have been started elsewhere and long ago.
CARRIED = re.compile(
    r"PATH|LD_LIBRARY_PATH|PYTHONPATH|PYTHONHASHSEED|VIRTUAL_ENV|LANG|LANGUAGE|TZ|SSL_CERT_FILE|REQUESTS_CA_BUNDLE"
    r"|(CONDA|LC|CUDA|NVIDIA|HIP|ROCR|OMP|MKL|OPENBLAS|NUMEXPR|NCCL|GLOO|TORCH|PYTORCH|TF|XLA|JAX|KERAS|HF)_\w+"
)
SECRET = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|KEY")
CREDENTIALS = "runstead"  # the name of our plugin for MLflow
MLFLOW_AUTH = "MLFLOW_TRACKING_AUTH"
MLFLOW_OWN = ("MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_USERNAME", MLFLOW_AUTH)
OFF = ("0", "false", "no", "off")
GIT_KEYS = ("repository_uri", "branch", "commit", "dirty", "build_id", "build_uri")
USER_VARIABLES = ("LOGNAME", "USER")
JOB_VARIABLES = {
    "run_id": "AZUREML_RUN_ID",
    "experiment": "AZUREML_ARM_PROJECT_NAME",
    "workspace": "AZUREML_ARM_WORKSPACE_NAME",
    "subscription_id": "AZUREML_ARM_SUBSCRIPTION",
    "resource_group": "AZUREML_ARM_RESOURCEGROUP",
}


@dataclass(frozen=True)
class Settings:
    """`url` None: the local server of `home`, started when needed if `autostart`."""

    home: Path
    url: str | None = None
    token: str | None = None
    autostart: bool = True
    in_job: bool = False
    token_path: str | None = None  # in a job: where its token is renewed
    token_ends_at_s: float | None = None  # Unix time
    journal_folder: Path | None = None

    @property
    def journal(self) -> Path:
        """Where this process keeps its journals."""
        return self.journal_folder or self.home / "journal"


@dataclass(frozen=True)
class Job:
    """The run that this process belongs to, as its job's variables say."""

    run_id: str
    experiment: str
    workspace: str
    subscription_id: str
    resource_group: str


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """RUNSTEAD_URL, RUNSTEAD_TOKEN, RUNSTEAD_HOME, RUNSTEAD_AUTOSTART; in a job, the service that runs it."""
    home = home_of(environment)
    autostart = environment.get("RUNSTEAD_AUTOSTART", "1").strip().lower() not in OFF
    endpoint, run_token = environment.get("AZUREML_SERVICE_ENDPOINT"), environment.get("AZUREML_RUN_TOKEN")
    if endpoint and run_token:
        journal = environment.get("RUNSTEAD_JOURNAL_DIR")
        return Settings(
            home,
            endpoint.rstrip("/"),
            run_token,
            autostart,
            in_job=True,
            token_path=_token_path(environment),
            token_ends_at_s=_token_end(environment),
            journal_folder=Path(journal) if journal else None,
        )
    url = environment.get("RUNSTEAD_URL", "").strip().rstrip("/")
    return Settings(home, url or None, environment.get("RUNSTEAD_TOKEN", "").strip() or None, autostart)


def name_credentials(environment: MutableMapping[str, str] = os.environ) -> None:
    """Have MLflow's client in this process ask `client/credentials.py` for the token, unless it has one already."""
    if not any(environment.get(name) for name in MLFLOW_OWN):
        environment[MLFLOW_AUTH] = CREDENTIALS


def _token_path(environment: Mapping[str, str]) -> str | None:
    job = job_of(environment)
    if job is None:
        return None
    return f"/api/v1/workspaces/{quote(job.workspace, safe='')}/runs/{quote(job.run_id, safe='')}/token"


def _token_end(environment: Mapping[str, str]) -> float | None:
    told = environment.get("AZUREML_RUN_TOKEN_EXPIRY", "")
    return float(told) if told.isascii() and told.isdecimal() else None


def job_of(environment: Mapping[str, str] = os.environ) -> Job | None:
    """The job that this process is part of; None if one of its variables is missing."""
    found = {field: environment.get(name, "") for field, name in JOB_VARIABLES.items()}
    reachable = environment.get("AZUREML_SERVICE_ENDPOINT") and environment.get("AZUREML_RUN_TOKEN")
    return Job(**found) if reachable and all(found.values()) else None


def sdk_log_of(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Where a job's process leaves the SDK's own log; None outside of a job of this machine."""
    stage_logs = environment.get("AZUREML_LOGDIRECTORY_PATH")
    if not stage_logs or not environment.get("RUNSTEAD_JOURNAL_DIR"):
        return None
    folder = Path(stage_logs).parent / SDK_LOGS
    return folder / f"{os.getpid()}_azureml.log" if folder.is_dir() else None


def user_name(environment: Mapping[str, str] = os.environ) -> str:
    """Who submits; as the variables of a login say, else the account's name, else its number."""
    if told := next((environment[name] for name in USER_VARIABLES if environment.get(name)), None):
        return told
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's made-up account
        return f"uid {os.getuid()}"


def records_offline_runs(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a run outside of a job is recorded where a server is at hand; RUNSTEAD_OFFLINE_RUNS=0 says no."""
    return environment.get("RUNSTEAD_OFFLINE_RUNS", "1").strip().lower() not in OFF


def input_datasets(environment: Mapping[str, str] = os.environ) -> list[tuple[str, str, str]]:
    """Name, mode and value (a path, or a dataset's id) of each dataset that the job was given."""
    told = environment.get("AZUREML_DATASET_ENVIRONMENT_VARS", "")
    pairs = [one.strip().partition(":") for one in told.split(",") if one.strip()]
    places = [
        (name, mode, environment.get(f"AZUREML_DATAREFERENCE_{name}", environment.get(name))) for name, _, mode in pairs
    ]
    return [(name, mode, place) for name, mode, place in places if place is not None]


def output_datasets(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Where the job writes its output datasets, by name."""
    names = [one for one in environment.get("AZUREML_DATASET_FILE_OUTPUTS", "").split(";") if one]
    places = {name: environment.get(f"AZUREML_DATAREFERENCE_{name}", environment.get(name)) for name in names}
    return {name: place for name, place in places.items() if place is not None}


def git_overrides(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a build server says of the source instead of git, by the keys of `repositories.PROPERTIES`."""
    found = {key: environment.get(f"AZUREML_GIT_{key.upper()}") for key in GIT_KEYS}
    return {key: value for key, value in found.items() if value}


def has_file_limit(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether SDK v1's limits on a snapshot hold; AML_SNAPSHOT_NO_FILE_LIMIT lifts them."""
    return environment.get("AML_SNAPSHOT_NO_FILE_LIMIT", "").strip().lower() in ("", *OFF)


def is_strict(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether an environment gets exactly the Python that it names or none; RUNSTEAD_STRICT_PYTHON."""
    return environment.get("RUNSTEAD_STRICT_PYTHON", "").strip().lower() not in ("", *OFF)


def search_path(environment: Mapping[str, str] = os.environ) -> str:
    """Where programs are looked for."""
    return environment.get("PATH", os.defpath)


def carried_variables(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a job on this machine takes over from the shell or notebook that submits it; nothing that looks secret."""
    return {name: value for name, value in environment.items() if CARRIED.fullmatch(name) and not SECRET.search(name)}


def home_of(environment: Mapping[str, str] = os.environ) -> Path:
    """The state folder."""
    named = environment.get("RUNSTEAD_HOME", "").strip()
    return Path(named).expanduser().absolute() if named else Path.home() / ".runstead"
