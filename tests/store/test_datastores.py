from runstead.domain.datastores import StoredFile
from runstead.store import datastores, workspaces
from runstead.store.engine import Database


def a_workspace(database: Database) -> int:
    with database.write() as c:
        workspaces.add(c, "w", subscription_id="s", resource_group="g", location="l", workspace_id="i", created_at_ms=1)
        made = workspaces.find(c, "w")
        assert made is not None
        datastores.add_own(c, made.key, at_ms=1)
        datastores.add_own(c, made.key, at_ms=2)
    return made.key


def test_own_datastores_are_made_once_and_found_in_any_case(database: Database) -> None:
    key = a_workspace(database)
    with database.write() as c:
        assert [d.name for d in datastores.listed(c, key)] == ["workspaceblobstore", "workspacefilestore"]
        found = datastores.find(c, key, "WorkspaceFileStore", for_update=True)
        assert found is not None
        datastores.set_default(c, key, found.key)
        default = datastores.find_default(c, key)
    assert default is not None
    assert default.name == "workspacefilestore"


def test_credentials_are_kept_and_forgotten(database: Database) -> None:
    key = a_workspace(database)
    with database.write() as c:
        datastores.insert(c, key, "mine", kind="AzureBlob", settings={"a": "b"}, at_ms=1)
        made = datastores.find(c, key, "mine")
        assert made is not None
        assert datastores.sealed_of(c, made.key) is None
        datastores.seal(c, made.key, b"\x00\xff")
        assert datastores.sealed_of(c, made.key) == b"\x00\xff"
        datastores.delete(c, made.key)
        assert datastores.find(c, key, "mine") is None


def test_files_are_listed_page_by_page_each_once(database: Database) -> None:
    key = a_workspace(database)
    names = [f"a_b/{index}" for index in range(7)] + ["A_B/x", "aXb/x"]
    with database.write() as c:
        store = datastores.find(c, key, "workspaceblobstore")
        assert store is not None
        for name in (*names, names[0]):
            datastores.put_file(c, store.key, StoredFile(name, 1, "0" * 64, 1))
        seen: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page, cursor = datastores.files(c, store.key, prefix="a_b/", after=cursor, limit=3)
            seen += [file.path for file in page]
    assert sorted(seen) == names[:7], "a pattern's letters in a prefix mean themselves"
