"""`RunDetails`: text in a terminal, a live widget in a notebook, and the same facts for programs."""

import json
import math
import sys
import textwrap
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from azureml.core import Experiment, Run
from azureml.widgets import RunDetails
from runstead.testing.servers import RealServer
from runstead.widget import live
from runstead.widget.details import MAX_POINTS, charts_of

KEYS = {
    *("status", "workbench_run_details_uri", "run_id", "run_properties", "child_runs", "children_metrics"),
    *("run_metrics", "run_logs", "graph", "widget_settings"),
}


def a_run(experiment: Experiment) -> Run:
    run: Run = experiment.start_logging(snapshot_directory=None, outputs=False)
    return run


def test_outside_of_a_notebook_a_summary_is_printed(experiment: Experiment, capsys: pytest.CaptureFixture[str]) -> None:
    run = a_run(experiment)
    run.log("loss", 1.0)
    run.log("loss", 0.5)
    run.log_row("point", x=1, y=2)
    run.child_run("first").complete()
    run.complete()
    capsys.readouterr()

    RunDetails(run).show()

    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith(f"Run {run.id}: Completed, 0:00:0")
    assert rest[:3] == ["  loss: 0.5 (2 values)", "  point/x: 1 (1 values)", "  point/y: 2 (1 values)"]
    assert rest[3].endswith(": Completed")
    assert rest[4] == f"  {run.get_portal_url()}"


def test_the_widgets_data_have_azures_keys(experiment: Experiment) -> None:
    run = a_run(experiment)
    run.tag("a", "b")
    run.log_list("loss", [1.0, math.nan])
    told = RunDetails(run).get_widget_data({"debug": True})
    run.complete()

    assert set(told) >= KEYS
    assert (told["status"], told["run_id"], told["widget_settings"]) == ("Running", run.id, {"debug": True})
    assert told["run_properties"]["tags"] == {"a": "b"}
    assert told["run_properties"]["run_duration"].startswith("0:00:")
    series = [{"name": "loss", "data": [1.0, "nan"]}]
    assert told["run_metrics"] == [{"name": "loss", "run_id": run.id, "categories": [0, 1], "series": series}]


def test_a_long_series_is_thinned_and_keeps_its_last_value() -> None:
    (chart,) = charts_of("r", {"loss": list(range(1_000_000))})
    (series,) = chart["series"]

    assert len(series["data"]) <= MAX_POINTS + 1
    assert series["data"][-1] == 999_999


def test_no_notebook_is_seen_where_there_is_none() -> None:
    assert not live.in_notebook()


NOTEBOOK = (
    """
    from azureml.core import Workspace, Experiment
    from azureml.widgets import RunDetails
    run = Experiment(Workspace.from_config(), "widgets").start_logging(snapshot_directory=None)
    run.log("loss", 1.0)
    """,
    "RunDetails(run).show()",
    """
    import threading
    run.log("loss", 0.25)
    run.complete()
    [one.join(20) for one in threading.enumerate() if one.name == "runstead-widget"]
    """,
    """
    import runstead.widget.live as live
    live.has_widgets = lambda: False
    RunDetails(run).show()
    """,
)


def test_in_a_notebook_a_widget_follows_the_run_to_its_end(
    at_home: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow: a kernel."""
    monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))
    shape: dict[str, object] = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    cells = [shape | {"id": f"cell-{n}", "source": textwrap.dedent(code)} for n, code in enumerate(NOTEBOOK)]
    whole = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    notebook = nbformat.reads(json.dumps(whole), as_version=4)  # type: ignore[no-untyped-call]  # it has no types

    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()

    (output,) = notebook.cells[1].outputs
    model = output["data"]["application/vnd.jupyter.widget-view+json"]["model_id"]
    state: Any = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"][model]["state"]
    assert state["details"]["status"] == "Completed"
    assert state["details"]["run_metrics"][0]["series"] == [{"name": "loss", "data": [1.0, 0.25]}]
    assert "export default { render }" in state["_esm"]
    (card,) = notebook.cells[3].outputs
    assert "runstead[widget]" in card["data"]["text/html"]
