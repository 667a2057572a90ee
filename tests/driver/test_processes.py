import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from runstead.domain.plans import EXIT
from runstead.domain.processes import Process, stat_of
from runstead.driver.processes import Exit, Script, exit_of, is_alive
from runstead.testing.servers import wait_until

WRITTEN = Exit(0, None, 17.0)


class Reading:
    """A job folder whose keeper writes and ends just after the driver has looked for the file."""

    def __init__(self, keeper: "subprocess.Popen[bytes]") -> None:
        self._keeper = keeper

    def read(self, name: str) -> dict[str, Any] | None:
        assert name == EXIT
        if self._keeper.poll() is None:
            self._keeper.kill()
            self._keeper.wait()
            return None
        return WRITTEN._asdict() | {"exit_code": WRITTEN.code}


def test_an_exit_that_is_written_just_after_the_driver_looked_is_seen() -> None:
    keeper = subprocess.Popen(["sleep", "60"])
    stat = stat_of(Path(f"/proc/{keeper.pid}/stat").read_text())
    assert stat
    folder: Any = Reading(keeper)  # Any: only `read` is asked for
    process = Process(keeper.pid, stat.process.start_ticks)
    assert exit_of(folder, Script(process, process)) == WRITTEN


FIRST_THREAD_ENDS = """
import ctypes, sys, threading
threading.Thread(target=sys.stdin.read).start()
ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[sys.argv[1]], 0)
"""


def test_a_process_whose_first_thread_has_ended_runs_until_its_last_has() -> None:
    command = [sys.executable, "-c", FIRST_THREAD_ENDS, platform.machine()]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as started:
        stat = stat_of(Path(f"/proc/{started.pid}/stat").read_text())
        wait_until(lambda: stat_of(Path(f"/proc/{started.pid}/stat").read_text()).state == "Z", what="it is a zombie")
        assert is_alive(stat.process)
        started.communicate()
    assert not is_alive(stat.process)


def test_the_exit_code_of_a_script_whose_keeper_is_gone_comes_from_the_kernel(tmp_path: Path) -> None:
    gone = Process(2**22 + 1, 1)  # above any pid
    script = subprocess.Popen([sys.executable, "-c", "raise SystemExit(4)"])
    stat = stat_of(Path(f"/proc/{script.pid}/stat").read_text())
    folder: Any = Nothing()  # Any: only `read` is asked for

    assert exit_of(folder, Script(stat.process, gone)).code == 4
    script.returncode = 4  # waited for above


class Nothing:
    """A job folder in which nobody has written how the script ended."""

    def read(self, name: str) -> None:
        assert name == EXIT
