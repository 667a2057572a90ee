"""The script's processes: start them so that nobody's death is missed, find them all, end them all.

Driver → keeper → script. The keeper is a fork of the driver that only waits: it survives the driver, writes the exit
code down, and is the reaper of every descendant that loses its parent, so that none gets out of sight.
"""

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, NoReturn

from runstead.domain.plans import CONTAINED, EXIT, SCRIPT
from runstead.domain.processes import Process, ProcessStat
from runstead.driver.jobs import JobFolder
from runstead.journal.processes import stat_at

_PR_SET_CHILD_SUBREAPER = 36
_KILL_PATIENCE_S = 5.0  # a process in an uninterruptible wait may take this long to die, or for ever
_EXIT_PATIENCE_S = 5.0
_KEEPER_PATIENCE_S = 0.05  # between writing the exit code down and ending
NOT_STARTED = 127


class Script(NamedTuple):
    """The running script; `keeper` is its parent and the reaper of its descendants."""

    process: Process
    keeper: Process


class Exit(NamedTuple):
    """How the script ended: `code` as Python says it (negative: the signal); None if nobody saw it."""

    code: int | None
    error: str | None
    ended_at: float


def adopt_orphans() -> None:
    """Makes this process the parent of every descendant whose own parent dies."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def start_script(
    folder: JobFolder, argv: Sequence[str], *, log: str, variables: Mapping[str, str], close: Sequence[int] = ()
) -> int:
    """Forks the keeper, which starts `argv`; answers a descriptor that ends when script.json or exit.json is there."""
    started, starting = os.pipe()
    if os.fork() == 0:
        try:
            os.close(started)
            for descriptor in close:
                os.close(descriptor)
            _keep(folder, argv, log=log, variables=variables, starting=starting)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            raise
        finally:
            os._exit(1)  # never back into the driver's own code
    os.close(starting)
    return started


def started_script(folder: JobFolder) -> Script | None:
    """The script that script.json tells of; None if it was never started."""
    if (told := folder.read(SCRIPT)) is None:
        return None
    return Script(Process(told["pid"], told["start_ticks"]), Process(told["keeper_pid"], told["keeper_start_ticks"]))


def this_process() -> Process:
    """Who we are."""
    stat = stat_at(os.getpid())
    if stat is None:
        raise OSError("/proc tells nothing of this process; the driver needs Linux with /proc mounted")
    return stat.process


def is_alive(process: Process) -> bool:
    """Whether exactly this process runs; a zombie does not."""
    stat = stat_at(process.pid)
    return stat is not None and stat.process == process and stat.is_running


def wait_for_exit(process: Process, asked: Callable[[], str | None], *, every_ms: int) -> str | None:
    """Waits until the process has ended (None) or `asked` gives a reason to end it (that reason)."""
    try:
        opened = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return None
    try:
        ended = select.poll()
        ended.register(opened, select.POLLIN)
        while is_alive(process):
            if reason := asked():
                return reason
            ended.poll(every_ms)
        return None
    finally:
        os.close(opened)


def has_left_processes(script: Script) -> bool:
    """Whether an ended script left others running: its keeper stays as long as it has any child."""
    give_up = time.monotonic() + _KEEPER_PATIENCE_S
    while is_alive(script.keeper):
        if time.monotonic() > give_up:
            return True
        time.sleep(0.001)
    return False


def end_processes(script: Script, *, grace_s: float) -> list[Process]:
    """Asks every process of the job to end, then kills what is left; answers what could not be killed."""
    _signal_all(_processes_of(script), signal.SIGTERM)
    give_up = time.monotonic() + grace_s
    pause_s = 0.01
    while (left := _processes_of(script)) and time.monotonic() < give_up:
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.5, 0.2)
    give_up = time.monotonic() + _KILL_PATIENCE_S
    while left and time.monotonic() < give_up:  # again and again: a process may fork while it is being killed
        _signal_all(left, signal.SIGKILL)
        time.sleep(0.01)
        left = _processes_of(script)
    return left


def exit_of(folder: JobFolder, script: Script | None) -> Exit:
    """How the script ended, when it has; waits for the keeper to write it down."""
    give_up = time.monotonic() + _EXIT_PATIENCE_S
    while True:
        # Asked before the file is read: the keeper writes, then ends, and may do both between two of our steps.
        may_write = script is not None and is_alive(script.keeper) and time.monotonic() < give_up
        if (told := folder.read(EXIT)) is not None:
            return Exit(told["exit_code"], told["error"], told["ended_at"])
        if not may_write:
            return Exit(_reaped_code(script, give_up), None, time.time())
        time.sleep(0.002)


def _reaped_code(script: Script | None, give_up: float) -> int | None:
    """The exit code of a script whose keeper was killed: then this driver is its parent. None if it is not."""
    if script is None:
        return None
    try:
        # The kernel shows a zombie a moment before it lets its parent have it: its threads end one after another.
        while not (ended := os.waitpid(script.process.pid, os.WNOHANG))[0] and time.monotonic() < give_up:
            time.sleep(0.001)
    except ChildProcessError:
        return None
    ended_pid, status = ended
    return os.waitstatus_to_exitcode(status) if ended_pid else None


def _keep(folder: JobFolder, argv: Sequence[str], *, log: str, variables: Mapping[str, str], starting: int) -> NoReturn:
    """The keeper's whole life."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        adopt_orphans()
        pid = _spawn(argv, cwd=str(folder.work), log=str(folder.log(log)), variables=variables)
    except OSError as error:
        folder.write(EXIT, {"exit_code": NOT_STARTED, "error": f"{argv[0]}: {error.strerror}", "ended_at": time.time()})
        os._exit(1)
    keeper = this_process()
    stat = stat_at(pid)
    if stat is None:
        raise OSError(f"the script's process {pid} is gone, although nobody has waited for it")
    earlier = folder.read(SCRIPT)  # of a keeper that is gone, while the script may go on elsewhere
    started_at = time.time() if earlier is None else earlier["started_at"]
    told = {"pid": pid, "start_ticks": stat.process.start_ticks, "started_at": started_at}
    folder.write(SCRIPT, {**told, "keeper_pid": keeper.pid, "keeper_start_ticks": keeper.start_ticks})
    os.close(starting)
    for ended in _ended_children():
        # Who ran the script elsewhere may have written down itself how it ended.
        if ended.si_pid == pid and folder.read(EXIT) is None:
            code = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
            folder.write(EXIT, {"exit_code": code, "error": None, "ended_at": time.time()})
    os._exit(0)


def _ended_children() -> Iterator[os.waitid_result]:
    """Each child that has ended; it is reaped only when the caller comes back for the next.

    Reaped at once, its exit code would be lost with a keeper that is killed before it has written the code down.
    """
    while True:
        try:
            if (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)) is not None:
                yield ended
                os.waitpid(ended.si_pid, 0)
        except ChildProcessError:
            return


def _spawn(argv: Sequence[str], *, cwd: str, log: str, variables: Mapping[str, str]) -> int:
    os.chdir(cwd)
    open_log = (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    return os.posix_spawn(
        argv[0],
        list(argv),
        variables,
        file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), open_log, (os.POSIX_SPAWN_DUP2, 1, 2)],
        setsid=True,
        # Python and the keeper ignore these; the script must find them as a shell would leave them.
        setsigdef=[signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM, signal.SIGINT, signal.SIGHUP],
    )


def _processes_of(script: Script) -> list[Process]:
    """Every living process of the job: below the keeper, adopted by this driver, or in the script's session.

    A keeper or script that is gone counts for nothing: its pid may be a stranger's by now.
    """
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return descendants(script)


def descendants(script: Script) -> list[Process]:
    """The same without taking leave of those that have ended, which is for one thread alone."""
    stats = list(_all_stats())
    there = {s.process for s in stats}
    spared = {os.getpid(), *(p.pid for p in there & {script.keeper})}
    found = set(spared)
    if script.process in there:
        found |= {s.process.pid for s in stats if s.session == script.process.pid}
    found = _with_descendants(found, stats) - spared
    return [s.process for s in stats if s.is_running and s.process.pid in found]


def contained(folder: JobFolder, script: Script) -> list[Process] | None:
    """The living processes of the job's container; None while it is being started."""
    if (told := folder.read(CONTAINED)) is None:
        return None if is_alive(script.process) else []
    stats = [stat for stat in _all_stats() if stat.is_running]
    first = Process(told["pid"], told["start_ticks"])
    found = _with_descendants({stat.process.pid for stat in stats if stat.process == first}, stats)
    return [stat.process for stat in stats if stat.process.pid in found]


def _with_descendants(pids: set[int], stats: Sequence[ProcessStat]) -> set[int]:
    found = set(pids)
    while more := {stat.process.pid for stat in stats if stat.parent_pid in found} - found:
        found |= more
    return found


def _all_stats() -> Iterator[ProcessStat]:
    for name in os.listdir("/proc"):
        if name.isdigit() and (stat := stat_at(int(name))):
            yield stat


def _signal_all(processes: Sequence[Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
