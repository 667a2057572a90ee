"""SDK v1 Run: life, tags, properties, children, context outside of a job."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from azureml.core import Experiment, Run, ScriptRun, Workspace
from azureml.exceptions import ServiceException, UserErrorException
from runstead.testing.servers import running_server, start_server, stop_server


@pytest.fixture
def run(experiment: Experiment) -> Run:
    return experiment.start_logging(snapshot_directory=None)


def test_start_logging_makes_outputs_and_a_running_run(experiment: Experiment, tmp_path: Path) -> None:
    run = experiment.start_logging(snapshot_directory=None)

    assert (tmp_path / "outputs").is_dir()
    assert run.get_status() == run.status == "Running"
    assert run.type is None
    assert repr(run) == f"Run(Experiment: an-experiment,\nId: {run.id},\nType: None,\nStatus: Running)"


def test_complete_uploads_the_outputs_of_the_folder_where_the_run_began(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outputs" / "deep").mkdir()
    (tmp_path / "outputs" / "deep" / "model.txt").write_text("weights")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    run.complete()

    assert run.get_status() == "Completed"
    assert run.get_file_names() == ["outputs/deep/model.txt"]


def test_outputs_false_uploads_and_makes_nothing(experiment: Experiment, tmp_path: Path) -> None:
    run = experiment.start_logging(outputs=False, snapshot_directory=None)
    assert not (tmp_path / "outputs").exists()
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "stale.txt").write_text("from another day")

    run.complete()

    assert run.get_file_names() == []


def test_an_output_that_was_uploaded_with_other_content_stays_and_the_run_completes(
    run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "first.txt").write_text("first")
    run.upload_file("outputs/x.txt", "first.txt")
    (tmp_path / "outputs" / "x.txt").write_text("second")

    run.complete()

    run.download_file("outputs/x.txt", "back.txt")
    assert (tmp_path / "back.txt").read_text() == "first"
    assert "outputs/x.txt" in caplog.text


def test_start_logging_takes_a_snapshot_of_the_current_folder(experiment: Experiment, tmp_path: Path) -> None:
    (tmp_path / "notebook.ipynb").write_text("{}")

    run = experiment.start_logging()

    assert run.get_snapshot_id()
    assert run.properties["ContentSnapshotId"] == run.get_snapshot_id()


def test_fail_keeps_the_text_and_the_code(run: Run) -> None:
    run.fail("it burned", error_code="FireError")

    assert run.get_status() == "Failed"
    assert run.get_details()["error"]["error"]["message"] == "it burned"
    assert run.get_details()["error"]["error"]["code"] == "FireError"


def test_fail_takes_an_exception_and_calls_it_a_user_error(run: Run) -> None:
    run.fail(ValueError("bad alpha"))

    assert run.get_details()["error"]["error"] == {
        "code": "UserError",
        "message": "ValueError: bad alpha",
        "details": [],
    }


def test_cancel_ends_an_interactive_run(run: Run) -> None:
    run.cancel()

    assert run.get_status() == "Canceled"


def test_a_failed_run_cannot_be_completed(run: Run) -> None:
    run.fail()

    with pytest.raises(ServiceException, match="Failed"):
        run.complete()
    assert run.get_status() == "Failed"


def test_a_with_block_completes_and_keeps_what_was_printed(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with run:
        print("hello from inside")
    print("after")

    assert run.get_status() == "Completed"
    assert "hello from inside" in capsys.readouterr().out, "it is still shown"
    run.download_file("logs/user_log.txt", "log.txt")
    assert (tmp_path / "log.txt").read_text() == "hello from inside\n"


def test_a_with_block_that_raises_fails_the_run_and_lets_the_error_through(run: Run) -> None:
    with pytest.raises(KeyError), run:
        raise KeyError("alpha")

    error = run.get_details()["error"]["error"]
    assert run.get_status() == "Failed"
    assert error["message"] == "User program failed with KeyError: 'alpha'"


def test_leaving_a_with_block_by_exit_zero_completes(run: Run) -> None:
    with pytest.raises(SystemExit), run:
        raise SystemExit(0)

    assert run.get_status() == "Completed"


def test_a_run_ended_inside_its_with_block_stays_as_it_was_ended(run: Run) -> None:
    with run:
        run.fail("on purpose")

    assert run.get_status() == "Failed"


def test_with_blocks_of_children_share_the_outer_log(run: Run, tmp_path: Path) -> None:
    with run:
        for number in range(2):
            with run.child_run(f"child{number}"):
                print(f"in child {number}")

    run.download_file("logs/user_log.txt", "log.txt")
    assert (tmp_path / "log.txt").read_text() == "in child 0\nin child 1\n"
    assert {child.get_status() for child in run.get_children()} == {"Completed"}
    assert [child.get_file_names() for child in run.get_children()] == [[], []]


def test_a_tag_may_have_no_value_and_other_values_become_text(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    run.tag("worth another look")
    run.tag("quality", "good")
    run.set_tags({"alpha": 0.4, "quality": "better"})

    assert run.get_tags() == run.tags == {"worth another look": None, "quality": "better", "alpha": "0.4"}
    assert "alpha" in caplog.text
    run.remove_tags(["alpha", "quality"])
    assert run.tags == {"worth another look": None}


def test_a_property_is_written_once(run: Run) -> None:
    run.add_properties({"author": "azureml-user"})
    run.add_properties({"author": "azureml-user"})

    with pytest.raises(ServiceException, match="author") as refused:
        run.add_properties({"author": "someone-else", "more": "x"})

    assert refused.value.status_code == 409
    assert run.get_properties() == run.properties == {"author": "azureml-user"}


def test_names_and_description_can_be_set(run: Run) -> None:
    run.display_name = "my best"
    run.description = "of all\nruns"

    again = Run(run.experiment, run.id)
    assert (again.display_name, again.name, again.description) == ("my best", "my best", "of all\nruns")


def test_numbers_count_up(experiment: Experiment) -> None:
    first, second = (experiment.start_logging(snapshot_directory=None) for _ in range(2))

    assert second.number > first.number >= 1


def test_a_run_is_reopened_by_its_id(run: Run) -> None:
    run.tag("k", "v")
    run.complete()

    again = Run(run.experiment, run.id)

    assert again.get_status() == "Completed"
    assert again.tags == {"k": "v"}
    assert run.experiment.workspace.get_run(run.id).id == run.id
    assert Run.get(run.experiment.workspace, run.id).experiment.name == "an-experiment"


def test_an_unknown_run_is_named(experiment: Experiment) -> None:
    with pytest.raises(ServiceException, match="no-such-run") as missing:
        Run(experiment, "no-such-run")
    assert missing.value.status_code == 404
    with pytest.raises(ServiceException, match="no-such-run"):
        experiment.workspace.get_run("no-such-run")


def test_children_know_their_parent_and_are_found(run: Run) -> None:
    child = run.child_run(name="fold 1")
    grandchild = child.child_run()

    assert child.parent is not None
    assert child.parent.id == run.id
    assert child.display_name == "fold 1"
    assert run.parent is None
    assert isinstance(run.get_children(), Iterator)
    assert [one.id for one in run.get_children()] == [child.id]
    assert {one.id for one in run.get_children(recursive=True)} == {child.id, grandchild.id}


def test_children_are_filtered_by_tags_properties_and_status(run: Run) -> None:
    first, second = run.child_run(), run.child_run()
    first.tag("fold", "1")
    second.add_properties({"kind": "odd"})
    second.complete()

    assert [one.id for one in run.get_children(tags={"fold": "1"})] == [first.id]
    assert [one.id for one in run.get_children(properties={"kind": "odd"})] == [second.id]
    assert [one.id for one in run.get_children(status="Completed")] == [second.id]


def test_create_children_by_count_and_by_tag_values(run: Run) -> None:
    numbered = run.create_children(count=3)
    tagged = run.create_children(tag_key="alpha", tag_values=[0.1, 0.2])

    assert [child.tags["azureml.batch_child_number"] for child in numbered] == ["0", "1", "2"]
    assert [child.tags["alpha"] for child in tagged] == ["0.1", "0.2"]
    assert len(list(run.get_children())) == 5


@pytest.mark.parametrize(
    "wrong", [{}, {"count": 101}, {"count": 1, "tag_key": "a", "tag_values": ["b"]}, {"tag_key": "a"}]
)
def test_create_children_refuses_what_makes_no_sense_and_makes_none(run: Run, wrong: dict[str, object]) -> None:
    with pytest.raises(UserErrorException):
        run.create_children(**wrong)  # type: ignore[arg-type]  # the mistake
    assert list(run.get_children()) == []


def test_details_have_azures_keys_in_azures_order(run: Run) -> None:
    run.complete()

    assert list(run.get_details()) == [
        "runId",
        "target",
        "status",
        "startTimeUtc",
        "endTimeUtc",
        "services",
        "properties",
        "inputDatasets",
        "outputDatasets",
        "logFiles",
        "submittedBy",
    ]
    json.dumps(run.get_details())


def test_the_portal_url_is_the_runs_page_in_our_studio(run: Run) -> None:
    workspace: Workspace = run.experiment.workspace

    assert run.get_portal_url() == f"{workspace._place.connection.url}/w/{workspace.name}/runs/{run.id}"


def test_the_notebook_card_shows_names_as_text(experiment: Experiment) -> None:
    run = experiment.start_logging(snapshot_directory=None)
    card = run._repr_html_()

    assert run.get_portal_url() in card
    assert card.startswith("<table")
    assert run.id in card
    assert "<script" not in card


def test_a_type_provider_decides_the_class_of_what_is_listed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class MyRun(ScriptRun):
        pass

    monkeypatch.setattr("azureml.core.run._FACTORIES", {})  # so that no other test sees this one
    Run.add_type_provider(
        "azureml.scriptrun", lambda experiment, record: MyRun._of(experiment, record["run_id"], record)
    )

    made = Run._typed(run.experiment, {**run._record, "kind": "script"})

    assert type(made) is MyRun


def test_what_is_not_there_yet_says_so() -> None:
    with pytest.raises(UserErrorException, match="not in this version"):
        Run.list_by_compute("cpu-cluster")


def test_completing_survives_a_server_that_is_just_restarting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("azureml.core.workspace.PATIENCE_S", 60)  # a start takes longer on a busy machine
    monkeypatch.setenv("RUNSTEAD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with running_server(tmp_path / "home") as server:
        run = Experiment(Workspace.from_config(), "e").start_logging(snapshot_directory=None)
        run.log("m", 1)
        server.kill()
        restart = threading.Timer(1.0, start_server, [tmp_path / "home"])
        restart.start()

        run.complete()

        restart.join()
        assert run.get_status() == "Completed"
        assert run.get_metrics() == {"m": 1}
        stop_server(tmp_path / "home")


def test_completing_without_a_server_is_told_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("azureml.core.workspace.PATIENCE_S", 0.5)  # ten seconds otherwise
    monkeypatch.setenv("RUNSTEAD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with running_server(tmp_path / "home"):
        run = Experiment(Workspace.from_config(), "e").start_logging(snapshot_directory=None)
        run.log("m", 1)
        stop_server(tmp_path / "home")

        with pytest.raises(ServiceException, match="cannot be reached") as gone:
            run.complete()
        assert gone.value.status_code == 503

        start_server(tmp_path / "home")
        run.complete()
        assert run.get_metrics() == {"m": 1}
