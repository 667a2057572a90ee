"""SDK v1 Experiment: names, lists, filters, archive, tags."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from azureml.core import Experiment, Run, Workspace
from azureml.core.experiment import ViewType
from azureml.exceptions import ServiceException, UserErrorException


def start(experiment: Experiment, **tags: str | None) -> Run:
    run = experiment.start_logging(snapshot_directory=None)
    if tags:
        run.set_tags(tags)
    return run


@pytest.mark.parametrize("name", ["", "-first", "a b", "a/b", "a.b", "x" * 256, "a\n", "ä b"])
def test_a_name_that_azure_refuses_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(UserErrorException, match="experiment name"):
        Experiment(workspace, name)
    assert workspace.experiments == {}


@pytest.mark.parametrize("name", ["a", "7", "train-on_local", "x" * 255])
def test_a_name_that_azure_takes_is_taken(workspace: Workspace, name: str) -> None:
    assert Experiment(workspace, name).name == name
    assert list(workspace.experiments) == [name]


def test_the_repr_has_azures_two_lines(experiment: Experiment) -> None:
    assert repr(experiment) == f"Experiment(Name: an-experiment,\nWorkspace: {experiment.workspace.name})"


def test_the_portal_is_our_studio(experiment: Experiment) -> None:
    assert experiment.get_portal_url().endswith(f"/w/{experiment.workspace.name}/experiments/an-experiment")
    assert experiment.get_portal_url() in experiment._repr_html_()


def test_get_runs_is_a_generator_newest_first(experiment: Experiment) -> None:
    ids = [start(experiment).id for _ in range(3)]

    found = experiment.get_runs()

    assert isinstance(found, Iterator)
    assert [run.id for run in found] == ids[::-1]


def test_get_runs_filters_by_tag_key_by_tag_value_and_by_property(experiment: Experiment) -> None:
    plain, tagged, valued = start(experiment), start(experiment, look=None), start(experiment, look="again")
    tagged.add_properties({"author": "x"})

    def found(**filters: object) -> set[str]:
        return {run.id for run in experiment.get_runs(**filters)}  # type: ignore[arg-type]  # as users write it

    assert found(tags="look") == {tagged.id, valued.id}
    assert found(tags={"look": "again"}) == {valued.id}
    assert found(properties={"author": "x"}, tags="look") == {tagged.id}
    assert found(properties={"author": "y"}) == set()
    assert found() == {plain.id, tagged.id, valued.id}


def test_children_are_listed_only_when_asked_for(experiment: Experiment) -> None:
    parent = start(experiment)
    child = parent.child_run("a child")

    assert [run.id for run in experiment.get_runs()] == [parent.id]
    assert {run.id for run in experiment.get_runs(include_children=True)} == {parent.id, child.id}


def test_more_runs_than_a_page_are_all_listed(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runstead.client.runs.PAGE", 2)  # 500 real runs would take seconds
    ids = [start(experiment).id for _ in range(5)]

    assert [run.id for run in experiment.get_runs()] == ids[::-1]


def test_an_archived_experiment_leaves_the_list_and_comes_back(workspace: Workspace) -> None:
    kept, archived = Experiment(workspace, "kept"), Experiment(workspace, "archived")
    archived.archive()

    def names(view_type: str) -> set[str]:
        return {one.name for one in Experiment.list(workspace, view_type=view_type)}

    assert names(ViewType.ActiveOnly) == {kept.name}
    assert names(ViewType.ArchivedOnly) == {archived.name}
    assert names(ViewType.All) == {kept.name, archived.name}
    archived.reactivate()
    assert names(ViewType.ActiveOnly) == {kept.name, archived.name}


def test_an_experiment_cannot_be_renamed(experiment: Experiment) -> None:
    with pytest.raises(UserErrorException, match="renamed"):
        experiment.reactivate(new_name="other")


def test_an_unknown_view_type_is_refused(workspace: Workspace) -> None:
    with pytest.raises(UserErrorException, match="ActiveOnly"):
        Experiment.list(workspace, view_type="Everything")


def test_tags_can_be_set_filtered_and_removed(workspace: Workspace) -> None:
    experiment, _ = Experiment(workspace, "tagged"), Experiment(workspace, "plain")
    experiment.tag("key")
    experiment.set_tags({"colour": "red", "n": "1"})

    assert experiment.tags == {"key": None, "colour": "red", "n": "1"}
    assert [one.name for one in Experiment.list(workspace, tags={"colour": "red"})] == ["tagged"]
    assert [one.name for one in Experiment.list(workspace, tags="key")] == ["tagged"]
    experiment.remove_tags(["key", "n"])
    assert experiment.tags == {"colour": "red"}


def test_something_that_cannot_be_submitted_is_named(experiment: Experiment) -> None:
    with pytest.raises(UserErrorException, match="a dict cannot be submitted"):
        experiment.submit({})  # type: ignore[arg-type]  # the mistake


def test_an_empty_experiment_is_deleted_by_its_id(workspace: Workspace) -> None:
    empty, full = Experiment(workspace, "empty"), Experiment(workspace, "full")
    full.start_logging(snapshot_directory=None).complete()

    Experiment.delete(workspace, empty.id)

    assert [one.name for one in Experiment.list(workspace, view_type=ViewType.All)] == ["full"]
    with pytest.raises(ServiceException, match="has 1 runs"):
        Experiment.delete(workspace, full.id)
    with pytest.raises(UserErrorException, match="no experiment with the id 'nonsense'"):
        Experiment.delete(workspace, "nonsense")


def test_an_archived_experiment_tells_since_when(experiment: Experiment) -> None:
    times = [experiment.archived_time]
    for change in (experiment.archive, experiment.reactivate):
        change()
        times.append(experiment.archived_time)

    before, since, after = times
    assert (before, after) == (None, None)
    assert since is not None
    assert abs((datetime.now(UTC) - since).total_seconds()) < 60


def test_a_folder_that_was_attached_knows_its_experiment(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "my-project"
    workspace.write_config(str(folder))
    below = tmp_path / "older"
    (below / "aml_config").mkdir(parents=True)
    scope = json.loads((folder / ".azureml/config.json").read_text())["Scope"]
    (below / "aml_config/project.json").write_text(json.dumps({"Id": None, "Scope": f"{scope}/projects/first-tries"}))

    found = [Experiment.from_directory(str(path)) for path in (folder, below)]

    assert [(one.workspace.name, one.name) for one in found] == [
        (workspace.name, "my-project"),
        (workspace.name, "first-tries"),
    ]
    with pytest.raises(UserErrorException, match="azml folder attach"):
        Experiment.from_directory(str(tmp_path))
