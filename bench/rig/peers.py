"""The peers, in an environment of their own (bench/.peers): made once, and asked by child processes."""

import json
import os
import shutil
import socket
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / ".peers"
PYTHON = FOLDER / "bin/python"
LOOPS = Path(__file__).with_name("loops.py")
PACKAGES = {
    "trackio": "trackio",
    "tensorboard": "tensorboardX",
    "mlflow": "mlflow",
    "dvclive": "dvclive",
    "wandb": "wandb",
    "aim": "aim",
    "parquet": "pyarrow",
}
QUIET = {
    "WANDB_MODE": "offline",
    "WANDB_SILENT": "true",
    "DVC_NO_ANALYTICS": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "1",
    "TRACKIO_TELEMETRY": "0",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
}
TIMEOUT_S = 300


def prepare() -> None:
    """Install what is missing; a peer that cannot be installed is told, and absent from the tables."""
    if not PYTHON.exists():
        venv.create(FOLDER, with_pip=True, clear=True)
    for peer, package in PACKAGES.items():
        mark = FOLDER / f".has-{peer}"
        if mark.exists():
            continue
        done = subprocess.run([*_installer(), package], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            mark.touch()
        else:
            print(f"{peer} cannot be installed here: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _installer() -> list[str]:
    uv = Path(sys.executable).with_name("uv")
    if uv.exists():
        return [str(uv), "pip", "install", "-q", "-p", str(PYTHON)]
    return [str(PYTHON), "-m", "pip", "install", "-q"]


def asked(loop: str, folder: Path, **numbers: int) -> dict[str, Any]:  # Any: JSON of loops.py
    """Run one loop of loops.py in the peers' environment; `{"failed": why}` if it does not end well."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = {**os.environ, **QUIET, "HOME": str(folder), "TRACKIO_DIR": str(folder / "trackio")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [str(PYTHON), str(LOOPS), loop, str(folder), json.dumps(numbers)]
    try:
        done = subprocess.run(
            command, env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"no end within {TIMEOUT_S} s"}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["no reason told"])[-1]}
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer
