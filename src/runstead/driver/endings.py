"""How a job ended, in words and as a status."""

import os
import re
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runstead.domain.plans import MEMORY_LIMIT, STAGE_LOGS
from runstead.driver.processes import Exit

CANCELED = "cancel"
TOO_LONG = "duration"
_TAIL_BYTES = 1 << 16
_MAX_MESSAGE_CHARS = 3_000
_ERROR_LINE = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit|Warning)(?::.*)?")


@dataclass(frozen=True)
class Ending:
    """The job's last word; what result.json holds. `exit_code` is None when nobody saw the script end."""

    exit_code: int | None
    status: str
    error: Mapping[str, str] | None
    started_at: str | None
    ended_at: str


def ending_of(
    ended: Exit,
    *,
    reason: str | None,
    script: str,
    log: Path,
    max_run_duration_s: float | None,
    times: tuple[str | None, str],
    memory_limit: str | None = None,
) -> Ending:
    """Status and error of a script that ended; `reason`: why the driver ended it, None if it ended by itself.

    memory_limit: the one that it went over, if it did.
    """
    started_at, ended_at = times
    if reason == CANCELED:
        return Ending(ended.code, "Canceled", None, started_at, ended_at)
    if reason == TOO_LONG:
        message = f"{script} ran longer than its max_run_duration of {max_run_duration_s:g} s and was ended"
        error = {"code": "MaxRunDurationExceeded", "message": message}
        return Ending(ended.code, "Canceled", error, started_at, ended_at)
    if ended.code == 0:
        return Ending(0, "Completed", None, started_at, ended_at)
    code, hint = "UserError", "; the machine may have run out of memory" if ended.code == -signal.SIGKILL else ""
    if memory_limit is not None:
        code, hint = "MemoryLimitExceeded", f"; it used more than its memory limit of {memory_limit} ({MEMORY_LIMIT})"
    message = _failure(ended, script, log)[: _MAX_MESSAGE_CHARS - len(hint)] + hint
    return Ending(ended.code, "Failed", {"code": code, "message": message}, started_at, ended_at)


def ending_from(told: Mapping[str, Any]) -> Ending:
    """The ending that result.json tells of."""
    return Ending(told["exit_code"], told["status"], told["error"], told["started_at"], told["ended_at"])


def closing_line(status: str) -> str:
    """What the driver log says after the script's own output."""
    how = {"Completed": "completed successfully", "Canceled": "was canceled"}.get(status, "failed")
    return f"The experiment {how}. Finalizing run..."


def last_error_line(log: Path) -> str | None:
    """The exception that the log's last traceback ends with, such as `ValueError: bad alpha`."""
    tail = tail_of(log).rstrip()
    _, traceback, after = tail.rpartition("Traceback (most recent call last):")
    lines = (after if traceback else tail).splitlines()
    if traceback:
        return next((line for line in lines if line and not line[0].isspace()), None)
    return next((line for line in reversed(lines[-5:]) if _ERROR_LINE.fullmatch(line)), None)


def _failure(ended: Exit, script: str, log: Path) -> str:
    if ended.error is not None:
        return f"{script} could not be started: {ended.error}"
    if ended.code is None:
        return f"{script} ended unseen: it and its keeper were killed, or the machine was restarted"
    if ended.code < 0:
        how = f"was ended by signal {-ended.code}{_signal_name(-ended.code)}"
        return f"{script} {how}"
    told = last_error_line(log)
    return (
        f"User program failed with {told} ({script}, exit code {ended.code})"
        if told
        else (f"{script} ended with exit code {ended.code}; its output is in {STAGE_LOGS}/{log.name}")
    )


def _signal_name(number: int) -> str:
    with suppress(ValueError):
        return f" ({signal.Signals(number).name})"
    return ""


def tail_of(log: Path) -> str:
    """The end of a log."""
    with suppress(FileNotFoundError), open(log, "rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
        return file.read().decode(errors="replace")
    return ""
