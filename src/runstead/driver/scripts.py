"""Starts a job's script: its environment, its log's first lines, its process. Light to import: it runs first."""

import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from runstead.domain.plans import (
    CONTROL_LOG,
    DRIVER,
    DRIVER_LOG,
    EXIT,
    INSIDE,
    INVOCATION,
    MEMORY_LIMIT,
    OUTPUTS,
    RESULT,
    SCRIPT,
    expanded,
)
from runstead.driver.jobs import JobFolder, lock_job, open_job
from runstead.driver.processes import adopt_orphans, is_alive, start_script, started_script, this_process

_INJECTED = [f"{name}:context_managers.{name}" for name in ("ProjectPythonPath", "RunHistory", "TrackUserError")]


class Begun(NamedTuple):
    """A job that this process drives: `started` ends when the script is there; None if an earlier driver started it."""

    folder: JobFolder
    lock: int
    started: int | None


def begin(path: Path, environ: Mapping[str, str]) -> Begun | None:
    """Takes the job over and starts its script unless that was done before; None while another driver lives."""
    if (lock := lock_job(path)) is None:
        return None
    folder = open_job(path)
    me = this_process()
    folder.write(DRIVER, {"pid": me.pid, "start_ticks": me.start_ticks, "node": folder.plan.node})
    adopt_orphans()
    if any((path / name).exists() for name in (SCRIPT, EXIT, RESULT)):
        folder.append(CONTROL_LOG, f"{now()} A new driver with process id {me.pid} took the job over.\n")
        return Begun(folder, lock, _take_up(folder, environ, lock))
    # Nothing of this machine's environment is for a script that runs elsewhere.
    variables = {**({} if folder.plan.runner else environ), **folder.plan.variables}
    placed: Mapping[str, str] = {}
    if folder.plan.inputs or folder.plan.outputs:
        # Not above: a script without data does not wait for what fetching data needs.
        prepared = import_module("runstead.driver.datasets").prepare(folder, variables)
        if prepared is None:
            return Begun(folder, lock, None)
        variables, placed = {**variables, **prepared.variables}, prepared.placed
    (folder.work / OUTPUTS).mkdir(parents=True, exist_ok=True)
    for watched in folder.plan.directories_to_watch:
        (folder.work / watched).mkdir(parents=True, exist_ok=True)
    argv: list[str] | None
    if folder.plan.distribution is None:
        argv, log = final_argv(folder, variables, placed), DRIVER_LOG
        folder.append(log, preamble(folder, argv))
    else:
        # Not above, either: what several processes need.
        several = import_module("runstead.driver.distributions").prepare(folder, variables, placed)
        if several is None:
            return Begun(folder, lock, None)
        argv, log, variables = several
    if folder.plan.runner:  # in a container; its memory is limited by --memory
        folder.write(INVOCATION, {"argv": argv, "variables": variables})
        argv, variables = list(folder.plan.runner), dict(environ)
    elif limit := variables.get(MEMORY_LIMIT):
        argv = import_module("runstead.driver.limits").prepare(folder, argv, limit)
    started = None if argv is None else start_script(folder, argv, log=log, variables=variables, close=[lock])
    return Begun(folder, lock, started)


def _take_up(folder: JobFolder, environ: Mapping[str, str], lock: int) -> int | None:
    """Looks after a script elsewhere again, if whatever did is gone: the script itself may not be."""
    if not _is_to_be_taken_up(folder):
        return None
    log: str = import_module("runstead.driver.distributions").runner_log_of(folder.plan)
    return start_script(folder, folder.plan.runner, log=log, variables=environ, close=[lock])


def _is_to_be_taken_up(folder: JobFolder) -> bool:
    script = started_script(folder)
    has_ended = any((folder.path / name).exists() for name in (EXIT, RESULT))
    if not folder.plan.runner or has_ended or script is None:
        return False
    return not is_alive(script.process) and not is_alive(script.keeper)


def final_argv(folder: JobFolder, variables: Mapping[str, str], placed: Mapping[str, str]) -> list[str]:
    """What is run; `placed`: what stands for inputs and outputs in arguments, and what takes its place."""
    plan = folder.plan
    if not plan.is_shell:
        return [placed.get(text, expanded(text, variables)) for text in plan.argv]
    *shell, line = plan.argv
    # Longest first: one name may begin with another.
    for said in sorted(placed, key=len, reverse=True):
        line = line.replace(f"'{said}'", said).replace(said, quote(placed[said]))
    return [*shell, line]


def preamble(folder: JobFolder, argv: list[str]) -> str:
    """The lines that stand before the script's own output, as SDK v1 writes them."""
    plan = folder.plan
    given = list(plan.arguments)
    final = argv[len(argv) - len(given) :] if given and not plan.is_shell else given
    options = f"Namespace(inject={_INJECTED!r}, invocation={[plan.script, *given]!r})"
    return (
        f"{now()} Entering context manager injector.\n"
        f"[context_manager_injector.py] Command line Options: {options}\n"
        f"{now()} Entering Run History Context Manager.\n"
        f"{now()} Current directory: {INSIDE if plan.runner else folder.work}\n"
        f"{now()} Preparing to call script [ {plan.script} ] with arguments: {given!r}\n"
        f"{now()} After variable expansion, calling script [ {plan.script} ] with arguments: {final!r}\n\n"
    )


def now() -> str:
    """The time as it stands at the beginning of a log's line."""
    return time.strftime("[%Y-%m-%dT%H:%M:%SZ]", time.gmtime())
