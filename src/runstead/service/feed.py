"""The change feed. A service publishes inside its transaction; readers ask for what changed after a cursor.

    with unit.write() as tx:
        ...                                  # change rows
        feed.publish(tx, "metrics", run)     # and say so; cursors are given at the end of the transaction

Readers of this process are woken after the commit (`unit.wakeups`); readers elsewhere find the change when they look.
"""

from collections.abc import Callable, Collection

from runstead.domain.runs import Run, RunRef
from runstead.domain.views import View
from runstead.domain.workspaces import Workspace
from runstead.service.unit import Tx, Unit
from runstead.store import changes
from runstead.store.changes import Change

PAGE = 1_000


def publish(tx: Tx, noun: str, run: Run | RunRef, *, key: str | None = None) -> None:
    """Something of a run changed: `noun` is run, metrics, artifact or log; `key` is the path of an artifact or log."""
    tx.publish(run.workspace_key, Change(noun, run.run_id, run.parent_id, run.experiment, key))


def publish_experiment(tx: Tx, workspace: Workspace, name: str) -> None:
    """An experiment changed."""
    tx.publish(workspace.key, Change("experiment", experiment=name))


def publish_model(tx: Tx, workspace: Workspace, name: str) -> None:
    """A version of a model was made, changed or deleted; `key` is the model's name."""
    tx.publish(workspace.key, Change("model", key=name))


def publish_view(tx: Tx, workspace: Workspace, view: View) -> None:
    """A saved view was made, changed or deleted; `key` is its id."""
    tx.publish(workspace.key, Change("view", experiment=view.experiment, key=view.view_id))


def newest(unit: Unit, workspace: Workspace) -> int:
    """The cursor of the last change."""
    with unit.read() as connection:
        return changes.newest(connection, workspace.key)


def after(
    unit: Unit, workspace: Workspace, cursor: int, *, run_ids: Collection[str] = ()
) -> tuple[int, list[tuple[int, Change]]]:
    """(cursor to go on from, changes with their cursors, oldest first); `run_ids` narrows to those and children."""
    with unit.read() as connection:
        found = changes.after(connection, workspace.key, cursor, limit=PAGE)
    last = found[-1][0] if found else cursor
    return last, [(at, c) for at, c in found if not run_ids or c.run_id in run_ids or c.parent_id in run_ids]


def listen(
    unit: Unit, wake: Callable[[], None], *, workspace: Workspace | None = None, run_id: str = ""
) -> Callable[[], None]:
    """Call `wake` after commits that changed this workspace, or this run; ends when the returned function is called."""

    def told(workspace_key: int, news: Collection[Change]) -> None:
        if workspace is not None and workspace_key != workspace.key:
            return
        if not run_id or any(change.run_id == run_id for change in news):
            wake()

    return unit.wakeups.listen(told)
