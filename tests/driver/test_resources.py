"""What a job uses is measured together for all its processes, and is no metric of its run."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from runstead.client.connection import quoted
from runstead.domain.records import RESOURCES
from runstead.driver.processes import Script
from runstead.driver.resources import Meter
from runstead.journal.processes import stat_at
from runstead.testing.servers import RealServer
from tests.submissions import Submitted, a_source, submitted

# Two processes with 64 MiB each, which end when the test has seen enough.
BUSY = """
    import os, sys, time
    child = os.fork()
    block = bytearray(64 << 20)
    block[::4096] = b"x" * len(block[::4096])
    while not os.path.exists("enough"):
        sum(range(20000))
    if child:
        os.wait()
"""


def resources_of(job: Submitted) -> dict[str, dict[str, Any]]:
    told = asked(job, f"?name={quoted(RESOURCES)}")
    return {column["name"]: column for one in told["series"] for column in one["columns"]}


def asked(job: Submitted, query: str) -> dict[str, Any]:
    address = f"/api/v1/workspaces/default/runs/{quoted(job.run_id)}/metrics{query}"
    answer: dict[str, Any] = job.connection.call("GET", address)
    return answer


def wait_for_memory(job: Submitted, size_bytes: int) -> dict[str, dict[str, Any]]:
    give_up = time.monotonic() + 60
    while ((found := resources_of(job)).get("memory_bytes", {}).get("max") or 0) < size_bytes:
        assert time.monotonic() < give_up, found
        time.sleep(0.05)
    return found


def test_processes_are_measured_together_live_and_beside_the_metrics(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path / "src", {"train.py": BUSY})
    job = submitted(server, source, variables={"RUNSTEAD_RESOURCES_S": "0.1"})

    live = wait_for_memory(job, 128 << 20)
    assert job.run()["status"] == "Running"
    (job.folder / "work/enough").touch()
    assert job.wait(timeout_s=60)["status"] == "Completed"

    assert live["process_count"]["max"] == 2
    assert live["cpu_percent"]["max"] > 0
    assert live["cpu_count"]["last"] == len(os.sched_getaffinity(0))
    assert {"disk_read_bytes_per_s", "disk_write_bytes_per_s", "disk_free_bytes", "network_send_bytes_per_s"} <= set(
        live
    )
    assert asked(job, "")["series"] == []
    assert RESOURCES not in str(job.connection.call("GET", "/api/v1/workspaces/default/metrics/names"))
    assert job.run()["warnings"] == []


def test_a_job_that_asks_for_none_is_not_measured(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path / "src", {"train.py": "import time; time.sleep(1.5)"})
    job = submitted(server, source, variables={"RUNSTEAD_RESOURCES_S": "0"})

    assert job.wait(timeout_s=60)["status"] == "Completed"

    assert resources_of(job) == {}


def test_gpus_are_measured_where_nvml_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for NVML: no machine of ours has one."""
    (tmp_path / "pynvml.py").write_text(
        """
from types import SimpleNamespace as S
def nvmlInit(): pass
def nvmlDeviceGetCount(): return 2
def nvmlDeviceGetHandleByIndex(number): return number
def nvmlDeviceGetUtilizationRates(device): return S(gpu=40 + device)
def nvmlDeviceGetMemoryInfo(device): return S(used=1000 + device)
"""
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        script, keeper = stat_at(child.pid), stat_at(os.getpid())
        assert script is not None
        assert keeper is not None
        meter = Meter(Script(script.process, keeper.process), tmp_path)
        first, row = meter.row(), meter.row()
        child.communicate(b"\n")

    assert first == {}
    assert row is not None
    assert (row["gpu_0_percent"], row["gpu_1_memory_bytes"]) == (40, 1001)
