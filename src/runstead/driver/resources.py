"""What a job's processes use together: CPU, memory, disk, network, GPUs; read from the kernel, a row now and then."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from runstead.domain.processes import Process
from runstead.driver.processes import Script, descendants

EARLY_S, EARLY_SAMPLES = 1.0, 30  # a short job shows something, a long one costs little
MOST_OF_A_CORE = 0.01
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


Look = Callable[[], list[Process] | None]  # None: they are not there yet


class Totals(NamedTuple):
    """What only grows, since the job's beginning."""

    at_s: float
    cpu_s: float
    read_bytes: int
    written_bytes: int
    received_bytes: int
    sent_bytes: int


class Meter:
    """Measures one script with all its processes. Not thread-safe.

    The CPU time and the disk bytes of processes that have ended are counted by the kernel for their parents, so nothing
    that a short-lived process did is lost.
    """

    def __init__(self, script: Script, place: Path, look: Look | None = None) -> None:
        """look: finds the processes where they are not the script's own, such as in a container."""
        self._reapers = [script.keeper] if look is None else []
        self._look: Look = partial(descendants, script) if look is None else look
        self._place = place
        self._before: Totals | None = None
        self._is_first = True
        self._gpus, self.told = _open_gpus()

    def row(self) -> dict[str, float] | None:
        """One row, of what is used now and of rates since the call before; empty the first time, None after the end."""
        living = self._look()
        if not living:
            return {} if living is None else None
        now = _totals([*self._reapers, *living])
        before, self._before = self._before, now
        if before is None:
            return {}
        space = os.statvfs(self._place)
        found = {
            **_rates(before, now),
            "memory_bytes": _memory_bytes(living),
            "process_count": len(living),
            "disk_free_bytes": space.f_bavail * space.f_frsize,
            **_gpu_facts(self._gpus),
        }
        if self._is_first:
            found |= _machine_facts(living[0])
            self._is_first = False
        return found


def keep_measuring(
    meter: Meter, log_row: Callable[[Mapping[str, float]], None], stop: threading.Event, *, every_s: float
) -> None:
    """Rows until `stop`, or until the last process has ended."""
    samples = 0
    pause_s = 0.0
    while not stop.wait(pause_s):
        began_s = time.thread_time()
        try:
            row = meter.row()
        except OSError:  # a process that we look at may end at any moment
            row = {}
        if row is None:
            return
        if row:
            log_row(row)
        samples += 1
        least_s = min(EARLY_S, every_s) if samples < EARLY_SAMPLES else every_s
        pause_s = max(least_s, (time.thread_time() - began_s) / MOST_OF_A_CORE)


def _totals(processes: list[Process]) -> Totals:
    ticks = read_bytes = written_bytes = 0
    for process in processes:
        with suppress(OSError, ValueError, IndexError):  # it has ended, or is another user's
            fields = Path(f"/proc/{process.pid}/stat").read_text(errors="replace").rpartition(") ")[2].split()
            ticks += sum(map(int, fields[11:15]))  # its own and those of its children that ended
            did = _counts(f"/proc/{process.pid}/io")
            read_bytes += did.get("read_bytes", 0)
            written_bytes += did.get("write_bytes", 0)
    received_bytes, sent_bytes = _network(processes[-1].pid)
    return Totals(time.monotonic(), ticks / _TICKS_PER_S, read_bytes, written_bytes, received_bytes, sent_bytes)


def _rates(before: Totals, now: Totals) -> dict[str, float]:
    passed_s = max(now.at_s - before.at_s, 0.001)

    def rate(old: float, new: float) -> float:
        return max(0.0, new - old) / passed_s

    return {
        "cpu_percent": 100 * rate(before.cpu_s, now.cpu_s),
        "disk_read_bytes_per_s": rate(before.read_bytes, now.read_bytes),
        "disk_write_bytes_per_s": rate(before.written_bytes, now.written_bytes),
        "network_receive_bytes_per_s": rate(before.received_bytes, now.received_bytes),
        "network_send_bytes_per_s": rate(before.sent_bytes, now.sent_bytes),
    }


def _memory_bytes(processes: list[Process]) -> int:
    """Of several processes each has its share of what they share."""
    if len(processes) == 1:
        return _resident_bytes(processes[0])
    total = 0
    for process in processes:
        try:
            total += 1024 * _counts(f"/proc/{process.pid}/smaps_rollup")["Pss"]
        except (OSError, KeyError):
            total += _resident_bytes(process)
    return total


def _resident_bytes(process: Process) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * _PAGE_BYTES
    return 0


def _machine_facts(process: Process) -> dict[str, float]:
    """What does not change: told once."""
    cores = len(os.sched_getaffinity(process.pid))
    return {"cpu_count": cores, "memory_total_bytes": 1024 * _counts("/proc/meminfo")["MemTotal"]}


def _network(pid: int) -> tuple[int, int]:
    """All that the process's network received and sent, but on the loopback: the kernel does not tell whose it was."""
    received = sent = 0
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/net/dev").read_text().splitlines()[2:]:
            name, _, counts = line.partition(":")
            if name.strip() != "lo":
                fields = counts.split()
                received, sent = received + int(fields[0]), sent + int(fields[8])
    return received, sent


def _counts(path: str) -> dict[str, int]:
    return dict(_counted(Path(path).read_text()))


def _counted(text: str) -> Iterator[tuple[str, int]]:
    for line in text.splitlines():
        name, colon, count = line.partition(":")
        if colon and (number := count.split()[:1]) and number[0].isdigit():
            yield name, int(number[0])


def _open_gpus() -> tuple[Any, str]:
    """NVML's module, which has no types, or None; and why there are no GPUs to measure, if people may wonder."""
    has_device = os.path.exists("/dev/nvidiactl")
    try:
        nvml = import_module("pynvml")
        nvml.nvmlInit()
    except ImportError:
        return None, "GPUs are not measured: install the package nvidia-ml-py beside Runstead" if has_device else ""
    except Exception as error:  # noqa: BLE001  # NVML's own classes, of a package that may not be there
        return None, f"GPUs are not measured: {error}" if has_device else ""
    return nvml, ""


def _gpu_facts(nvml: Any) -> dict[str, float]:  # noqa: ANN401  # NVML has no types
    if nvml is None:
        return {}
    found: dict[str, float] = {}
    for number in range(nvml.nvmlDeviceGetCount()):
        device = nvml.nvmlDeviceGetHandleByIndex(number)
        found[f"gpu_{number}_percent"] = nvml.nvmlDeviceGetUtilizationRates(device).gpu
        found[f"gpu_{number}_memory_bytes"] = nvml.nvmlDeviceGetMemoryInfo(device).used
    return found
