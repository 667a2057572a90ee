"""Jobs of several processes: how many of which kind, what each is told, and which log is its own."""

import json
import re
from collections.abc import Mapping, Sequence
from shlex import quote
from typing import Any, NamedTuple

from runstead.domain.errors import InvalidArgument
from runstead.domain.plans import DRIVER_LOG, MPI_LOG, STAGE_LOGS

PYTORCH = "pytorch"
MPI = "mpi"
TENSORFLOW = "tensorflow"
FRAMEWORKS = {PYTORCH: "PyTorch", MPI: "Python", TENSORFLOW: "TensorFlow"}
MOST_PROCESSES = 512
HERE = "127.0.0.1"
# What mpirun tells each process; the driver cannot know it, so a shell beside the process puts it into arguments.
MPI_VARIABLES = (
    *(f"OMPI_COMM_WORLD_{name}" for name in ("RANK", "SIZE", "LOCAL_RANK", "LOCAL_SIZE", "NODE_RANK")),
    *("PMI_RANK", "PMI_SIZE", "PMIX_RANK", "MPI_LOCALRANKID"),
)
_VARIABLE = re.compile(r"\$(\w+)|\$\{([^}]*)\}")


class Distribution(NamedTuple):
    """`process_count` processes on one machine; of TensorFlow's they are the workers."""

    kind: str
    communicator: str
    process_count: int
    parameter_servers: int = 0

    @property
    def total(self) -> int:
        """All processes."""
        return self.process_count + self.parameter_servers


class Rank(NamedTuple):
    """One process: `name` as its log has it, and what it is told beside the job's variables."""

    name: str
    log: str
    variables: Mapping[str, str]
    is_endless: bool = False  # a parameter server: it serves until the workers have ended


def distribution_of(given: object) -> Distribution:
    """The checked distribution of a JSON object."""
    if not isinstance(given, Mapping):
        raise InvalidArgument(f"the job's 'distribution' must be a JSON object, not {given!r}")
    if unknown := sorted(set(given) - set(Distribution._fields)):
        raise InvalidArgument(f"the job's 'distribution' has no field {unknown[0]!r}")
    kind, communicator = given.get("kind"), given.get("communicator", "")
    if kind not in FRAMEWORKS:
        raise InvalidArgument(f"the distribution's 'kind' is {kind!r}; there are {', '.join(FRAMEWORKS)}")
    if not isinstance(communicator, str):
        raise InvalidArgument(f"the distribution's 'communicator' must be a text, not {communicator!r}")
    processes = _count(given, "process_count", least=1)
    servers = _count(given, "parameter_servers", least=0)
    if servers and kind != TENSORFLOW:
        raise InvalidArgument(f"only a {TENSORFLOW!r} distribution has parameter servers, not a {kind!r} one")
    return Distribution(kind, communicator, processes, servers)


def main_log(distribution: Distribution | None) -> str:
    """The log that people look at first."""
    return DRIVER_LOG if distribution is None else rank_logs(distribution)[0]


def rank_logs(distribution: Distribution) -> list[str]:
    """The log of every process, in the order of the ranks."""
    return [_log_of(name) for name in _names(distribution)]


def runner_log(distribution: Distribution) -> str:
    """Where goes what is printed by what runs the processes: `mpirun`, or our own."""
    return MPI_LOG if distribution.kind == MPI else main_log(distribution)


def port_count(distribution: Distribution) -> int:
    """How many free ports the processes need to find each other."""
    return distribution.total if distribution.kind == TENSORFLOW else 1


def ranks_of(distribution: Distribution, ports: Sequence[int]) -> list[Rank]:
    """Every process, told what Azure tells it. ports: as many as `port_count` says."""
    names = _names(distribution)
    if distribution.kind == TENSORFLOW:
        addresses = [f"{HERE}:{port}" for port in ports]
        workers, servers = addresses[: distribution.process_count], addresses[distribution.process_count :]
        cluster = {"worker": workers, **({"ps": servers} if servers else {})}
        return [_of_tensorflow(name, cluster) for name in names]
    count = str(len(names))
    if distribution.kind == MPI:
        return [Rank(name, _log_of(name), {MPI_VARIABLES[0]: name, MPI_VARIABLES[1]: count}) for name in names]
    shared = {**shared_variables(distribution, ports), "WORLD_SIZE": count, "LOCAL_WORLD_SIZE": count, "NODE_RANK": "0"}
    return [Rank(name, _log_of(name), {**shared, "RANK": name, "LOCAL_RANK": name}) for name in names]


def shared_variables(distribution: Distribution, ports: Sequence[int]) -> dict[str, str]:
    """What all processes are told of where they meet."""
    if distribution.kind == TENSORFLOW:
        return {}
    meeting = {"MASTER_ADDR": HERE, "MASTER_PORT": str(ports[0])}
    if distribution.kind == PYTORCH:
        return meeting
    return {**meeting, "AZ_BATCH_MASTER_NODE": f"{HERE}:{ports[0]}", "AZ_BATCHAI_MPI_MASTER_NODE": HERE}


def shell_word(text: str, variables: Mapping[str, str]) -> str:
    """`text` as one word for a shell: `$NAME` is replaced now, but for what only the process itself is told."""
    parts: list[str] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        name = found[1] or found[2] or ""
        told = f'"${{{name}}}"' if name in MPI_VARIABLES else quote(variables.get(name, found[0]))
        parts += [quote(text[end : found.start()]), told]
        end = found.end()
    return "".join([*parts, quote(text[end:])])


def _of_tensorflow(name: str, cluster: Mapping[str, Any]) -> Rank:
    kind, _, index = name.partition("_")
    task = {"type": kind, "index": int(index)}
    config = {"cluster": cluster, "task": task, "environment": "cloud"}
    return Rank(name, _log_of(name), {"TF_CONFIG": json.dumps(config)}, is_endless=kind == "ps")


def _names(distribution: Distribution) -> list[str]:
    if distribution.kind != TENSORFLOW:
        return [str(number) for number in range(distribution.process_count)]
    workers = [f"worker_{number}" for number in range(distribution.process_count)]
    return [*workers, *(f"ps_{number}" for number in range(distribution.parameter_servers))]


def _log_of(name: str) -> str:
    return f"{STAGE_LOGS}/70_driver_log_{name}.txt"


def _count(given: Mapping[str, Any], name: str, *, least: int) -> int:
    count = given.get(name, least)
    if not isinstance(count, int) or isinstance(count, bool) or not least <= count <= MOST_PROCESSES:
        raise InvalidArgument(
            f"the distribution's {name!r} must be a whole number from {least} to {MOST_PROCESSES}, not {count!r}"
        )
    return count
