"""Sees a job through: waits for the script, ends it when asked, and delivers everything it leaves to its run."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from runstead.client.connection import Json, quoted
from runstead.client.runs import set_status
from runstead.client.session import Session
from runstead.client.uploader import Shipper
from runstead.client.workspaces import Workspace
from runstead.domain.errors import Conflict, RunsteadError, Unavailable
from runstead.domain.plans import (
    CANCEL,
    CONTROL_LOG,
    EXIT,
    JOB_LOG,
    LOGS,
    OUTPUTS,
    PROCESS_INFO,
    PROCESS_STATUS,
    RELEASE,
    RELEASE_LOG,
    RESULT,
    SCRIPT,
    SHIPPED,
    node_log,
)
from runstead.driver.artifacts import Collected, collect_outputs
from runstead.driver.connections import Link
from runstead.driver.datasets import send_outputs
from runstead.driver.distributions import logs_of, main_log_of, process_facts, verdict_of
from runstead.driver.endings import CANCELED, TOO_LONG, Ending, closing_line, ending_from, ending_of, tail_of
from runstead.driver.jobs import JobFolder
from runstead.driver.journals import ship_journals
from runstead.driver.limits import confinement_of, release, was_exceeded
from runstead.driver.logs import LogShipper, Root
from runstead.driver.processes import (
    Script,
    contained,
    end_processes,
    exit_of,
    has_left_processes,
    is_alive,
    started_script,
    wait_for_exit,
)
from runstead.driver.resources import Meter, keep_measuring
from runstead.driver.scripts import Begun

_LOOK_MS = 200  # how often the driver looks for the file `cancel`; the end of the script wakes it at once
_HEARTBEAT_S = 5.0
_MOST_WARNINGS = 20
_CLEARING_S = 60.0
_LEFTOVER_GRACE_S = 2.0  # for what the script left running when it ended


@dataclass(frozen=True)
class Patience:
    """How long the driver waits: for processes that were asked to end, and for a server that is down."""

    kill_grace_s: float
    server_s: float
    resources_s: float  # between two looks at what the job uses; 0: none


def see_through(begun: Begun, patience: Patience) -> None:
    """Everything from the script's start to the delivery. Raises Unavailable if the server stayed away.

    May be called again in a new driver at any point: it goes on where the last one was.
    """
    folder = begun.folder
    if begun.started is not None:
        os.read(begun.started, 1)  # ends when the keeper has written script.json or exit.json
    link = Link(folder.plan)
    cancel = threading.Event()
    announced = threading.Event()
    done = threading.Event()
    touch = threading.Thread(target=_keep_in_touch, args=(link, folder, cancel, announced, done), daemon=True)
    watched = [Root(folder.work / name, f"{name}/") for name in folder.plan.directories_to_watch]
    roots = [Root(folder.path / LOGS, ""), *watched]
    shipper = LogShipper(link, roots, first=main_log_of(folder.plan), secrets=[folder.plan.token])
    touch.start()
    shipper.start()
    measured = threading.Event()
    measuring = threading.Thread(target=_measure, args=(folder, link, measured, patience), daemon=True)
    measuring.start()
    told = folder.read(RESULT)
    ending = _wait_for_script(folder, patience, cancel) if told is None else ending_from(told)
    try:
        measured.set()
        measuring.join()
        if ending.started_at is not None and not announced.is_set():
            # The server was away, or the script was faster: its run shows for how long it ran all the same.
            _tell_running(folder, link, until=time.monotonic() + patience.server_s)
        _deliver(folder, link, shipper, ending, until=time.monotonic() + patience.server_s)
        if (held := confinement_of(folder)) is not None:
            release(held)
    finally:
        done.set()


def _measure(folder: JobFolder, link: Link, stop: threading.Event, patience: Patience) -> None:
    """What the job uses, as points of its run; they are shipped like the script's own."""
    script = started_script(folder)
    if script is None or patience.resources_s <= 0:
        return
    look = partial(contained, folder, script) if folder.plan.runner else None
    meter = Meter(script, folder.work, look)
    if meter.told:
        _note(folder, meter.told)
    plan = folder.plan
    session = Session(plan.run_id, directory=folder.journal, ship=Shipper(plan.workspace, link.connection))
    keep_measuring(meter, session.log_resources, stop, every_s=patience.resources_s)
    try:
        session.close(timeout_s=patience.server_s)
    except RunsteadError as error:  # they stay in their journal, which is delivered with the script's
        _note(folder, f"What the job used is not delivered yet: {error.message}")


def _wait_for_script(folder: JobFolder, patience: Patience, cancel: threading.Event) -> Ending:
    script = started_script(folder)
    reason = CANCELED if script is None and (folder.path / CANCEL).exists() else None  # while data was fetched
    if script is not None:
        reason = _wait_for_end(folder, script, cancel)
        if reason is not None:
            _note(folder, f"Ending the script and its processes, reason: {reason}")
            _end(folder, script, grace_s=patience.kill_grace_s)
    ended = exit_of(folder, script)
    if script is not None and (ended.code is None or has_left_processes(script)):
        _note(folder, "Ending what the script left running")
        _end(folder, script, grace_s=_LEFTOVER_GRACE_S)
    _clear(folder)
    _note(folder, f"The script has ended with exit code {ended.code}")
    told = folder.read(SCRIPT)
    verdict = verdict_of(folder, ended)
    held = confinement_of(folder)
    went_over = held is not None and was_exceeded(held, tail_of(folder.log(verdict.log)))
    ending = ending_of(
        verdict.exit,
        reason=reason,
        script=folder.plan.script if reason else verdict.script,
        log=folder.log(verdict.log),
        max_run_duration_s=folder.plan.max_run_duration_s,
        times=(_iso(told["started_at"]) if told else None, _iso(ended.ended_at)),
        memory_limit=held.said if held is not None and went_over else None,
    )
    folder.write(RESULT, asdict(ending))
    if script is not None:
        _announce(folder, script)
    _close_logs(folder, ending)
    return ending


def _wait_for_end(folder: JobFolder, script: Script, cancel: threading.Event) -> str | None:
    """Waits until the script ended by itself (None) or has to be ended (why)."""
    limit_s = folder.plan.max_run_duration_s
    told = folder.read(SCRIPT)
    too_late_at = None if limit_s is None or told is None else told["started_at"] + limit_s

    def asked() -> str | None:
        _announce(folder, script)
        if cancel.is_set() or (folder.path / CANCEL).exists():
            return CANCELED
        return TOO_LONG if too_late_at is not None and time.time() > too_late_at else None

    return wait_for_exit(script.process, asked, every_ms=_LOOK_MS)


def _end(folder: JobFolder, script: Script, *, grace_s: float) -> None:
    if left := end_processes(script, grace_s=grace_s):
        _note(folder, f"These processes could not be ended: {[p.pid for p in left]}")


def _clear(folder: JobFolder) -> None:
    """Ends what is left of a script that ran elsewhere, such as its container."""
    is_cleared = (folder.read(EXIT) or {}).get("cleared", False)
    if not folder.plan.clearing or is_cleared or folder.read(SCRIPT) is None:
        return
    try:
        subprocess.run(
            folder.plan.clearing, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=_CLEARING_S
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", None) or b"").decode(errors="replace").strip().splitlines()
        _note(folder, f"What the script may have left could not be cleared away: {said[-1] if said else error}")


def _deliver(folder: JobFolder, link: Link, shipper: LogShipper, ending: Ending, *, until: float) -> None:
    began = time.monotonic()
    _tell(folder, link, "Finalizing", until=until, reached_at=ending.ended_at)
    collected = Collected(0, 0, [])
    if folder.plan.output_collection:
        outputs = folder.work / OUTPUTS
        collected = collect_outputs(link, outputs, prefix=OUTPUTS, within=folder.work, until=until)
    sent = send_outputs(link, folder, is_completed=ending.status == "Completed", until=until)
    undelivered = ship_journals(link, folder.journal, until=until)
    took_s = time.monotonic() - began
    _note_release(folder, collected, took_s)
    if folder.log(main_log_of(folder.plan)).exists():
        folder.append(
            main_log_of(folder.plan),
            f"Cleaning up all outstanding Run operations, waiting {until - began:.1f} seconds\n"
            f"{collected.file_count} items cleaning up...\nCleanup took {took_s} seconds\n",
        )
    folder.append(CONTROL_LOG, _line(f"Logging experiment {ending.status.lower()} status in history service."))
    shipper.finish(until=until)
    warnings = _at_most([*collected.left_out, *sent, *undelivered, *shipper.refusals])
    _tell(folder, link, ending.status, until=until, error=ending.error, warnings=warnings)
    folder.write(SHIPPED, {"shipped_at": _iso(time.time()), "warnings": warnings})


def _at_most(sentences: list[str]) -> list[str]:
    more = len(sentences) - _MOST_WARNINGS
    return sentences if more <= 0 else [*sentences[:_MOST_WARNINGS], f"and {more} more; see {RELEASE_LOG}"]


def _tell(folder: JobFolder, link: Link, status: str, *, until: float, **details: object) -> None:
    """Sets the run's status; a state table that refuses is noted, for somebody else may have ended the run."""
    given = {key: value for key, value in details.items() if value}
    try:
        link.insist(partial(_set_status, run_id=link.run_id, status=status, details=given), until=until)
    except Conflict as refused:
        _note(folder, f"The status {status} was not taken: {refused.message}")


def _tell_running(folder: JobFolder, link: Link, *, until: float) -> None:
    told = folder.read(SCRIPT)
    _tell(folder, link, "Running", until=until, reached_at=_iso(told["started_at"]) if told else None)


def _set_status(workspace: Workspace, *, run_id: str, status: str, details: Mapping[str, object]) -> None:
    set_status(workspace, run_id, status=status, **details)


def _keep_in_touch(
    link: Link, folder: JobFolder, cancel: threading.Event, announced: threading.Event, done: threading.Event
) -> None:
    """The heartbeat: says that the job lives, and hears whether it should end."""
    pause_s = 0.0
    while not done.wait(pause_s):
        try:
            if not announced.is_set():
                _tell_running(folder, link, until=0)
                announced.set()
            answer = link.ask(partial(_beat, run_id=link.run_id, node=folder.plan.node))
            if answer.get("cancel_requested"):
                cancel.set()
            if token := answer.get("token"):
                link.renew(token)
            pause_s = _HEARTBEAT_S
        except Unavailable as error:
            _note(folder, f"The server is away, the script goes on: {error.message}")
            pause_s = min(2 * max(pause_s, 0.1), _HEARTBEAT_S)
        except RunsteadError as error:
            _note(folder, f"The heartbeat was refused, the script goes on: {error.message}")
            pause_s = 12 * _HEARTBEAT_S


def _beat(workspace: Workspace, *, run_id: str, node: str) -> Json:
    path = f"{workspace.path}/runs/{quoted(run_id)}/heartbeat"
    return workspace.connection.call("POST", path, {"node": node, "pid": os.getpid()})


def _announce(folder: JobFolder, script: Script) -> None:
    """process_info.json and process_status.json: one JSON object per line, as soon as every process is known."""
    if folder.log(PROCESS_INFO).exists():
        return
    processes = process_facts(folder, script_pid=script.process.pid)
    if any("pid" not in process for process in processes) and is_alive(script.process):
        return
    command, node = list(folder.plan.argv), folder.plan.node
    told = [{"rank": one["rank"], "node": node, "pid": one.get("pid")} for one in processes]
    begun = [{**one, "command": command, "log": process["log"]} for one, process in zip(told, processes, strict=True)]
    folder.append(PROCESS_INFO, _lines(begun))
    folder.append(PROCESS_STATUS, _lines({**one, "status": "Running", "exit_code": None} for one in told))
    folder.append(CONTROL_LOG, _line(f"Running: {command}"))
    folder.append(CONTROL_LOG, _line("Logging experiment running status in history service."))
    _note(folder, f"The script runs as process {script.process.pid}, driven by process {os.getpid()}")


def _note(folder: JobFolder, text: str) -> None:
    """The driver's own log."""
    folder.append(JOB_LOG, _line(text))


def _close_logs(folder: JobFolder, ending: Ending) -> None:
    there = [name for name in logs_of(folder.plan) if folder.log(name).exists()]
    for name in there:  # none, if the job never came to its start
        begins_new_line = "" if _ends_with_newline(folder.log(name)) else "\n"
        folder.append(name, begins_new_line + _line(closing_line(ending.status)))
    told = []
    for process in process_facts(folder, script_pid=0):
        code = process.get("exit_code", ending.exit_code if folder.plan.distribution is None else None)
        status = "Completed" if code == 0 and ending.status == "Failed" else ending.status
        told.append({"rank": process["rank"], "node": folder.plan.node, "status": status, "exit_code": code})
    folder.append(PROCESS_STATUS, _lines(told))


def _note_release(folder: JobFolder, collected: Collected, took_s: float) -> None:
    sent = f"Sent {collected.file_count} files with {collected.size_bytes} bytes from ./outputs in {took_s:.3f} s"
    told = [sent, *(f"Left out: {t}" for t in collected.left_out)]
    folder.append(RELEASE_LOG, "".join(map(_line, told)))
    node = node_log(RELEASE, folder.plan.node)
    folder.append(node, "".join(map(_line, ["Entering job release.", *told, "Job release is complete."])))


def _ends_with_newline(log: Path) -> bool:
    with open(log, "rb") as file:
        size_bytes = file.seek(0, os.SEEK_END)
        file.seek(max(0, size_bytes - 1))
        return file.read(1) in (b"", b"\n")


def _lines(told: Iterable[Mapping[str, object]]) -> str:
    return "".join(json.dumps(one) + "\n" for one in told)


def _line(text: str) -> str:
    return f"[{_iso(time.time())}] {text}\n"


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
