"""What does preparing an environment cost, against `uv venv` and `uv pip install` of the same packages alone?

Aims: reuse adds under 100 ms to a submit, one changed pin takes under 5 s with a warm package cache, a build at most
1.2 times uv alone. uv alone and ours take turns; needs a package index. Neither conda nor mlflow is compared.

The same for images where DOCKER_HOST names an engine: RUNSTEAD_BASE_IMAGE, which must be there, with the packages.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from azureml.core import Environment, Experiment, ScriptRunConfig, Workspace
from azureml.core.conda_dependencies import CondaDependencies
from runstead.domain.builds import Specification, recipe_of
from runstead.domain.containers import Container
from runstead.launch.builds import Answer, Asker, Builds, Wish
from runstead.launch.engines import Rules
from runstead.launch.solvers import find_uv

PACKAGES = ("azureml-defaults", "scikit-learn==1.5.2")
OTHER_PIN = ("azureml-defaults", "scikit-learn==1.5.1")
FIRST_LINE = "import sys, time\nwith open(sys.argv[1], 'w') as file:\n    file.write(repr(time.time()))\n"
ROUNDS = {"cold": 2, "warm": 5, "submit": 15}


def ours(builds: Builds, pip: tuple[str, ...], container: Container | None = None) -> float:
    """Milliseconds until the environment is there."""
    done = threading.Event()
    wish = Wish("bench", Specification((), pip), container)
    asker = Asker("bench", lambda _name, _piece: None, done.set)
    began = time.perf_counter()
    answer = builds.prepare(wish, asker)
    while isinstance(answer, Answer) and answer.environment is None:
        done.wait()
        answer = builds.prepare(wish, asker)
    took = 1000 * (time.perf_counter() - began)
    if not isinstance(answer, Answer):
        raise SystemExit(f"{answer.error}\n{answer.tail}")
    return took


def alone(folder: Path, pip: tuple[str, ...], environ: dict[str, str], *options: str) -> float:
    """The same with uv and nothing else."""
    recipe = recipe_of(Specification((), pip))
    venv = str(folder / "alone")
    began = time.perf_counter()
    subprocess.run([find_uv(), "venv", "-q", "-p", sys.executable, venv], env=environ, check=True)
    install = [find_uv(), "pip", "install", "-q", "-p", f"{venv}/bin/python", *options, *recipe.requirements]
    subprocess.run(install, env=environ, check=True)
    took = 1000 * (time.perf_counter() - began)
    shutil.rmtree(venv)
    return took


def built(folder: Path, rounds: int, *, cold: bool) -> dict[str, float]:
    """Medians of both, each build from nothing; cold: the package cache is empty, too."""
    times: list[tuple[float, float]] = []
    for number in range(rounds):
        pair = []
        for side in ("alone", "ours"):
            environ = {**os.environ, "UV_CACHE_DIR": str(folder / (f"cache-{number}-{side}" if cold else "cache"))}
            builds = Builds(folder / f"built-{number}", environ)
            builds.explain(Wish("", Specification()))  # which Pythons there are is known from then on
            pair.append(alone(folder, PACKAGES, environ) if side == "alone" else ours(builds, PACKAGES))
        times.append((pair[0], pair[1]))
        shutil.rmtree(folder / f"built-{number}")
    uv, mine = (statistics.median(column) for column in zip(*times, strict=True))
    return {"uv_alone_ms": uv, "ours_ms": mine, "ratio": mine / uv}


def changed_pin(folder: Path) -> float:
    """One changed pin, its wheel in the package cache."""
    environ = {**os.environ, "UV_CACHE_DIR": str(folder / "cache")}
    alone(folder, OTHER_PIN, environ)
    builds = Builds(folder / "pins", environ)
    ours(builds, PACKAGES)
    return ours(builds, OTHER_PIN)


def imaged(folder: Path) -> dict[str, float] | None:
    """An image from nothing, once more, and with one changed pin; downloaded packages are kept by the engine."""
    base = os.environ.get("RUNSTEAD_BASE_IMAGE", "")
    if not (base and os.environ.get("DOCKER_HOST")):
        return None
    builds = Builds(folder / "images", os.environ, Rules(base_image=base))
    container = Container(image=base)
    environ = {**os.environ, "UV_CACHE_DIR": str(folder / "cache")}
    ours(builds, OTHER_PIN, container)  # its wheels are in the engine's cache of packages from then on
    builds = Builds(folder / "images-again", os.environ, Rules(base_image=base))
    return {
        "first_ms": ours(builds, PACKAGES, container),
        "reused_ms": statistics.median(ours(builds, PACKAGES, container) for _ in range(ROUNDS["warm"])),
        "changed_pin_ms": ours(builds, OTHER_PIN, container),
        # An image's layer cannot share files with the cache, as a virtual environment does.
        "uv_alone_copying_ms": alone(folder, OTHER_PIN, environ, "--link-mode", "copy"),
    }


def reused(folder: Path) -> dict[str, float]:
    """Submit to first line with a reused environment, against the same with the same interpreter named outright."""
    os.environ["RUNSTEAD_HOME"] = str(folder / "home")
    source, mark = folder / "src", folder / "mark"
    source.mkdir()
    (source / "train.py").write_text(FIRST_LINE)
    experiment = Experiment(Workspace.from_config(), "bench-prepare")
    built, named = Environment("built"), Environment("named")
    built.python.conda_dependencies = CondaDependencies.create(
        pip_packages=["azureml-defaults"], python_version=platform.python_version()
    )
    named.python.user_managed_dependencies = True
    try:
        first_line(experiment, source, mark, built)
        named.python.interpreter_path = str(next((folder / "home/environments").glob("*/venv/bin/python")))
        pairs = [
            (first_line(experiment, source, mark, named), first_line(experiment, source, mark, built))
            for _ in range(ROUNDS["submit"])
        ]
    finally:
        subprocess.run([sys.executable, "-m", "runstead.cli.main", "down"], check=True, stdout=subprocess.DEVNULL)
    without, with_reuse = (statistics.median(column) for column in zip(*pairs, strict=True))
    return {"named_ms": without, "reused_ms": with_reuse, "added_ms": with_reuse - without}


def first_line(experiment: Experiment, source: Path, mark: Path, environment: Environment) -> float:
    config = ScriptRunConfig(str(source), "train.py", arguments=[str(mark)], environment=environment)
    began = time.time()
    experiment.submit(config).wait_for_completion()
    at = float(mark.read_text())
    mark.unlink()
    return 1000 * (at - began)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        alone(folder, PACKAGES, {**os.environ, "UV_CACHE_DIR": str(folder / "cache")})
        told = {
            "question": "prepare",
            "aims": {"added_to_submit_ms": 100, "changed_pin_ms": 5_000, "ratio": 1.2},
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "reused": reused(folder),
            "changed_pin_ms": changed_pin(folder),
            "image": imaged(folder),
            "warm": built(folder, ROUNDS["warm"], cold=False),
            "cold": built(folder, ROUNDS["cold"], cold=True),
        }
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "prepare.json").write_text(json.dumps(told, indent=2) + "\n")
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
