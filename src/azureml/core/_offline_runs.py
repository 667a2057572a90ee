"""How runs outside of a job are recorded: found a server, made a run, ended with the process."""

import atexit
import logging
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from azureml import core
from azureml._errors import translated
from azureml.exceptions import AzureMLException
from runstead.client import config, local, repositories, runs
from runstead.domain.errors import RunsteadError

UNNAMED = "offline"
NOT_IN_IDS = re.compile(r"[^a-zA-Z0-9_.\-]")
NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_\-]")
MAX_ID, MAX_NAME = 200, 255
log = logging.getLogger(__name__)


def experiment_name(folder: Path) -> str:
    """The experiment of runs that were begun in this folder."""
    return NOT_IN_NAMES.sub("-", folder.name).lstrip("-_")[:MAX_NAME] or UNNAMED


def found_experiment(*, may_start: bool) -> "core.Experiment | None":
    """The experiment to record in, if a server is at hand; else one is started, if that may be."""
    if not may_start and not local.is_at_hand(config.from_environment()):
        return None
    return core.Experiment(core.Workspace.from_config(), experiment_name(Path.cwd()))


def begun(experiment: "core.Experiment", run_id: str, *, parent: "core.Run | None", name: str | None) -> "core.Run":
    """A recorded run that is Running. run_id: as the user sees it; what no server takes in an id is replaced."""
    recorded_id = NOT_IN_IDS.sub("_", run_id)[:MAX_ID]
    question = None if parent else repositories.ask_git(Path.cwd())
    record = runs.create_run(
        experiment._place,
        recorded_id,
        experiment=experiment.name,
        kind="interactive",
        display_name=name,
        parent_id=None if parent is None else parent.id,
        script=None if parent or not sys.argv[0] else Path(sys.argv[0]).name,
        arguments=[] if parent else sys.argv[1:],
        properties=repositories.git_properties(question, config.git_overrides()) if question else {},
        submitted_by=config.user_name(),
    )
    made = core.Run._of(experiment, recorded_id, record)
    if parent is None:
        sys.stderr.write(f"Runstead: this script is recorded as run {recorded_id}: {made.get_portal_url()}\n")
    return made


def attempt(act: Callable[[], object]) -> None:
    """Record something; an offline run never ends the script: what cannot be recorded is a warning."""
    try:
        act()
    except AzureMLException as error:
        log.warning("not recorded: %s", error.message)
    except RunsteadError as error:
        log.warning("not recorded: %s", translated(error).message)


class Endings:
    """Ends what was begun in this process: Completed at a normal end, Failed after an exception that nobody caught."""

    def __init__(self) -> None:
        self._begun: list[core.Run] = []
        self._failure: BaseException | None = None
        self._pid = 0

    def add(self, run: "core.Run") -> None:
        """End this run with the process, unless `remove` comes before."""
        if self._pid != os.getpid():  # also in a forked child: its parent's runs are not its own to end
            self._pid, self._begun, self._failure = os.getpid(), [], None
            self._install()
        self._begun.append(run)

    def remove(self, run: "core.Run") -> None:
        """The script has ended it."""
        if run in self._begun:
            self._begun.remove(run)

    def _install(self) -> None:
        previous = sys.excepthook

        def noting(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            self._failure = error
            previous(kind, error, trace)

        sys.excepthook = noting
        atexit.register(self._end_all)

    def _end_all(self) -> None:
        if self._pid != os.getpid():
            return
        for run in reversed(self._begun):
            attempt(lambda run=run: self._end(run))  # type: ignore[misc]  # mypy does not see the default's type

    def _end(self, run: "core.Run") -> None:
        if self._failure is None:
            run.complete()
        elif isinstance(self._failure, KeyboardInterrupt):
            run.cancel()
        else:
            run.fail(f"User program failed with {type(self._failure).__name__}: {self._failure}")


endings = Endings()
