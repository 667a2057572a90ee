"""Python environments of their own for tests of real clients: made once with uv, and kept beside this environment."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
KEPT = Path(sys.prefix) / "clients"
SCRIPTS = Path(__file__).parent / "faces" / "clients"
LONG = bool(os.environ.get("RUNSTEAD_LONG_TESTS"))
# Of this process's tests, and not of a client's.
FOREIGN = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_TOKEN", "MLFLOW_RUN_ID")

long = pytest.mark.skipif(not LONG, reason="large environments or files: RUNSTEAD_LONG_TESTS=1 runs it")


def python_with(*packages: str, sdk: bool = False) -> Path:
    """The interpreter of an environment with these packages, and Runstead's SDK besides if `sdk`."""
    name = hashlib.sha256(json.dumps([packages, sdk, sys.version]).encode()).hexdigest()[:16]
    folder = KEPT / name
    python = folder / "bin" / "python"
    KEPT.mkdir(exist_ok=True)
    with (KEPT / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            _uv("venv", "--clear", "-p", sys.executable, str(folder))
            wheels = os.environ.get("PIP_FIND_LINKS")  # where a machine keeps the CPU's wheel of torch
            links = ["--find-links", wheels] if wheels else []
            own = ["-e", str(ROOT)] if sdk else []
            _uv("pip", "install", "-p", str(python), *links, *packages, *own)
            (folder / "complete").touch()
    return python


def told_by(python: Path, script: str, *arguments: object, **environment: str) -> dict[str, Any]:  # Any: JSON
    """Run tests/faces/clients/<script>.py to its end; the JSON of its last line."""
    done = subprocess.run(
        [python, SCRIPTS / f"{script}.py", *map(str, arguments)],
        env=environment_with(**environment),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2_000:]}\n{done.stderr[-4_000:]}"
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def environment_with(**variables: str) -> dict[str, str]:
    """This process's environment with these variables; nothing in it says where an MLflow server is."""
    mine = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
    return {**mine, **quiet, **variables}


def _uv(*arguments: str) -> None:
    command: Sequence[str | Path] = [Path(sys.executable).with_name("uv"), *arguments, "-q"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment_with())
    assert done.returncode == 0, done.stderr[-4_000:]
