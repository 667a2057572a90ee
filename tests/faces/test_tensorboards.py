"""`azureml.tensorboard`: metrics as event files, and a TensorBoard over the logs of runs."""

import json
import socket
import urllib.request
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from azureml.core import Experiment, Run
from azureml.exceptions import ServiceException, UserErrorException
from azureml.tensorboard import Tensorboard
from azureml.tensorboard.export import export_to_tensorboard
from runstead.testing.servers import wait_until


def events_in(folder: Path) -> dict[str, list[tuple[int, float]]]:
    found = EventAccumulator(str(folder))
    found.Reload()
    return {tag: [(one.step, one.value) for one in found.Scalars(tag)] for tag in found.Tags()["scalars"]}


def a_run(experiment: Experiment) -> Run:
    run: Run = experiment.start_logging(snapshot_directory=None, outputs=False)
    return run


def test_every_number_of_a_run_is_in_its_event_file(experiment: Experiment, tmp_path: Path) -> None:
    run = a_run(experiment)
    for loss in (1.0, 0.5, 0.25):
        run.log("loss", loss)
    run.log_list("sizes", [3, "text", 5])
    run.log_row("point", x=1, y=2.5)
    run.log("note", "words")
    run.complete()

    export_to_tensorboard(run, str(tmp_path / "events"))

    assert events_in(tmp_path / "events" / run.id) == {
        "loss": [(0, 1.0), (1, 0.5), (2, 0.25)],
        "sizes": [(0, 3.0), (2, 5.0)],
        "point/x": [(0, 1.0)],
        "point/y": [(0, 2.5)],
    }


def test_an_experiment_and_a_list_of_runs_make_a_folder_per_run(experiment: Experiment, tmp_path: Path) -> None:
    runs = [a_run(experiment) for _ in range(2)]
    child = runs[0].child_run("child")
    for run in (*runs, child):
        run.log("a", 1)
        run.complete()
    ids = {run.id for run in runs}

    export_to_tensorboard(runs, str(tmp_path / "all"))
    export_to_tensorboard(runs, str(tmp_path / "flat"), recursive=False)
    export_to_tensorboard(experiment, str(tmp_path / "experiment"))

    assert {path.name for path in (tmp_path / "all").iterdir()} == {*ids, child.id}
    assert {path.name for path in (tmp_path / "flat").iterdir()} == ids
    assert {path.name for path in (tmp_path / "experiment").iterdir()} == {*ids, child.id}


def test_something_else_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UserErrorException, match="not a str"):
        export_to_tensorboard(["a"], str(tmp_path))  # type: ignore[list-item]  # the mistake


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_a_board_shows_what_runs_write_into_their_logs(
    experiment: Experiment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Slow: starts a TensorBoard."""
    run = a_run(experiment)
    run.log("loss", 1.0)
    export_to_tensorboard(run, str(tmp_path / "events"))
    (file,) = (tmp_path / "events" / run.id).iterdir()
    run.upload_file(f"logs/train/{file.name}", str(file))
    board = Tensorboard([run], local_root=str(tmp_path / "root"), port=free_port())

    url = board.start()
    try:
        assert capsys.readouterr().out.strip() == url == board.start()
        assert (tmp_path / "root" / run.id / "train" / file.name).read_bytes() == file.read_bytes()
        wait_until(lambda: shown(url) == [f"{run.id}/train"], what="TensorBoard has read the file")
        run.upload_file("logs/later/note.txt", str(file))
        wait_until((tmp_path / "root" / run.id / "later" / "note.txt").exists, what="a later file is mirrored, too")
    finally:
        board.stop()
        run.complete()
    with pytest.raises(OSError, match="refused"):
        shown(url)


def shown(url: str) -> list[str]:
    with urllib.request.urlopen(f"{url}data/runs", timeout=10) as answer:
        found: list[str] = json.load(answer)
        return found


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        board = Tensorboard([], local_root=str(tmp_path), port=taken.getsockname()[1])
        with pytest.raises(ServiceException, match="is taken by another program"):
            board.start()
    board.stop()


def test_runs_of_one_display_name_keep_a_folder_each(experiment: Experiment, tmp_path: Path) -> None:
    runs = [a_run(experiment) for _ in range(2)]
    for run in runs:
        run.display_name = "same/../name"

    board = Tensorboard(runs, local_root=str(tmp_path), use_display_name=True)._board

    assert board.folder_of == {runs[0].id: tmp_path / "same_.._name", runs[1].id: tmp_path / runs[1].id}
