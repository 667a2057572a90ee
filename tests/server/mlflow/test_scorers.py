import json

import pytest
from mlflow.exceptions import MlflowException

from tests.server.mlflow.conftest import Tracking


def test_scorers_are_kept_in_versions(tracking: Tracking) -> None:
    experiment = tracking.experiment("judged")
    store = tracking.client._tracking_client.store  # the client's public calls ask for a model to judge with
    told = json.dumps({"name": "s", "call_source": "x", "original_func_name": "f"})
    first = store.register_scorer(experiment, "s", told)
    second = store.register_scorer(experiment, "s", told)
    assert (first.scorer_version, second.scorer_version, first.scorer_id) == (1, 2, second.scorer_id)
    store.register_scorer(experiment, "other", told)
    newest = [(one.scorer_name, one.scorer_version) for one in store.list_scorers(experiment)]
    assert newest == [("other", 1), ("s", 2)]
    assert [one.scorer_version for one in store.list_scorer_versions(experiment, "s")] == [1, 2]
    assert store.get_scorer(experiment, "s", version=1)._serialized_scorer == told
    assert store.get_scorer(experiment, "s").scorer_version == 2
    assert store.get_online_scoring_configs([first.scorer_id]) == []
    store.delete_scorer(experiment, "s", version=2)
    assert store.get_scorer(experiment, "s").scorer_version == 1
    store.delete_scorer(experiment, "s")
    with pytest.raises(MlflowException, match="not found"):
        store.get_scorer(experiment, "s")
    with pytest.raises(MlflowException, match="not found"):
        store.delete_scorer(experiment, "s")


def test_a_scorer_is_an_object_of_an_experiment_that_is_there(tracking: Tracking) -> None:
    told = {"experiment_id": "0", "name": "s", "serialized_scorer": "{}"}
    for wrong in ({"serialized_scorer": "[]"}, {"serialized_scorer": "{"}, {"name": "x" * 300}, {"name": ""}):
        assert tracking.call("POST", "api/3.0/mlflow/scorers/register", **{**told, **wrong})[0] == 400
    assert tracking.call("POST", "api/3.0/mlflow/scorers/register", **{**told, "experiment_id": "no"})[0] == 404


def test_an_experiment_that_has_scorers_only_is_deleted_with_them(tracking: Tracking) -> None:
    told = {"experiment_id": tracking.experiment("short-lived"), "name": "s", "serialized_scorer": "{}"}
    assert tracking.call("POST", "api/3.0/mlflow/scorers/register", **told)[0] == 200
    tracking.ours("DELETE", "experiments/short-lived")
    assert tracking.call("GET", "api/3.0/mlflow/scorers/list", experiment_id=told["experiment_id"])[0] == 404
