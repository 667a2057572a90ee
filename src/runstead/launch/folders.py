"""Job folders: staged from a snapshot's blobs, looked at, thrown away."""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from runstead.blobs.disks import told_when_full
from runstead.blobs.folders import open_beneath
from runstead.domain.builds import Specification
from runstead.domain.containers import Container
from runstead.domain.errors import Conflict
from runstead.domain.jobs import ENDED, Job
from runstead.domain.plans import ENVIRONMENT, JOURNAL, LOGS, PLAN, SHIPPED, WORK, Plan, plan_json
from runstead.domain.snapshots import SnapshotFile
from runstead.launch.products import ContextFile, Wish
from runstead.service import logins, snapshots, wheels
from runstead.service.unit import Unit

_COPY_BYTES = 1 << 20


def stage_job(folder: Path, files: Iterable[SnapshotFile], open_blob: Callable[[str], BinaryIO]) -> None:
    """Fills `folder` with the snapshot; what an earlier try left there goes. TooLarge if the disk is full."""
    with told_when_full(f"the job folder {folder}"):
        shutil.rmtree(folder / WORK, ignore_errors=True)
        for name in (WORK, LOGS, JOURNAL):
            (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        for file in files:
            _copy(file, folder / WORK, open_blob)


def write_plan(folder: Path, plan: Plan) -> None:
    """Leaves the plan for the driver, whole; a folder with a plan is staged."""
    draft = folder / f".{PLAN}"
    with told_when_full(f"the job folder {folder}"):
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # it holds the run's token
        with open(descriptor, "w") as file:
            json.dump(plan_json(plan), file)
        draft.replace(folder / PLAN)


def write_fact(folder: Path, name: str, content: Mapping[str, Any]) -> None:  # JSON
    """Leaves a JSON file in a job folder, whole."""
    draft = folder / f".{name}"
    with told_when_full(f"the job folder {folder}"):
        draft.write_text(json.dumps(content))
        draft.replace(folder / name)


def read_fact(folder: Path, name: str) -> Mapping[str, Any] | None:  # JSON, as the driver wrote it
    """One of the driver's JSON files; None if it is not there."""
    try:
        return dict(json.loads((folder / name).read_bytes()))
    except FileNotFoundError:
        return None


def wish_of(unit: Unit, workspace: str, name: str, packages: Specification | None, container: Container | None) -> Wish:
    """What a job's environment is built from; the files of a build context are read when they are needed."""
    context = None if container is None else container.context

    def files() -> Iterable[ContextFile]:
        found = () if context is None else snapshots.load(unit, workspace, context)
        return [
            ContextFile(one.path, one.size_bytes, one.executable, partial(unit.blobs.open, one.sha256)) for one in found
        ]

    boxed = logins.with_password(unit, workspace, container)
    return Wish(name, packages, boxed, files, partial(wheels.open_wheel, unit, workspace))


def environments_in_use(jobs: Path) -> set[str]:
    """The hashes of the environments of jobs that are not delivered yet, among these job folders."""
    facts = [
        read_fact(folder, ENVIRONMENT)
        for folder in (jobs.iterdir() if jobs.exists() else ())
        if not (folder / SHIPPED).exists()
    ]
    return {fact["key"] for fact in facts if fact is not None}


def clean_job(unit: Unit, job: Job) -> list[str]:
    """Throws the folder of a job away that has ended; answers what was in it. Conflict while it may be needed."""
    if job.phase != ENDED:
        raise Conflict(f"run {job.run_id} is {job.run_status}; its job folder can be cleaned when it has ended")
    return remove_job(unit.settings.jobs / job.run_id)


def remove_job(folder: Path) -> list[str]:
    """Throws a job folder away; answers the files that were in it."""
    removed = sorted(str(Path(place, name)) for place, _, names in os.walk(folder) for name in names)
    shutil.rmtree(folder, ignore_errors=not removed)
    return removed


def _copy(file: SnapshotFile, work: Path, open_blob: Callable[[str], BinaryIO]) -> None:
    descriptor = open_beneath(work, file.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, make_folders=True)
    with open(descriptor, "wb") as target, open_blob(file.sha256) as source:
        shutil.copyfileobj(source, target, _COPY_BYTES)
        os.fchmod(target.fileno(), 0o755 if file.executable else 0o644)
