"""SDK v1 metrics: one test per row of the shape table, the types, the errors, what other processes read."""

import json
import logging
import math
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from azureml.core import Experiment, Run
from azureml.exceptions import AzureMLException, UserErrorException

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
CONFUSION = {
    "schema_type": "confusion_matrix",
    "schema_version": "1.0.0",
    "data": {"class_labels": ["a", "b"], "matrix": [[1, 2], [3, 4]]},
}


@pytest.fixture
def run(experiment: Experiment) -> Run:
    return experiment.start_logging(snapshot_directory=None)


def log_each(run: Run, values: list[object]) -> None:
    for value in values:
        run.log("m", value)


def log_rows(run: Run, rows: list[dict[str, Any]]) -> None:  # Any: as keywords
    for row in rows:
        run.log_row("m", **row)


def log_row_and_table(run: Run) -> None:
    run.log_row("m", x=1)
    run.log_table("m", {"x": [2, 3]})


def log_tables(run: Run, tables: list[dict[str, list[int]]]) -> None:
    for table in tables:
        run.log_table("m", table)


def log_lists(run: Run, lists: list[list[int]]) -> None:
    for one in lists:
        run.log_list("m", one)


def log_steps(run: Run, steps: dict[int, int]) -> None:
    for step, value in steps.items():
        run.log("m", value, step=step)


SHAPES: list[tuple[str, Callable[[Run], object], object]] = [
    ("one value is itself", lambda run: run.log("m", 1), 1),
    ("several values are a list", lambda run: log_each(run, [3, 1, 2]), [3, 1, 2]),
    ("a list is a list", lambda run: run.log_list("m", [0, 1, 1]), [0, 1, 1]),
    ("a list of one is its element", lambda run: run.log_list("m", [7]), 7),
    ("a generator is a list", lambda run: run.log_list("m", (n * n for n in range(3))), [0, 1, 4]),
    ("two lists are one", lambda run: log_lists(run, [[1, 2], [3]]), [1, 2, 3]),
    ("one row has bare cells", lambda run: run.log_row("m", x=1, y=0.4), {"x": 1, "y": 0.4}),
    ("several rows are columns", lambda run: log_rows(run, [{"x": 1}, {"x": 2}]), {"x": [1, 2]}),
    (
        "a table is columns",
        lambda run: run.log_table("m", {"x": [1, 2], "y": [3, 4]}),
        {"x": [1, 2], "y": [3, 4]},
    ),
    ("a table of one row has bare cells", lambda run: run.log_table("m", {"x": [1], "y": [2]}), {"x": 1, "y": 2}),
    ("a table of plain scalars", lambda run: run.log_table("m", {"x": 1, "y": "b"}), {"x": 1, "y": "b"}),
    (
        "two tables are one",
        lambda run: log_tables(run, [{"x": [1, 2]}, {"x": [3]}]),
        {"x": [1, 2, 3]},
    ),
    ("a row and a table of one name are one", log_row_and_table, {"x": [1, 2, 3]}),
    (
        "rows with other columns are padded",
        lambda run: log_rows(run, [{"x": 1, "y": 2}, {"x": 3, "z": "c"}]),
        {"x": [1, 3], "y": [2, None], "z": [None, "c"]},
    ),
    ("mixed int and float are all floats", lambda run: log_each(run, [1, 0.5]), [1.0, 0.5]),
    ("text, bool and none are kept", lambda run: log_each(run, ["a", True, None]), ["a", True, None]),
    ("a description may come first in log_row", lambda run: run.log_row("m", "what it is", x=1), {"x": 1}),
    ("a step is not returned", lambda run: log_steps(run, {5: 1, 3: 2}), [1, 2]),
]


@pytest.mark.parametrize(("what", "log", "shape"), SHAPES, ids=[what for what, _, _ in SHAPES])
def test_what_is_logged_comes_back_in_azures_shape(
    run: Run, what: str, log: Callable[[Run], object], shape: object
) -> None:
    log(run)

    found = run.get_metrics()

    assert found == {"m": shape}
    assert repr(found["m"]) == repr(shape), "the types, too"
    assert Run(run.experiment, run.id).get_metrics() == found


TYPES: list[tuple[Any, Any]] = [
    (np.float16(0.5), 0.5),
    (np.float32(0.5), 0.5),
    (np.float64(0.1), 0.1),
    (np.int8(-3), -3),
    (np.int64(3), 3),
    (np.uint64(2**64 - 1), 2**64 - 1),
    (np.bool_(True), True),
    (np.str_("text"), "text"),
    (2**70, 2**70),
    (-(2**63), -(2**63)),
    (math.inf, math.inf),
    (-math.inf, -math.inf),
    (1e308, 1e308),
    (5e-324, 5e-324),
    (-0.0, -0.0),
    ("späße\n\U0001f600", "späße\n\U0001f600"),
    ("", ""),
    (1j, "1j"),
    (np.array([1, 2]), "array([1, 2])"),
    ((1, 2), "(1, 2)"),
]


@pytest.mark.parametrize(("value", "kept"), TYPES, ids=[f"{type(v).__name__} {v!r:.20}" for v, _ in TYPES])
def test_values_keep_their_type_and_anything_unknown_is_its_repr(run: Run, value: object, kept: object) -> None:
    run.log("m", value)

    found = run.get_metrics()["m"]
    assert type(found) is type(kept)
    assert repr(found) == repr(kept)


def test_nan_stays_nan(run: Run) -> None:
    log_each(run, [1.0, math.nan])

    first, second = run.get_metrics()["m"]
    assert first == 1.0
    assert math.isnan(second)


ERRORS: list[tuple[Callable[[Run], object], str]] = [
    (lambda run: run.log("m", [1, 2]), "log_list"),
    (lambda run: run.log("m", range(3)), "log_list"),
    (lambda run: run.log("m", (n for n in range(3))), "log_list"),
    (lambda run: run.log_list("m", [[1], [2]]), "Value of type <class 'list'> is not supported"),
    (lambda run: run.log_list("m", 3), "log_list"),
    (lambda run: run.log_row("m", x=[1, 2]), "Rows cannot contain list values, column x contains a list."),
    (lambda run: run.log_row("m"), "no columns"),
    (
        lambda run: run.log_table("m", {"x": [1, 2], "y": [1]}),
        "Columns must have the same length, column x had length 2, however, column y had length 1.",
    ),
    (lambda run: run.log_table("m", {}), "no columns"),
    (lambda run: run.log("", 1), "name"),
    (lambda run: run.log("x" * 5000, 1), "characters"),
    (lambda run: run.log("m", 1, step="one"), "step"),  # type: ignore[arg-type]  # the mistake
    (lambda run: run.log_image("m"), "exactly one"),
    (lambda run: run.log_image("m", path="absent.png"), "absent.png"),
    (lambda run: run.log_image("m", path="text.png"), "not an image"),
    (lambda run: run.log_image("m", path="text.png", plot=object()), "exactly one"),  # type: ignore[arg-type]  # mistake
    (lambda run: run.log_image("m", plot=object()), "no plot"),  # type: ignore[arg-type]  # the mistake
    (lambda run: run.log_confusion_matrix("m", {"schema_type": "residuals"}), "schema_type"),
    (lambda run: run.log_confusion_matrix("m", "{not json"), "not JSON"),
    (lambda run: run.log_confusion_matrix("m", {**CONFUSION, "data": {"matrix": []}}), "lacks class_labels"),
    (lambda run: run.log_residuals("m", 3), "dict or a JSON text"),
]


@pytest.mark.parametrize(("log", "said"), ERRORS, ids=[said for _, said in ERRORS])
def test_a_wrong_argument_is_told_and_nothing_is_logged(
    run: Run, tmp_path: Path, log: Callable[[Run], object], said: str
) -> None:
    (tmp_path / "text.png").write_text("I am no image")

    with pytest.raises(AzureMLException, match=re.escape(said)) as refused:
        log(run)

    assert type(refused.value) is UserErrorException
    assert run.get_metrics() == {}
    assert run.get_file_names() == []


def test_a_run_without_metrics_has_an_empty_dict(run: Run) -> None:
    assert run.get_metrics() == {}
    assert run.get_metrics(name="absent") == {}


def test_one_metric_is_asked_for_by_name(run: Run) -> None:
    run.log("loss", 0.5)
    run.log("späße/a b", 1)

    assert run.get_metrics(name="loss") == {"loss": 0.5}
    assert run.get_metrics(name="späße/a b") == {"späße/a b": 1}
    assert run.get_metrics(name="absent") == {}


def test_recursive_metrics_are_by_run_and_only_of_runs_that_have_some(run: Run) -> None:
    silent, child = run.child_run(), run.child_run()
    grandchild = silent.child_run()
    run.log("m", 1)
    child.log("m", 2)
    grandchild.log("m", 3)
    for one in (grandchild, child):
        one.complete()

    expected = {run.id: {"m": 1}, child.id: {"m": 2}, grandchild.id: {"m": 3}}
    assert run.get_metrics(recursive=True) == expected
    assert run.get_metrics(recursive=True, run_type="azureml.scriptrun") == {}


def test_an_image_from_a_path_is_an_artifact_of_that_path(run: Run, tmp_path: Path) -> None:
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "a.png").write_bytes(PNG)

    run.log_image("picture", path="./plots/a.png")

    assert run.get_metrics() == {"picture": f"aml://artifactId/ExperimentRun/dcid.{run.id}/plots/a.png"}
    assert run.get_file_names() == ["plots/a.png"]


@pytest.mark.parametrize("start", [PNG, b"\xff\xd8\xff\xe0", b"GIF89a", b"BM", b"RIFF\0\0\0\0WEBP", b"II*\0"])
def test_images_are_known_by_their_content_whatever_they_are_called(run: Run, tmp_path: Path, start: bytes) -> None:
    (tmp_path / "picture.dat").write_bytes(start + b"\0" * 32)

    run.log_image("picture", path=str(tmp_path / "picture.dat"))

    assert run.get_file_names() == [f"{tmp_path}/picture.dat".lstrip("/")]


def test_a_file_that_is_overwritten_each_epoch_is_kept_each_time(run: Run, tmp_path: Path) -> None:
    for epoch in range(3):
        (tmp_path / "plot.png").write_bytes(PNG + bytes([epoch]))
        run.log_image("plot", path="plot.png")

    assert run.get_metrics() == {"plot": f"aml://artifactId/ExperimentRun/dcid.{run.id}/plot.png"}
    assert len(run.get_file_names()) == 3


def test_a_matplotlib_figure_becomes_a_png_named_by_metric_and_time(run: Run) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    pyplot.plot([1, 2], [3, 4])

    run.log_image("curve", plot=pyplot)

    assert re.fullmatch(r"curve_\d{10}\.png", run.get_file_names()[0])


@pytest.mark.parametrize("given", [CONFUSION, json.dumps(CONFUSION)], ids=["dict", "text"])
def test_a_chart_is_an_artifact_named_like_the_metric(run: Run, given: object) -> None:
    run.log_confusion_matrix("my matrix", given)

    assert run.get_metrics() == {"my matrix": f"aml://artifactId/ExperimentRun/dcid.{run.id}/my matrix"}
    found = run.get_metrics(populate=True)["my matrix"]
    assert (found.path, found.content) == ("my matrix", CONFUSION)


def test_everything_logged_before_a_completed_run_closed_is_read_by_anyone(run: Run) -> None:
    run.log("m", 1)
    run.complete()
    run.log("m", 2)
    run.flush()

    assert Run(run.experiment, run.id).get_metrics() == {"m": [1, 2]}


def test_two_objects_of_one_run_log_in_order(run: Run) -> None:
    other = Run(run.experiment, run.id)
    for number in range(6):
        (run if number % 2 else other).log("m", number)

    assert run.get_metrics() == {"m": [0, 1, 2, 3, 4, 5]}


def test_three_metrics_of_1000_rows_and_15_columns_take_no_time(run: Run) -> None:
    """The logging notebook's own load. Slow by its nature: 3 000 calls."""
    began = time.perf_counter()
    for name in ("first", "second", "third"):
        for n in range(1000):
            row: dict[str, Any] = {f"column{c}": n + c / 16 for c in range(15)}  # Any: as keywords
            run.log_row(name, **row)
    run.flush()
    took = time.perf_counter() - began

    found = run.get_metrics()
    assert set(found) == {"first", "second", "third"}
    assert found["second"]["column14"] == [n + 14 / 16 for n in range(1000)]
    assert took < 60, "the aim is 0.5 s on an idle machine; this one may be busy"


def test_recursive_metrics_of_a_hundred_children_cost_three_requests(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    children = run.create_children(count=100)
    for number in (0, 99):
        children[number].log("loss", number)
        children[number].flush()
    grandchild = children[50].child_run()
    grandchild.log("loss", 50)
    grandchild.complete()
    caplog.set_level(logging.DEBUG, logger="runstead.client.connection")
    caplog.clear()

    found = run.get_metrics(name="loss", recursive=True)

    assert found == {children[0].id: {"loss": 0}, children[99].id: {"loss": 99}, grandchild.id: {"loss": 50}}
    assert len(caplog.records) == 3
