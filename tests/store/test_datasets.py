from runstead.store import datasets
from runstead.store.engine import Database
from tests.store.test_datastores import a_workspace

DEFINITION: dict[str, object] = {"kind": "file", "sources": [], "format": None, "partition_format": None, "steps": []}


def test_one_definition_is_saved_once_whatever_the_order_of_its_keys(database: Database) -> None:
    key = a_workspace(database)
    with database.write() as c:
        first = datasets.save(c, key, DEFINITION, dataset_id="one", at_ms=1)
        again = datasets.save(c, key, dict(reversed(DEFINITION.items())), dataset_id="two", at_ms=2)
        found = datasets.find(c, key, "one")
        assert datasets.find(c, key, "two") is None
    assert first == again
    assert found is not None
    assert (found.definition, found.name) == (DEFINITION, None)


def test_the_newest_version_speaks_for_a_name_until_it_is_forgotten(database: Database) -> None:
    key = a_workspace(database)
    with database.write() as c:
        saved = datasets.save(c, key, DEFINITION, dataset_id="one", at_ms=1)
        for version in (1, 2, 10):
            values = {"dataset_key": saved, "description": f"v{version}", "tags": {}, "created_at_ms": version}
            datasets.add_version(c, key, "n", version, values)
        datasets.update_version(c, key, "n", 2, {"description": "changed"})
        assert [(d.name, d.version) for d in datasets.listed(c, key)] == [("n", 10)]
        named = datasets.find_named(c, key, "n", 2)
        by_id = datasets.find(c, key, "one")
        assert named is not None
        assert named[1].description == "changed"
        assert by_id is not None
        assert by_id.version == 10
        assert datasets.delete_versions(c, key, "n") == 3
        assert datasets.find_named(c, key, "n", None) is None
        left = datasets.find(c, key, "one")
    assert left is not None
    assert left.name is None
