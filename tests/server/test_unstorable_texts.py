"""Texts that a database cannot keep are the caller's error, on either database and on every route."""

import json
from collections.abc import Iterator

import pytest

from runstead.store.engine import sqlite_url
from tests.server.grounds import Door, Grounds, W, doors, laid_out

DOORS = [door for door in doors() if door.permission != "public" and not door.path.endswith(("/shutdown", "/events"))]
NUL, HALF = "%00", "%ed%a0%80"
FIELDS = [
    "run_id", "experiment", "kind", "display_name", "description", "parent_id", "status", "node", "path",
    "name", "location", "resource_group", "subscription_id", "snapshot_id", "script", "target", "text",
]  # fmt: skip
MLFLOW: dict[str, object] = {
    "run_id": "mine",
    "experiment_id": "0",
    "name": "ours",
    "key": "k",
    "value": "v",
    "path": "p",
    "filter": "",
}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def grounds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    folder = tmp_path_factory.mktemp("grounds")
    url = sqlite_url(str(folder / "texts.db"))
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    with laid_out(folder, "--database", url) as laid:
        yield laid


def bodies(text: str) -> Iterator[dict[str, object]]:
    """The text in every place that some route of REST v1 reads."""
    known: dict[str, object] = {"run_id": "mine", "experiment": "ours", "status": "Running", "columns": []}
    yield from ({**known, field: text} for field in FIELDS)
    yield {**known, "tags": {text: "x"}}
    yield {**known, "tags": {"x": text}, "properties": {"x": text}, "remove_tags": [text]}
    yield {**known, "error": {"code": text, "message": text}, "warnings": [text]}
    yield {**known, "run_ids": [text], "names": [text], "sha256": [text], "files": [{"path": text}]}
    column = {"metric": text, "of": "last", "column": text}
    yield {**known, "columns": [column], "sort": [{"column": column, "descending": True}]}
    yield {**known, "filter": {"and": [{"text": text}, {"column": {"tag": text}, "op": "=", "value": text}]}}


def mlflow_bodies(text: str) -> Iterator[dict[str, object]]:
    """The same for MLflow's routes, whose fields have names of their own."""
    yield from ({**MLFLOW, field: text} for field in MLFLOW)
    yield {**MLFLOW, "tags": [{"key": text, "value": "x"}, {"key": "x", "value": text}], "description": text}
    yield {**MLFLOW, "params": [{"key": text, "value": text}], "metrics": [{"key": text, "value": 1}], "names": [text]}


@pytest.mark.parametrize("text", [NUL, HALF])
@pytest.mark.parametrize("door", DOORS, ids=str)
def test_a_text_that_cannot_be_kept_is_no_failure_of_the_server(grounds: Grounds, door: Door, text: str) -> None:
    headers = [*grounds.bearer, ("Content-Type", "application/json")]
    targets = [target for spelling in (text, f"a{text}b") for target in door.raw_targets(spelling)]
    targets += door.raw_queries(f"a{text}")
    answers = {target: grounds.send(door.method, target, headers, b"{}").status for target in targets}
    if door.method != "GET" and door.body == "json":
        spelled = "\0" if text == NUL else "\ud800"
        answers |= {
            content: grounds.send(door.method, door.target(), headers, content.encode()).status
            for content in map(json.dumps, (mlflow_bodies if "/mlflow/" in door.path else bodies)(spelled))
        }
    assert {what: status for what, status in answers.items() if status >= 500 or status == 0} == {}


def test_a_run_whose_error_holds_half_a_character_ends_and_can_be_read(grounds: Grounds) -> None:
    """A file name that is no UTF-8 in an exception's text is enough."""
    headers = [*grounds.bearer, ("Content-Type", "application/json")]
    told = json.dumps({"status": "Failed", "error": {"code": "UserError", "message": "no file \udcff\0.csv"}})
    assert grounds.send("POST", f"{W}/runs/theirs/status", headers, told.encode()).status == 200
    assert json.loads(grounds.send("GET", f"{W}/runs/theirs").body)["error"]["message"].startswith("no file ?")
