"""The peers, in an environment of their own (bench/.peers): made once, and asked by child processes."""

import json
import os
import shutil
import socket
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / ".peers"
PYTHON = FOLDER / "bin/python"
LOOPS = Path(__file__).with_name("loops.py")
PACKAGES = {
    "trackio": "trackio",
    "tensorboard": "tensorboardX",
    "tensorboard-pages": "tensorboard",
    "mlflow": "mlflow",
    "dvclive": "dvclive",
    "wandb": "wandb",
    "aim": "aim",
    "parquet": "pyarrow",
    "postgres": "psycopg[binary]",
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


def prepare(*wanted: str) -> None:
    """Install what is missing, of all peers or these; one that cannot be installed is told, and not in the tables."""
    if not PYTHON.exists():
        venv.create(FOLDER, with_pip=True, clear=True)
    for peer in wanted or PACKAGES:
        mark = FOLDER / f".has-{peer}"
        if mark.exists():
            continue
        done = subprocess.run([*_installer(), PACKAGES[peer]], capture_output=True, text=True, check=False)
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


def environment(home: Path) -> dict[str, str]:
    """Variables for a process of theirs, which finds this package, too."""
    found = {**os.environ, **QUIET, "HOME": str(home), "PYTHONPATH": str(FOLDER.parents[1])}
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found


def told_by(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, timeout_s: float = 3600
) -> dict[str, Any]:  # Any: the JSON that the script prints last
    """What a script of ours tells, run by their interpreter; RuntimeError if it does not end well."""
    done = subprocess.run(
        [str(PYTHON), *command],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-2_000:] or "no reason told")
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def asked(loop: str, folder: Path, **numbers: int | str) -> dict[str, Any]:  # Any: JSON of loops.py
    """Run one loop of loops.py in the peers' environment; `{"failed": why}` if it does not end well."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    variables = {**environment(folder), "TRACKIO_DIR": str(folder / "trackio")}
    command = [str(LOOPS), loop, str(folder), json.dumps(numbers)]
    try:
        return told_by(command, variables, folder, TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return {"failed": f"no end within {TIMEOUT_S} s"}
    except RuntimeError as error:
        return {"failed": str(error).splitlines()[-1]}
