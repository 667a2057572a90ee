"""Runs the processes of a job that has several: `python -I ranks.py <its folder>`, in the script's place.

A program of its own that needs nothing but Python. It ends when all processes have ended, or when one has failed and
the others were ended for it. ranks.jsonl says who they are and how each ended, in the order in which they did.
"""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any  # JSON

_NOT_STARTED = 127
_DEAF_TO = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)  # meant for the processes; each of them hears it itself


def run(folder: Path) -> int:
    """Starts every process of ranks.json and waits for them; the exit code of the first that failed, or 0."""
    for number in _DEAF_TO:
        signal.signal(number, signal.SIG_IGN)
    asked = json.loads((folder / "ranks.json").read_bytes())
    facts = os.open(folder / "ranks.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    running: dict[int, dict[str, Any]] = {}
    if asked["passes_on"]:  # in a container nobody else can ask the processes to end
        signal.signal(signal.SIGTERM, lambda *_: _signal_all(running, signal.SIGTERM))
    failed = 0
    for rank in asked["ranks"]:
        try:
            pid = _spawn(rank, asked["work"])
        except OSError as error:
            _tell(facts, rank, exit_code=_NOT_STARTED, error=f"{rank['argv'][0]}: {error.strerror}")
            failed = _NOT_STARTED
            break
        running[pid] = rank
        _tell(facts, rank, pid=pid)
    while not failed and any(not rank["is_endless"] for rank in running.values()):
        pid, status = os.wait()
        failed = _ended(facts, running, pid, status)
    _end_all(facts, running, asked["grace_s"])
    return failed if failed >= 0 else 128 - failed


def _end_all(facts: int, running: dict[int, dict[str, Any]], grace_s: float) -> None:
    """Asks what still runs to end, then kills it."""
    _signal_all(running, signal.SIGTERM)
    kill_at = time.monotonic() + grace_s
    while running:
        if time.monotonic() > kill_at:
            _signal_all(running, signal.SIGKILL)
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid:
            _ended(facts, running, pid, status)
        else:
            time.sleep(0.01)


def _signal_all(running: dict[int, dict[str, Any]], number: int) -> None:
    for pid in running:
        with suppress(ProcessLookupError):  # a signal's handler may come between the reaping and the forgetting
            os.killpg(pid, number)


def _ended(facts: int, running: dict[int, dict[str, Any]], pid: int, status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    _tell(facts, running.pop(pid), exit_code=code)
    return code


def _spawn(rank: dict[str, Any], work: str) -> int:
    os.chdir(work)
    log = (os.POSIX_SPAWN_OPEN, 1, rank["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    program, *words = rank["argv"]
    program = sys.executable if program == "python" else program  # an image may call it python3
    return os.posix_spawn(
        program,
        [program, *words],
        {**os.environ, **rank["variables"]},
        file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), log, (os.POSIX_SPAWN_DUP2, 1, 2)],
        setpgroup=0,
        setsigdef=[signal.SIGPIPE, signal.SIGXFSZ, *_DEAF_TO],
    )


def _tell(facts: int, rank: dict[str, Any], **what: object) -> None:
    os.write(facts, (json.dumps({"rank": rank["name"], **what}) + "\n").encode())


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1])))
