"""Workspaces are changed, and deleted with everything in them and nothing else."""

import math

import pytest
import sqlalchemy as sa

from runstead.domain.errors import Conflict, NotFound
from runstead.domain.experiments import ExperimentEdit
from runstead.domain.runs import RunDraft
from runstead.domain.secrets import SecretWrite
from runstead.domain.workspaces import WorkspaceEdit
from runstead.service import compactions, experiments, logs, metrics, runs, secrets, workspaces
from runstead.service.unit import Unit
from runstead.store.deletions import KEPT, _belonging, _owners, of_workspace
from runstead.store.schemas import METADATA
from runstead.store.tables import workspaces as table
from tests.store.journals import Journal


def furnished(unit: Unit, workspace: str) -> None:
    workspaces.ensure(unit, workspace)
    for number, parent in enumerate((None, f"{workspace}-0")):
        run_id = f"{workspace}-{number}"
        runs.create(unit, workspace, RunDraft(run_id, "e", parent_id=parent, tags={"a": "b"}, properties={"c": "d"}))
        journal = Journal(run_id, "w")
        for step in range(2_000):
            journal.log("loss", math.sin(step), step=step)
        journal.row("xy", {"x": 1, "y": None})
        end = metrics.ingest(unit, workspace, run_id, "w", 0, journal.body)
        with unit.read() as connection:
            key = runs.located(connection, workspace, run_id).key
        compactions.compact(unit, key)
        journal.log("loss", 0.5)
        metrics.ingest(unit, workspace, run_id, "w", end, journal.body[end:])
        logs.append(unit, workspace, run_id, "logs/a.txt", offset=0, content=b"line\n")
    secrets.put(unit, workspace, SecretWrite("pw", "value"))


def counted(unit: Unit) -> dict[str, int]:
    """How many rows each table has; numbers that go on and the list of metric names are not a workspace's."""
    tables = [one for one in METADATA.sorted_tables if one not in KEPT and one.name != "metric_names"]
    with unit.read() as connection:
        return {
            one.name: int(connection.execute(sa.select(sa.func.count()).select_from(one)).scalar_one())
            for one in tables
        }


def test_a_deleted_workspace_leaves_nothing_and_takes_nothing_of_another(unit: Unit) -> None:
    furnished(unit, "stays")
    before = counted(unit)
    furnished(unit, "goes")
    grown = {name for name, count in counted(unit).items() if count > before[name]}
    assert {"runs", "run_tags", "metric_series", "metric_chunks", "metric_tails", "artifacts", "secrets"} <= grown

    workspaces.delete(unit, "goes")

    assert counted(unit) == before
    assert runs.load(unit, "stays", "stays-1").tags == {"a": "b"}
    assert secrets.load(unit, "stays", "pw").value == "value"
    assert [path.name for path in sorted(unit.settings.logs.iterdir())] == ["stays-0", "stays-1"]
    with pytest.raises(NotFound):
        workspaces.load(unit, "goes")


def test_every_table_belongs_to_a_workspace_so_that_none_is_forgotten() -> None:
    owners = _owners()
    nobodys = [t.name for t in METADATA.sorted_tables if _belonging(t, owners, of_workspace(1), table) is None]
    assert nobodys == ["metric_names"]


def test_a_workspace_made_anew_under_an_old_name_is_empty_and_its_changes_go_on(unit: Unit) -> None:
    furnished(unit, "again")
    with unit.read() as connection:
        key = connection.execute(sa.select(table.c.workspace_key).where(table.c.name == "again")).scalar_one()
        cursor = sa.text("SELECT value FROM counters WHERE name = 'change' AND workspace_key = :key")
        was = connection.execute(cursor, {"key": key}).scalar_one()

    workspaces.delete(unit, "again")
    furnished(unit, "again")

    assert runs.load(unit, "again", "again-1").parent_id == "again-0"
    with unit.read() as connection:
        assert connection.execute(cursor, {"key": key}).scalar_one() >= was


def test_a_workspace_is_changed_and_its_tags_replaced(unit: Unit) -> None:
    workspaces.edit(unit, "default", WorkspaceEdit(tags={"a": "b"}, description="d", friendly_name="f"))
    changed = workspaces.edit(unit, "default", WorkspaceEdit(tags={"c": None}))

    assert (changed.tags, changed.description, changed.friendly_name) == ({"c": None}, "d", "f")
    with pytest.raises(NotFound):
        workspaces.edit(unit, "nowhere", WorkspaceEdit())


def test_only_an_empty_experiment_is_deleted(unit: Unit) -> None:
    experiments.ensure(unit, "default", "empty")
    runs.create(unit, "default", RunDraft("r", "full"))

    experiments.delete(unit, "default", "empty")
    with pytest.raises(Conflict, match="'full' has 1 runs"):
        experiments.delete(unit, "default", "full")

    assert [one.name for one in experiments.listed(unit, "default")] == ["full"]


def test_the_time_of_archiving_is_that_of_the_first_time(unit: Unit) -> None:
    experiments.ensure(unit, "default", "e")
    first = experiments.edit(unit, "default", "e", ExperimentEdit(archived=True)).archived_at_ms
    again = experiments.edit(unit, "default", "e", ExperimentEdit(archived=True)).archived_at_ms

    assert first == again is not None
    assert experiments.edit(unit, "default", "e", ExperimentEdit(archived=False)).archived_at_ms is None


def test_the_default_workspace_stays(unit: Unit) -> None:
    with pytest.raises(Conflict, match="'default' is always there"):
        workspaces.delete(unit, "default")
