import math
from typing import Any

import pytest

from tests.server.mlflow.conftest import Tracking


def asked(tracking: Tracking, query: str, **fields: object) -> dict[str, Any]:
    status, told = tracking.call("POST", "graphql", query=query, **fields)
    assert status == 200
    return dict(told)


def test_a_run_comes_with_its_experiment_its_versions_and_its_numbers(tracking: Tracking) -> None:
    client = tracking.client
    run_id = client.create_run(tracking.experiment("graph")).info.run_id
    client.create_registered_model("graph")
    client.create_model_version("graph", f"runs:/{run_id}/model", run_id)
    client.log_metric(run_id, "loss", 0.5, timestamp=1, step=2)
    client.log_metric(run_id, "nan", math.nan, timestamp=1, step=2)
    query = """query one($id: String) @component(name: "x") { mlflowGetRun(input: {runId: $id}) { run {
        info { status endTime } experiment { name } modelVersions { name }
        data { params { key } metrics { key value timestamp step } } } } }"""
    told = asked(tracking, query, operationName="one", variables={"id": run_id})
    assert told["errors"] is None
    assert told["data"]["mlflowGetRun"]["run"] == {
        "info": {"status": "RUNNING", "endTime": "0"},
        "experiment": {"name": "graph"},
        "modelVersions": [{"name": "graph"}],
        "data": {
            "params": [],
            "metrics": [
                {"key": "loss", "value": 0.5, "timestamp": "1", "step": "2"},
                {"key": "nan", "value": None, "timestamp": "1", "step": "2"},
            ],
        },
    }


def test_files_are_listed_under_names_of_the_query_and_through_fragments(tracking: Tracking) -> None:
    run_id = tracking.client.create_run("0").info.run_id
    tracking.client.log_text(run_id, "hello", "d/x.txt")
    query = f"""fragment f on MlflowListArtifactsResponse {{ files {{ path isDir fileSize }} }}
        query {{ top: mlflowListArtifacts(input: {{runId: "{run_id}"}}) {{ ...f }}
                 below: mlflowListArtifacts(input: {{runId: "{run_id}", path: "d"}}) {{ ... {{ ...f }} }} }}"""
    told = asked(tracking, query)["data"]
    assert told["top"]["files"] == [{"path": "d", "isDir": True, "fileSize": "0"}]
    assert told["below"]["files"] == [{"path": "d/x.txt", "isDir": False, "fileSize": "5"}]


def test_searches_and_histories_are_answered(tracking: Tracking) -> None:
    experiment = tracking.experiment("graph searches")
    run_id = tracking.client.create_run(experiment).info.run_id
    for step in range(3):
        tracking.client.log_metric(run_id, "m", float(step), step=step)
    told = asked(
        tracking,
        f"""mutation {{ mlflowSearchRuns(input: {{experimentIds: ["{experiment}"], runViewType: ACTIVE_ONLY}})
            {{ runs {{ info {{ runId }} }} nextPageToken }}
            mlflowSearchDatasets(input: {{experimentIds: ["{experiment}"]}}) {{ datasetSummaries {{ name }} }} }}""",
    )["data"]
    assert told == {
        "mlflowSearchRuns": {"runs": [{"info": {"runId": run_id}}], "nextPageToken": ""},
        "mlflowSearchDatasets": {"datasetSummaries": []},
    }
    about = f'input: {{runIds: ["{run_id}"], metricKey: "m"}}'
    history = f"{{ mlflowGetMetricHistoryBulkInterval({about}) {{ metrics {{ value }} }} }}"
    values = asked(tracking, history)["data"]["mlflowGetMetricHistoryBulkInterval"]["metrics"]
    assert values == [{"value": 0.0}, {"value": 1.0}, {"value": 2.0}]


def test_what_is_not_there_is_an_error_of_its_field_only(tracking: Tracking) -> None:
    told = asked(
        tracking, '{ test(inputString: "hi") { output } mlflowGetRun(input: {runId: "no"}) { run { info { runId } } } }'
    )
    assert told == {
        "data": {"test": {"output": "hi"}, "mlflowGetRun": None},
        "errors": ["there is no run 'no' in workspace 'default'"],
    }


RING = 'fragment a on Test { ...b } fragment b on Test { ...a } { test(inputString: "x") { ...a } }'


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{", "Syntax Error"),
        ("{ mlflowGetRun { no } }", "Cannot query field 'no'"),
        ("{ dropEverything { x } }", "Cannot query field 'dropEverything'"),
        ("{" + " ".join(f"k{i}: test {{ output }}" for i in range(12)) + "}", "at most 10 root fields"),
        (
            "{ mlflowGetExperiment {" + " ".join(f"k{i}: experiment {{ name }}" for i in range(12)) + "} }",
            "at most 10 aliases",
        ),
        ("{ test {" + "x {" * 12 + "y" + "}" * 12 + "} }", "Query exceeds maximum depth of 10"),
        (
            "{ test {" + " ".join(f"f{i}" for i in range(1_001)) + "} }",
            "Query exceeds maximum total selections of 1000",
        ),
        ("{ test " * 5_000, "Syntax Error"),
        (RING, "Cannot spread fragment"),
    ],
)
def test_a_query_that_is_none_or_too_large_is_refused(tracking: Tracking, query: str, message: str) -> None:
    told = asked(tracking, query)
    assert told["data"] is None
    assert message in told["errors"][0].replace('"', "'")


def test_a_query_of_another_workspace_finds_nothing_here(tracking: Tracking) -> None:
    run_id = tracking.client.create_run("0").info.run_id
    url = "../elsewhere/graphql"
    status, told = tracking.call(
        "POST", url, query=f'{{ mlflowGetRun(input: {{runId: "{run_id}"}}) {{ run {{ info {{ runId }} }} }} }}'
    )
    assert (status, told["data"]) == (200, {"mlflowGetRun": None})
