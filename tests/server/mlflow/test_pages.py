import json

import pytest
import urllib3

from tests.server.mlflow.conftest import Tracking

PROMPT = {
    "experiment_id": "0",
    "prompt_template": "say {{ what }}",
    "prompt_parameters": [{"key": "what", "value": "hello"}],
    "model_route": "route",
    "model_input": "say hello",
    "mlflow_version": "3.17.2",
}


def sent(tracking: Tracking, body: bytes, **query: str) -> urllib3.BaseHTTPResponse:
    url = f"{tracking.uri}/ajax-api/2.0/mlflow/upload-artifact"
    owner = {"Authorization": f"Bearer {tracking.server.token}"}
    return urllib3.request("POST", f"{url}?{'&'.join(f'{k}={v}' for k, v in query.items())}", body=body, headers=owner)


def test_a_file_sent_by_hand_is_a_file_of_the_run(tracking: Tracking) -> None:
    run_id = tracking.client.create_run("0").info.run_id
    assert sent(tracking, b"hello", run_uuid=run_id, path="d/x.txt").status == 200
    url = f"{tracking.uri}/get-artifact?run_uuid={run_id}&path=d/x.txt"
    assert urllib3.request("GET", url, headers={"Authorization": f"Bearer {tracking.server.token}"}).data == b"hello"


@pytest.mark.parametrize(
    ("body", "query", "message"),
    [
        (b"x", {}, "Request must specify run_uuid."),
        (b"x", {"run_uuid": "r"}, "Request must specify path."),
        (b"x", {"run_uuid": "r", "path": "../x"}, "Invalid path"),
        (b"x", {"run_uuid": "r", "path": "%2e%2e/x"}, "Invalid path"),
        (b"x", {"run_uuid": "r", "path": "/etc/x"}, "Invalid path"),
        (b"", {"path": "x"}, "Request must specify data."),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused(
    tracking: Tracking, body: bytes, query: dict[str, str], message: str
) -> None:
    known = {"run_uuid": tracking.client.create_run("0").info.run_id} if "data" in message else {}
    reply = sent(tracking, body, **known, **query)
    assert (reply.status, json.loads(reply.data)) == (
        400,
        {"error_code": "INVALID_PARAMETER_VALUE", "message": message},
    )


def test_a_run_of_a_prompt_has_ended_and_has_its_table(tracking: Tracking) -> None:
    said = {"model_output": "hello", "model_output_parameters": [{"key": "latency", "value": "100"}]}
    told = {**PROMPT, **said, "run_name": "asked", "model_parameters": [{"key": "temperature", "value": "0.1"}]}
    status, answer = tracking.call("POST", "ajax-api/2.0/mlflow/runs/create-promptlab-run", **told)
    run_id = answer["run"]["info"]["run_id"]
    run = tracking.client.get_run(run_id)
    assert (status, run.info.status, run.info.run_name) == (200, "FINISHED", "asked")
    assert run.data.params == {"temperature": "0.1", "model_route": "route", "prompt_template": "say {{ what }}"}
    assert run.data.tags["mlflow.runSourceType"] == "PROMPT_ENGINEERING"
    url = f"{tracking.uri}/get-artifact?run_id={run_id}&path=eval_results_table.json"
    table = urllib3.request("GET", url, headers={"Authorization": f"Bearer {tracking.server.token}"}).json()
    assert table == {
        "columns": ["what", "prompt", "output", "latency"],
        "data": [["hello", "say hello", "hello", "100"]],
    }


@pytest.mark.parametrize("name", PROMPT)
def test_a_run_of_a_prompt_without_its_parts_is_refused(tracking: Tracking, name: str) -> None:
    told = {key: value for key, value in PROMPT.items() if key != name}
    status, answer = tracking.call("POST", "ajax-api/2.0/mlflow/runs/create-promptlab-run", **told)
    assert (status, answer["message"]) == (400, f"CreatePromptlabRun request must specify {name}.")


def test_there_is_no_gateway_and_so_no_endpoint(tracking: Tracking) -> None:
    for method in ("GET", "POST"):
        told = tracking.call(method, "ajax-api/2.0/mlflow/gateway-proxy", gateway_path="api/2.0/endpoints")
        assert told == (200, {"endpoints": []})
    assert tracking.call("POST", "ajax-api/2.0/mlflow/gateway-proxy")[0] == 400
