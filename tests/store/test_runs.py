import pytest

from runstead.domain.runs import RunFilter
from runstead.store import experiments, runs, workspaces
from runstead.store.engine import Database

LONG = "v" * 3000


class Seed:
    """A database with one workspace and a helper that makes runs in it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.write() as c:
            workspaces.add(
                c, "w", subscription_id="", resource_group="", location="", workspace_id="i", created_at_ms=1
            )
            found = workspaces.find(c, "w")
            assert found is not None
            self.workspace_key = found.key
        self.number = 0

    def run(self, run_id: str, *, experiment: str = "e", parent: int | None = None, **values: object) -> int:
        self.number += 1
        with self.database.write() as c:
            experiments.add(c, self.workspace_key, experiment, experiment_id="i", created_at_ms=1)
            there = experiments.find(c, self.workspace_key, experiment)
            assert there is not None
            row = {
                "run_id": run_id,
                "workspace_key": self.workspace_key,
                "experiment_key": there.key,
                "number": self.number,
                "display_name": run_id,
                "description": "",
                "kind": "script",
                "status": "Running",
                "parent_key": parent,
                "root_id": run_id,
                "created_at_ms": 1,
                "warnings": [],
                "arguments": ["--x", "1"],
                "submitted_by": "",
                "child_count": 0,
                **values,
            }
            key = runs.insert(c, row)
        assert key is not None
        return key

    def ids(self, wanted: RunFilter, before: int | None = None, limit: int = 100) -> list[str]:
        with self.database.read() as c:
            return [r.run_id for r in runs.listed(c, self.workspace_key, wanted, before=before, limit=limit)]


@pytest.fixture
def seed(database: Database) -> Seed:
    return Seed(database)


def test_a_run_comes_back_with_its_names_tags_and_properties(seed: Seed) -> None:
    key = seed.run("r1", error={"code": "UserError"}, definition={"script": "train.py"})
    with seed.database.write() as c:
        runs.set_tags(c, key, {"a": None, "b": "1"})
        runs.add_properties(c, key, {"p": LONG})
    with seed.database.read() as c:
        run = runs.find(c, "r1", with_definition=True)
    assert run is not None
    assert (run.workspace, run.experiment, run.arguments) == ("w", "e", ("--x", "1"))
    assert (run.tags, run.properties) == ({"a": None, "b": "1"}, {"p": LONG})
    assert (run.error, run.definition) == ({"code": "UserError"}, {"script": "train.py"})


def test_a_run_id_is_taken_once(seed: Seed) -> None:
    seed.run("r1")
    with seed.database.write() as c:
        there = runs.find(c, "r1")
        assert there is not None
        row = {"run_id": "r1", "workspace_key": there.workspace_key, "experiment_key": there.experiment_key}
        rest = {"number": 9, "display_name": "", "description": "", "kind": "x", "status": "Running", "root_id": "r1"}
        more = {"created_at_ms": 1, "warnings": [], "arguments": [], "submitted_by": "", "child_count": 0}
        assert runs.insert(c, {**row, **rest, **more}) is None


def test_filters_narrow_by_experiment_parent_kind_status_tag_and_property(seed: Seed) -> None:
    top = seed.run("top")
    seed.run("child", parent=top, parent_id="top")
    other = seed.run("other", experiment="f", status="Failed", kind="interactive")
    with seed.database.write() as c:
        runs.set_tags(c, other, {"k": LONG + "1"})
        runs.set_tags(c, top, {"k": LONG + "2"})
        runs.add_properties(c, other, {"p": "1"})
    assert seed.ids(RunFilter()) == ["other", "top"]
    assert seed.ids(RunFilter(include_children=True)) == ["other", "child", "top"]
    assert seed.ids(RunFilter(parent_id="top")) == ["child"]
    assert seed.ids(RunFilter(experiment="f")) == ["other"]
    assert seed.ids(RunFilter(status="Running")) == ["top"]
    assert seed.ids(RunFilter(kind="interactive")) == ["other"]
    assert seed.ids(RunFilter(tags=(("k", None),))) == ["other", "top"]
    assert seed.ids(RunFilter(tags=(("k", LONG + "2"),))) == ["top"]
    assert seed.ids(RunFilter(properties=(("p", "1"),), tags=(("k", None),))) == ["other"]


def test_tags_are_overwritten_and_removed(seed: Seed) -> None:
    key = seed.run("r1")
    with seed.database.write() as c:
        runs.set_tags(c, key, {"a": "1", "b": "1"})
        runs.set_tags(c, key, {"a": None})
        runs.remove_tags(c, key, ["b", "unknown"])
    with seed.database.read() as c:
        run = runs.find(c, "r1")
    assert run is not None
    assert run.tags == {"a": None}


def test_pages_are_cut_by_number(seed: Seed) -> None:
    for n in range(5):
        seed.run(f"r{n}")
    assert seed.ids(RunFilter(), before=4, limit=2) == ["r2", "r1"]


def test_many_runs_are_found_by_key_in_the_given_order(seed: Seed) -> None:
    keys = [seed.run(f"r{n}") for n in range(3)]
    with seed.database.read() as c:
        assert [r.run_id for r in runs.find_many(c, [keys[2], 999_999, keys[0]])] == ["r2", "r0"]


def test_filters_by_tag_are_answered_from_an_index(seed: Seed) -> None:
    if seed.database.dialect != "sqlite":
        pytest.skip("the plan is looked at on SQLite")
    with seed.database.read() as c:
        plan = c.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT run_key FROM run_tags WHERE key = 'k' AND value_head = 'v' AND value = 'v'"
        ).all()
    assert "ix_run_tags_key_value_head_run_key" in str(plan)
