"""Submits a job: checks what can be checked here, takes the snapshot, and asks the server to run it."""

import logging
import os
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from runstead.client.connection import Json, quoted
from runstead.client.folders import checked_source
from runstead.client.repositories import ask_git, git_properties
from runstead.client.runs import load_run
from runstead.client.snapshots import take_snapshot
from runstead.client.workspaces import Workspace
from runstead.domain.errors import Conflict, InvalidArgument, NotFound
from runstead.domain.jobs import JobSpec, checked_spec, spec_json
from runstead.domain.plans import PROCESS_INFO, PROCESS_STATUS
from runstead.domain.runs import is_final
from runstead.domain.snapshots import SnapshotLimits

log = logging.getLogger(__name__)
MOST_SENTENCES = 10
LAST_WORDS_S = 30.0
LOOK_AGAIN_S = 0.05
OF_AN_INTERPRETER = re.compile(r"PYTHONPATH|VIRTUAL_ENV|CONDA_\w+")  # the submitter's, none of a built environment
# In a container, what names no file of this machine.
OF_ANY_MACHINE = re.compile(r"PYTHONHASHSEED|TZ|CUDA_VISIBLE_DEVICES|(OMP|MKL|OPENBLAS|NUMEXPR)_(?!.*PATH)\w+")


@dataclass(frozen=True)
class Submission:
    """A run to be made and executed. `facts`: further fields of POST runs (tags, parent_id, display_name …).

    spec: its snapshot_id is left empty, the snapshot is taken here. git: overrides, by the keys of
    `repositories.PROPERTIES`. carried: variables of the submitter for a job on this machine; the spec's own win.
    """

    run_id: str
    experiment: str
    spec: JobSpec
    source: Path
    properties: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    git: Mapping[str, str] = field(default_factory=dict)
    carried: Mapping[str, str] = field(default_factory=dict)


def submit(workspace: Workspace, submission: Submission, *, home: Path, limits: SnapshotLimits) -> Json:
    """The submitted run. home: where hashes of unchanged files are remembered.

    Raises InvalidArgument or NotFound, before anything is sent, for what could not run; TooLarge past the limits.
    """
    spec = checked_spec(submission.spec)
    source = checked_source(submission.source)
    _check_script(source, spec.script)
    if spec.packages is None and spec.container is None:
        _check_interpreter(spec.python)
    question = ask_git(source)
    snapshot = take_snapshot(workspace, source, home=home, limits=limits, must_have=spec.script)
    for sentence in snapshot.left_out[:MOST_SENTENCES]:
        log.warning("%s; it is left out of the snapshot", sentence)
    if (more := len(snapshot.left_out) - MOST_SENTENCES) > 0:
        log.warning("%d more of the kind are left out of the snapshot", more)
    properties = {
        **git_properties(question, submission.git),
        **({"ContentSnapshotId": snapshot.snapshot_id} if spec.keeps_snapshot else {}),
        "_azureml.ComputeTargetType": spec.target,
        "ProcessInfoFile": PROCESS_INFO,
        "ProcessStatusFile": PROCESS_STATUS,
        **submission.properties,
    }
    carried = submission.carried if _is_on_this_machine(workspace) else {}
    if spec.container is not None:
        carried = {name: value for name, value in carried.items() if OF_ANY_MACHINE.fullmatch(name)}
    elif spec.packages is not None:
        carried = {name: value for name, value in carried.items() if not OF_AN_INTERPRETER.fullmatch(name)}
    variables = {**carried, **spec.environment_variables}
    final = replace(
        spec, snapshot_id=snapshot.snapshot_id, source_directory=str(source), environment_variables=variables
    )
    draft = {**submission.facts, "run_id": submission.run_id, "experiment": submission.experiment, "kind": "script"}
    body = {"run": {**draft, "properties": properties}, "spec": spec_json(final)}
    return workspace.connection.call("POST", f"{workspace.path}/jobs", body)


def clean_job(workspace: Workspace, run_id: str) -> list[str]:
    """Throws the job's folder away; answers the files that are gone. Conflict while the job runs."""
    deadline = time.monotonic() + LAST_WORDS_S
    while True:
        try:
            answer = workspace.connection.call("POST", f"{workspace.path}/jobs/{quoted(run_id)}/clean", {})
            return list(answer["removed"])
        except Conflict:
            # The run has its final status a moment before its driver has delivered everything.
            if time.monotonic() > deadline or not is_final(load_run(workspace, run_id)["status"]):
                raise
            time.sleep(LOOK_AGAIN_S)


def interpreter_of(wanted: str, *, current: str, search_path: str) -> str:
    """The absolute path of the Python to run: `current` for plain `python`, else found on `search_path`."""
    if wanted in ("", "python"):
        return current
    if found := shutil.which(wanted, path=search_path):
        return str(Path(found).absolute())  # not resolved: a virtual environment's python is a link
    raise InvalidArgument(f"the Python interpreter {wanted!r} is not there; give the path of one that is")


def _is_on_this_machine(workspace: Workspace) -> bool:
    return urlsplit(workspace.connection.url).hostname in ("127.0.0.1", "localhost", "::1")


def _check_script(source: Path, script: str | None) -> None:
    if script is None:
        return
    path = source / script
    if not path.exists():
        raise NotFound(f"there is no script {script!r} in the source_directory {source}; the script must be inside it")
    if not path.resolve().is_relative_to(source):
        raise InvalidArgument(f"the script {script!r} is a link out of the source_directory {source}; put it inside")
    if not path.is_file():
        raise InvalidArgument(f"the script {script!r} in {source} is no file")


def _check_interpreter(python: str) -> None:
    if not os.access(python, os.X_OK) or Path(python).is_dir():
        raise InvalidArgument(f"the Python interpreter {python} is not there or cannot be executed; give another one")
