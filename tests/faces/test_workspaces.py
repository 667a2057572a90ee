"""SDK v1 Workspace: config.json, names, what is to come."""

import json
import logging
from pathlib import Path

import pytest

from azureml.core import Experiment, Workspace
from azureml.exceptions import UserErrorException, WorkspaceException
from runstead.testing.servers import RealServer

PORTAL = {"subscription_id": "s-1", "resource_group": "g-1", "workspace_name": "from-portal"}
SCOPE = "/subscriptions/s-2/resourceGroups/g-2/providers/Microsoft.MachineLearningServices/workspaces/{}"


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_without_any_file_the_default_workspace_is_used_and_the_log_says_so(
    at_home: RealServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="azureml"):
        ws = Workspace.from_config()

    assert ws.name == "default"
    assert "no config.json" in caplog.text


def test_the_portals_file_selects_a_workspace_of_that_name(at_home: RealServer, tmp_path: Path) -> None:
    write(tmp_path / "config.json", PORTAL)

    ws = Workspace.from_config()

    assert (ws.name, ws.subscription_id, ws.resource_group) == ("from-portal", "s-1", "g-1")
    assert repr(ws) == "Workspace.create(name='from-portal', subscription_id='s-1', resource_group='g-1')"


def test_the_older_format_with_a_scope_is_read_too(at_home: RealServer, tmp_path: Path) -> None:
    file = write(tmp_path / "anywhere.json", {"Id": None, "Scope": SCOPE.format("by-scope")})

    ws = Workspace.from_config(path=str(file))

    assert (ws.name, ws.subscription_id, ws.resource_group) == ("by-scope", "s-2", "g-2")


def test_a_file_is_searched_upwards_and_the_nearest_folder_in_order_wins(
    at_home: RealServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    places = ["project.json", "config.json", "aml_config/project.json", "aml_config/config.json"]
    places += [".azureml/project.json", ".azureml/config.json"]
    for number, place in enumerate(places):
        write(tmp_path / place, {**PORTAL, "workspace_name": f"searched{number}"})

        assert Workspace.from_config().name == f"searched{number}", f"{place} comes before the ones written earlier"

    write(tmp_path / "a" / "project.json", {**PORTAL, "workspace_name": "nearer"})
    assert Workspace.from_config().name == "nearer"


def test_what_write_config_writes_from_config_reads(workspace: Workspace, tmp_path: Path) -> None:
    workspace.write_config()

    assert json.loads((tmp_path / ".azureml" / "config.json").read_text())["Id"] is None
    assert Workspace.from_config().name == workspace.name


def test_write_config_takes_a_path_and_a_file_name(workspace: Workspace, tmp_path: Path) -> None:
    workspace.write_config(path=str(tmp_path / "elsewhere"), file_name="mine.json")

    assert (tmp_path / "elsewhere" / ".azureml" / "mine.json").is_file()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{not json", "cannot be read"),
        ("[1, 2]", "JSON object"),
        ({"workspace_name": "x"}, "lacks subscription_id, resource_group"),
        ({**PORTAL, "workspace_name": 7}, "lacks workspace_name"),
        ({"Scope": "/subscriptions/x"}, "Scope"),
        ({**PORTAL, "workspace_name": "../../etc"}, "no workspace name"),
    ],
)
def test_a_wrong_config_file_is_named_with_what_is_wrong(
    at_home: RealServer, tmp_path: Path, content: object, said: str
) -> None:
    write(tmp_path / "config.json", content)

    with pytest.raises(UserErrorException, match=said):
        Workspace.from_config()


def test_a_path_without_a_config_file_is_an_error_that_says_where_was_looked(
    at_home: RealServer, tmp_path: Path
) -> None:
    with pytest.raises(UserErrorException, match=str(tmp_path)):
        Workspace.from_config(path=str(tmp_path))


def test_get_finds_what_create_made_and_refuses_what_nobody_made(at_home: RealServer) -> None:
    made = Workspace.create("made", location="attic")

    assert Workspace.get("made").location == made.location == "attic"
    with pytest.raises(WorkspaceException, match="nobody-made"):
        Workspace.get("nobody-made")


def test_create_refuses_a_name_that_is_taken_unless_that_is_fine(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceException, match="exist_ok"):
        Workspace.create(workspace.name)
    assert Workspace.create(workspace.name, exist_ok=True).name == workspace.name


def test_list_holds_a_list_per_name(workspace: Workspace) -> None:
    found = Workspace.list("a-subscription")

    assert [one.name for one in found[workspace.name]] == [workspace.name]
    assert workspace.name not in Workspace.list("a-subscription", resource_group="another")


def test_details_have_the_keys_that_notebooks_print(workspace: Workspace) -> None:
    details = workspace.get_details()

    assert details["name"] == workspace.name
    assert details["id"].endswith(f"/resourceGroups/a-group/providers/{details['type']}/{workspace.name}")
    assert workspace.location == details["location"]
    assert workspace.sku
    assert workspace.tags == {}


def test_experiments_are_a_dict_by_name(workspace: Workspace) -> None:
    Experiment(workspace, "first")
    Experiment(workspace, "second")

    assert set(workspace.experiments) == {"first", "second"}
    assert workspace.experiments["first"].workspace is workspace


def test_workspaces_see_nothing_of_each_other(workspace: Workspace) -> None:
    other = Workspace("a-subscription", "a-group", f"{workspace.name}-other")
    Experiment(workspace, "mine")

    assert other.experiments == {}


@pytest.mark.parametrize(
    "read",
    [
        lambda ws: ws.compute_targets,
    ],
)
def test_what_is_not_there_yet_says_so_by_name(workspace: Workspace, read: object) -> None:
    assert callable(read)
    with pytest.raises(UserErrorException, match="not in this version"):
        read(workspace)


def test_a_workspace_is_made_with_tags_updated_and_deleted(at_home: RealServer) -> None:
    ws = Workspace.create("short-lived", tags={"team": "a"}, friendly_name="Short")
    Experiment(ws, "e").start_logging(snapshot_directory=None).complete()
    assert (ws.tags, ws.get_details()["friendlyName"]) == ({"team": "a"}, "Short")

    details = ws.update(description="for a day", tags={"team": "b"})

    assert (details["description"], details["tags"], ws.tags) == ("for a day", {"team": "b"}, {"team": "b"})
    ws.delete(delete_dependent_resources=True, no_wait=True)
    assert "short-lived" not in Workspace.list("s")
    with pytest.raises(WorkspaceException, match="no workspace 'short-lived'"):
        Workspace.get("short-lived")


def test_ws_experiments_lists_by_name(workspace: Workspace) -> None:
    Experiment(workspace, "one")
    Experiment(workspace, "two").archive()

    assert list(workspace.experiments) == ["one"]
    assert workspace.experiments["one"].name == "one"
