import subprocess
from pathlib import Path
from typing import Any

from runstead.domain.plans import EXIT
from runstead.domain.processes import Process, stat_of
from runstead.driver.processes import Exit, Script, exit_of

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
