"""The run table over REST v1: archived runs, steps of the best value, groups, many runs changed in one request."""

import zlib
from typing import Any

from runstead.testing.servers import House
from tests.store.journals import Journal

W = "/api/v1/workspaces/default"


def a_run(house: House, run_id: str, *losses: float, **more: object) -> None:
    answer = house.http.post(f"{W}/runs", json={"run_id": run_id, "experiment": "e", "status": "Completed", **more})
    assert answer.status_code == 200, answer.text
    journal = Journal(run_id, "w")
    for step, loss in enumerate(losses):
        journal.log("loss", loss, step=10 * step)
    if losses:
        journal.log("note", "text")
        crc = {"X-Runstead-CRC32": str(zlib.crc32(journal.body))}
        sent = house.http.post(f"{W}/runs/{run_id}/metrics/ingest?writer=w&offset=0", content=journal.body, headers=crc)
        assert sent.status_code == 200, sent.text


def asked(house: House, **question: object) -> list[tuple[str, list[object]]]:
    answer = house.http.post(f"{W}/runs/query", json=question)
    assert answer.status_code == 200, answer.text
    return [(row["run"]["run_id"], row["values"]) for row in answer.json()["rows"]]


def test_the_step_of_the_best_value_is_a_column_to_show_and_to_sort_by(house: House) -> None:
    a_run(house, "early", 0.1, 0.5, 0.9)
    a_run(house, "late", 0.9, 0.5, 0.1)
    best = {"metric": "loss", "of": "min_step"}
    found = asked(house, columns=[best, {"metric": "loss", "of": "max_step"}], sort=[{"column": best}])
    assert found == [("early", [0, 20]), ("late", [20, 0])]


def test_archived_runs_are_shown_when_they_are_asked_for(house: House) -> None:
    a_run(house, "kept")
    a_run(house, "away")
    sent = house.http.post(f"{W}/runs/bulk", json={"steps": [{"action": "archive", "run_ids": ["away"]}]}).json()
    assert (sent["done"], sent["failed"]) == (["away"], [])
    shown = {word: [run_id for run_id, _ in asked(house, archived=word)] for word in ("without", "only", "with")}
    assert shown == {"without": ["kept"], "only": ["away"], "with": ["away", "kept"]}
    assert house.http.get(f"{W}/runs/away").json()["archived_at"] is not None
    assert house.http.post(f"{W}/runs/query", json={"archived": "maybe"}).status_code == 400
    assert house.http.post(f"{W}/runs/bulk", json={"steps": sent["undo"]}).json()["done"] == ["away"]
    assert len(asked(house)) == 2


def test_runs_that_only_hold_files_of_a_model_or_of_traces_are_shown_in_no_table(house: House) -> None:
    a_run(house, "away")
    house.http.post(f"{W}/runs/bulk", json={"steps": [{"action": "archive", "run_ids": ["away"]}]})
    name, experiment = "m", "of-mlflow"
    made = house.http.post("/mlflow/default/api/2.0/mlflow/experiments/create", json={"name": experiment}).json()
    model = {"experiment_id": made["experiment_id"], "name": name}
    assert house.http.post("/mlflow/default/api/2.0/mlflow/logged-models", json=model).status_code == 200
    for word in ("only", "with"):
        assert [run_id for run_id, _ in asked(house, archived=word)] == ["away"]


def test_params_that_spell_numbers_are_compared_and_sorted_as_numbers(house: House) -> None:
    for run_id, rate in (("a", "1e-3"), ("b", "0.01"), ("c", "0.2"), ("d", "fast")):
        a_run(house, run_id, tags={"rate": rate})
    by_rate = {"tag": "rate"}
    below = {"column": by_rate, "op": "<", "value": 0.1}
    assert [run_id for run_id, _ in asked(house, filter=below, sort=[{"column": by_rate}])] == ["a", "b"]
    down = asked(house, sort=[{"column": by_rate, "descending": True}])
    assert [run_id for run_id, _ in down] == ["c", "b", "a", "d"]


def test_the_columns_to_choose_from_are_counted_and_numbers_are_told_from_texts(house: House) -> None:
    a_run(house, "a", 1.0, tags={"team": "x"}, properties={"author": "y"})
    a_run(house, "b", 2.0, tags={"team": "x", "stage": "z"})
    names = house.http.get(f"{W}/metrics/names?experiment=e").json()["names"]
    told = [(one["name"], one["numeric"], one["run_count"]) for one in names]
    assert told == [("loss", [""], 2), ("note", [], 2)]
    words = house.http.get(f"{W}/run-words?experiment=e").json()
    assert words["tags"] == [{"key": "stage", "run_count": 1}, {"key": "team", "run_count": 2}]
    assert words["properties"] == [{"key": "author", "run_count": 1}]
    assert house.http.get(f"{W}/run-words?experiment=none").status_code == 404


def test_groups_answer_values_and_figures_as_the_table_writes_them(house: House) -> None:
    a_run(house, "a", 1.0, tags={"team": "x"})
    a_run(house, "b", 3.0, tags={"team": "x"})
    a_run(house, "c")
    figures: list[dict[str, Any]] = [{"column": {"metric": "loss", "of": "last"}, "of": "mean"}]
    figures += [{"column": {"field": "created_at"}, "of": "max"}]
    answer = house.http.post(f"{W}/runs/groups", json={"by": [{"tag": "team"}], "figures": figures, "order": 0}).json()
    assert [(group["values"], group["run_count"]) for group in answer["groups"]] == [(["x"], 2), ([None], 1)]
    assert answer["groups"][0]["figures"][0] == 2.0
    assert answer["groups"][0]["figures"][1].endswith("Z")
    team = [{"tag": "team"}]
    wrongs: list[dict[str, Any]] = [{"by": []}, {"by": team, "order": 0}, {"by": team, "order": "runs"}]
    for wrong in wrongs:
        assert house.http.post(f"{W}/runs/groups", json=wrong).status_code == 400


def test_a_bulk_request_that_makes_no_sense_is_refused(house: House) -> None:
    for step in (
        {"action": "explode", "run_ids": []},
        {"action": "archive"},
        {"action": "archive", "run_ids": [], "query": {}},
        {"action": "archive", "run_ids": [], "tags": {"a": "b"}},
        {"action": "tag", "run_ids": [], "tags": {"k" * 300: "b"}},
    ):
        answer = house.http.post(f"{W}/runs/bulk", json={"steps": [step]})
        assert answer.status_code in (400, 413), answer.text


def test_a_runs_token_changes_no_other_runs(house: House) -> None:
    a_run(house, "r1")
    token = house.http.post(f"{W}/runs/r1/token", json={}).json()["token"]
    body = {"steps": [{"action": "archive", "run_ids": ["r1"]}]}
    refused = house.http.post(f"{W}/runs/bulk", json=body, headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 403
