"""Traces and logged models over PostgreSQL, as over SQLite in the other files."""

from pathlib import Path
from typing import Any

import pytest

from runstead.service.settings import Settings
from runstead.testing.servers import House, house_of

pytestmark = pytest.mark.postgres


def called(house: House, method: str, path: str, **fields: object) -> dict[str, Any]:
    reply = house.http.request(method, f"/mlflow/default/api/{path}", json=fields)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def found(house: House, experiment_id: str, wanted: str, **more: object) -> list[str]:
    places = [{"mlflow_experiment": {"experiment_id": experiment_id}}]
    answer = called(house, "POST", "3.0/mlflow/traces/search", locations=places, filter=wanted, **more)
    return [one["trace_id"] for one in answer.get("traces", [])]


def test_traces_are_kept_found_changed_and_deleted(fresh_postgres: str, tmp_path: Path) -> None:
    with house_of(Settings(home=tmp_path / "home", database_url=fresh_postgres)) as house:
        experiment_id = called(house, "POST", "2.0/mlflow/experiments/create", name="traced")["experiment_id"]
        run_id = called(house, "POST", "2.0/mlflow/runs/create", experiment_id=experiment_id)["run"]["info"]["run_id"]
        place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment_id}}
        for i in range(3):
            whole = {"trace_id": f"tr-{i}", "trace_location": place, "request_time": f"2026-01-02T03:04:0{i}Z"}
            told = {**whole, "state": "OK", "tags": {"größe": str(i)}, "execution_duration": f"{i}.5s"}
            called(house, "POST", "3.0/mlflow/traces", trace={"trace_info": told})
        spans = f"/mlflow/default/api/2.0/mlflow-artifacts/artifacts/{experiment_id}/traces/tr-0/artifacts/traces.json"
        assert house.http.put(spans, content=b'{"spans": []}').status_code == 200
        assert found(house, experiment_id, "tags.größe IN ('0', '2')") == ["tr-2", "tr-0"]
        assert found(house, experiment_id, "execution_time_ms > 1000", order_by=["timestamp ASC"]) == ["tr-1", "tr-2"]
        called(house, "POST", "2.0/mlflow/traces/link-to-run", trace_ids=["tr-1"], run_id=run_id)
        assert found(house, experiment_id, f"run_id = '{run_id}'") == ["tr-1"]
        called(house, "PATCH", "2.0/mlflow/traces/tr-1/tags", key="k", value="v")
        said = {"assessment_name": "good", "feedback": {"value": True}, "source": {"source_type": "HUMAN"}}
        called(house, "POST", "3.0/mlflow/traces/tr-1/assessments", assessment=said)
        assert found(house, experiment_id, "tags.k = 'v' AND feedback.good = 'true'") == ["tr-1"]
        gone = called(
            house, "POST", "2.0/mlflow/traces/delete-traces", experiment_id=experiment_id, request_ids=["tr-0", "tr-2"]
        )
        assert (gone, found(house, experiment_id, "")) == ({"traces_deleted": 2}, ["tr-1"])
        assert house.http.get(spans).status_code == 404
        there = house.http.get("/api/v1/workspaces/default/experiments/traced").json()
        assert there["run_count"] == 1  # and not the hidden one that holds the files


def test_logged_models_are_kept_found_and_deleted(fresh_postgres: str, tmp_path: Path) -> None:
    with house_of(Settings(home=tmp_path / "home", database_url=fresh_postgres)) as house:
        experiment_id = called(house, "POST", "2.0/mlflow/experiments/create", name="models")["experiment_id"]
        made = called(house, "POST", "2.0/mlflow/logged-models", experiment_id=experiment_id, name="größe")["model"]
        model_id = made["info"]["model_id"]
        tags = [{"key": "k", "value": "v"}]
        called(house, "PATCH", f"2.0/mlflow/logged-models/{model_id}/tags", tags=tags)
        search = {"experiment_ids": [experiment_id], "filter": "tags.k = 'v'"}
        assert len(called(house, "POST", "2.0/mlflow/logged-models/search", **search)["models"]) == 1
        called(house, "DELETE", f"2.0/mlflow/logged-models/{model_id}")
        assert called(house, "POST", "2.0/mlflow/logged-models/search", **search) == {}
