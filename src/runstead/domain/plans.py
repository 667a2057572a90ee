"""A job's plan and folder: what the launcher writes and the driver reads (docs/notes/home.md)."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

# The files of a job folder.
PLAN = "plan.json"
DRIVER = "driver.json"
DRIVER_LOCK = "driver.lock"
DRIVER_ERRORS = "driver.err"
ENVIRONMENT = "environment.json"
CONTAINER = "container.json"
INVOCATION = "invocation.json"
CONTAINED = "contained.json"
SCRIPT = "script.json"
EXIT = "exit.json"
SEVERAL = "ranks"  # the folder of a job of several processes: what runs them reads and writes there
RANKS = "ranks/ranks.json"
RANK_FACTS = "ranks/ranks.jsonl"
MEMORY = "memory.json"
CANCEL = "cancel"
RESULT = "result.json"
SHIPPED = "shipped.json"
WORK = "work"
LOGS = "logs"
JOURNAL = "journal"
DATA = "data"

# The logs of a job, as they are named in the run.
STAGE_LOGS = "azureml-logs"
BUILD_LOG = "azureml-logs/20_image_build_log.txt"
CONTROL_LOG = "azureml-logs/60_control_log.txt"
DRIVER_LOG = "azureml-logs/70_driver_log.txt"
MPI_LOG = "azureml-logs/70_mpi_log.txt"
PROCESS_INFO = "azureml-logs/process_info.json"
PROCESS_STATUS = "azureml-logs/process_status.json"
SDK_LOGS = "logs/azureml"
JOB_LOG = "logs/azureml/110_azureml.log"  # Azure calls it by the number of a process, which was this one in most jobs
PREPARE_LOG = "logs/azureml/job_prep_azureml.log"
RELEASE_LOG = "logs/azureml/job_release_azureml.log"
OUTPUTS = "outputs"

EXECUTION = "55_azureml-execution"
PREPARATION = "65_job_prep"
RELEASE = "75_job_post"

MEMORY_LIMIT = "RUNSTEAD_MEMORY_LIMIT"  # a variable of the job or of the server
INSIDE = "/azureml-run"  # the script's current directory in a container

_NOT_IN_NAMES = re.compile(r"[^\w.-]")
_VARIABLE = re.compile(r"\$(\w+)|\$\{([^}]*)\}")


class Plan(NamedTuple):
    """All that the driver needs. `script` and `arguments` are for people; `argv` is what runs, before `$VARIABLES`.

    No dataclass: their import alone would keep every script waiting for 10 ms.
    """

    workspace: str
    run_id: str
    url: str
    token: str
    home: str | None  # the state folder, if the server's is on this machine: it tells where the server went
    node: str
    script: str
    arguments: tuple[str, ...]
    argv: tuple[str, ...]
    is_shell: bool  # the shell expands `$VARIABLES` itself
    variables: Mapping[str, str]
    directories_to_watch: tuple[str, ...]
    output_collection: bool
    max_run_duration_s: float | None
    inputs: tuple[Mapping[str, Any], ...] = ()  # domain/bindings.py has their form
    outputs: tuple[Mapping[str, Any], ...] = ()
    runner: tuple[str, ...] = ()  # what runs `argv` where this machine's processes cannot: it reads invocation.json
    clearing: tuple[str, ...] = ()  # what clears away what the runner may have left
    distribution: Mapping[str, Any] | None = None  # of a job of several processes; domain/distributions.py has its form


def node_log(stage: str, node: str) -> str:
    """The log of one stage on one node, such as `azureml-logs/65_job_prep-node1.txt`."""
    return f"{STAGE_LOGS}/{stage}-{_NOT_IN_NAMES.sub('_', node)}.txt"


def plan_json(plan: Plan) -> dict[str, Any]:
    """The plan as it is written to plan.json; it holds the run's token, so the file is for its owner alone."""
    return plan._asdict()


def plan_of(given: Mapping[str, Any]) -> Plan:
    """The plan that plan.json holds; fields of a later version are passed over."""
    known = {name: given[name] for name in Plan._fields if name in given or name not in Plan._field_defaults}
    for name, value in known.items():
        known[name] = tuple(value) if isinstance(value, list) else value
    return Plan(**known)


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """`text` with `$NAME` and `${NAME}` replaced; an unknown name stays as it is written."""
    return _VARIABLE.sub(lambda m: variables.get(m[1] or m[2] or "", m[0]), text)
