"""Metrics over HTTP: what a journal ships comes back as summaries and values."""

import json
import zlib

from httpx2 import Response

from runstead.domain.columns import decode_columns
from runstead.domain.records import Cell
from runstead.testing.servers import House
from tests.store.journals import Journal

RUN = "/api/v1/workspaces/default/runs/r1"


def a_run(house: House, run_id: str = "r1") -> None:
    house.http.post("/api/v1/workspaces/default/runs", json={"run_id": run_id, "experiment": "e"}).raise_for_status()


def ship(house: House, journal: Journal, offset: int = 0, body: bytes | None = None) -> Response:
    content = journal.body[offset:] if body is None else body
    answer: Response = house.http.post(
        f"/api/v1/workspaces/default/runs/{journal.run_id}/metrics/ingest",
        params={"writer": journal.writer_id, "offset": offset},
        content=content,
        headers={"X-Runstead-CRC32": str(zlib.crc32(content))},
    )
    return answer


def a_journal_with(name: str, *values: Cell) -> Journal:
    journal = Journal("r1", "w1")
    for step, value in enumerate(values):
        journal.log(name, value, step=step)
    return journal


def test_what_was_shipped_comes_back(house: House) -> None:
    a_run(house)
    journal = a_journal_with("loss", 3.0, float("nan"), 1.0, 2.0)
    assert ship(house, journal).json() == {"offset": len(journal.body)}
    (series,) = house.http.get(f"{RUN}/metrics").json()["series"]
    (column,) = series["columns"]
    assert (series["name"], series["kind"], series["count"]) == ("loss", "scalar", 4)
    assert {k: column[k] for k in ("type", "first", "last", "min", "max", "mean", "nan_count", "min_step")} == {
        "type": "float", "first": 3.0, "last": 2.0, "min": 1.0, "max": 3.0, "mean": 2.0, "nan_count": 1, "min_step": 2,
    }  # fmt: skip
    (values,) = decode_columns(house.http.get(f"{RUN}/metrics/values").content)
    assert repr(values.columns[""]) == "[3.0, nan, 1.0, 2.0]"


def test_a_piece_from_beyond_the_offset_is_refused_and_says_where_to_begin(house: House) -> None:
    a_run(house)
    journal = a_journal_with("loss", 1.0, 2.0)
    refused = ship(house, journal, offset=journal.ends[1])
    assert (refused.status_code, refused.json()["error"]["offset"]) == (409, 0)
    assert house.http.get(f"{RUN}/metrics").json() == {"series": []}


def test_a_body_with_another_checksum_is_refused(house: House) -> None:
    a_run(house)
    journal = a_journal_with("loss", 1.0)
    refused = house.http.post(
        f"{RUN}/metrics/ingest",
        params={"writer": "w1", "offset": 0},
        content=journal.body,
        headers={"X-Runstead-CRC32": "1"},
    )
    assert refused.status_code == 400
    assert house.http.get(f"{RUN}/metrics/offset", params={"writer": "w1"}).json() == {"offset": 0}


def test_the_journal_of_another_run_is_refused(house: House) -> None:
    a_run(house)
    a_run(house, "r2")
    journal = a_journal_with("loss", 1.0)
    journal.run_id = "r2"
    assert ship(house, journal).status_code == 400


def test_metrics_of_an_unknown_run_are_not_found(house: House) -> None:
    assert house.http.get(f"{RUN}/metrics/values").status_code == 404
    assert ship(house, a_journal_with("loss", 1.0)).status_code == 404


def test_the_names_of_an_experiments_metrics_come_without_their_values(house: House) -> None:
    for run_id, experiment in (("r1", "e"), ("r2", "e"), ("r3", "other")):
        body = {"run_id": run_id, "experiment": experiment}
        house.http.post("/api/v1/workspaces/default/runs", json=body).raise_for_status()
        journal = Journal(run_id, f"writer-of-{run_id}")
        journal.log("loss", 1.0)
        if run_id != "r1":
            journal.row("pr", {"x": 1.0, run_id: 2})
        ship(house, journal).raise_for_status()
    names = "/api/v1/workspaces/default/metrics/names"
    loss = {"name": "loss", "kind": "scalar", "columns": [""], "numeric": [""], "run_count": 2}
    row = {"name": "pr", "kind": "row", "columns": ["x", "r2"], "numeric": ["x", "r2"], "run_count": 1}
    assert house.http.get(names, params={"experiment": "e"}).json()["names"] == [loss, row]
    everywhere = [loss | {"run_count": 3}, row | {"run_count": 2, "columns": ["x", "r3"], "numeric": ["x", "r3"]}]
    assert house.http.get(names).json()["names"] == everywhere
    assert house.http.get(names, params={"experiment": "unknown"}).status_code == 404


def test_summaries_of_several_runs_come_at_once(house: House) -> None:
    for number in (1, 2):
        a_run(house, f"r{number}")
        journal = Journal(f"r{number}", "w")
        journal.log("loss", number)
        journal.row("xy", {"x": 1, "y": "text"})
        ship(house, journal).raise_for_status()
    body = {"run_ids": ["r1", "r2"], "names": ["loss"]}
    found = house.http.post("/api/v1/workspaces/default/metrics/summaries", json=body).json()["runs"]
    assert {run: [(s["name"], s["columns"][0]["last"]) for s in some] for run, some in found.items()} == {
        "r1": [("loss", 1)],
        "r2": [("loss", 2)],
    }


def test_a_chart_says_how_many_of_how_many_points_it_shows(house: House) -> None:
    a_run(house)
    ship(house, a_journal_with("loss", *[float(place) for place in range(100)]))
    chart = house.http.get(f"{RUN}/metrics/chart", params={"name": "loss", "from": 10, "to": 59, "pixels": 5}).json()
    assert (chart["shown"], chart["total"], chart["points"], chart["x_kind"]) == (20, 50, 100, "step")
    assert (chart["x"][0], chart["y"][-1]) == (10, 59.0)


def test_a_chart_over_time_speaks_milliseconds(house: House) -> None:
    a_run(house)
    ship(house, a_journal_with("loss", 1.0, float("nan"), float("inf")))
    chart = house.http.get(f"{RUN}/metrics/chart", params={"name": "loss", "x": "time"}).json()
    assert chart["y"] == [1.0, None, "Infinity"]
    assert chart["from"] == chart["x"][0] == 1_700_000_000_001.0
    again = {"name": "loss", "x": "time", "from": chart["x"][1], "to": chart["x"][2]}
    assert house.http.get(f"{RUN}/metrics/chart", params=again).json()["total"] == 2


def test_a_chart_with_another_column_on_x_is_sorted_by_it(house: House) -> None:
    a_run(house)
    journal = Journal("r1", "w1")
    for x, y in ((3, 30), (1, 10), (2, 20)):
        journal.row("xy", {"x": x, "y": y})
    ship(house, journal)
    chart = house.http.get(f"{RUN}/metrics/chart", params={"name": "xy", "x": "x"}).json()
    assert (chart["column"], chart["x"], chart["y"]) == ("y", [1.0, 2.0, 3.0], [10.0, 20.0, 30.0])


def test_an_unknown_metric_names_those_there_are(house: House) -> None:
    a_run(house)
    ship(house, a_journal_with("loss", 1.0))
    refused = house.http.get(f"{RUN}/metrics/chart", params={"name": "acc"})
    assert refused.status_code == 404
    assert "'loss'" in refused.json()["error"]["message"]


def test_a_table_comes_in_pages(house: House) -> None:
    a_run(house)
    journal = Journal("r1", "w1")
    journal.table("t", {"x": list(range(10)), "y": [f"row {place}" for place in range(10)]})
    ship(house, journal)
    page = house.http.get(f"{RUN}/metrics/table", params={"name": "t", "offset": 8, "limit": 5}).json()
    assert page == {"columns": ["x", "y"], "rows": [[8, "row 8"], [9, "row 9"]], "total": 10}


def test_a_live_view_asks_for_what_it_lacks(house: House) -> None:
    a_run(house)
    journal = a_journal_with("loss", 1.0, 2.0, 3.0)
    ship(house, journal)
    tail = house.http.get(f"{RUN}/metrics/tail", params={"name": "loss", "after": 1}).json()
    assert (tail["start"], tail["total"], tail["steps"], tail["columns"]) == (1, 3, [1, 2], {"": [2.0, 3.0]})
    assert house.http.get(f"{RUN}/metrics/tail", params={"name": "loss", "after": 3}).json()["steps"] == []


def test_the_store_verifies_itself_run_by_run(house: House) -> None:
    for number in (1, 2):
        a_run(house, f"r{number}")
        journal = Journal(f"r{number}", "w")
        journal.log("loss", number)
        ship(house, journal).raise_for_status()
    lines = house.http.post("/api/v1/verify", json={}).text.splitlines()
    assert [json.loads(line) for line in lines] == [
        {"run_id": f"r{number}", "series_count": 1, "point_count": 1, "problems": []} for number in (1, 2)
    ]


def test_an_export_is_a_file_to_keep(house: House) -> None:
    a_run(house)
    ship(house, a_journal_with("train/loss", 1.5))
    answer = house.http.get(f"{RUN}/metrics/export", params={"format": "csv", "name": "train/loss"})
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''r1-train%2Floss.csv"
    assert answer.text.splitlines()[0] == "index,step,time,value"


def test_values_of_several_runs_come_in_one_document_that_says_whose_they_are(house: House) -> None:
    for run_id in ("r1", "r2", "r3"):
        a_run(house, run_id)
    for run_id, value in [("r1", 1.0), ("r3", 3)]:
        journal = Journal(run_id, f"w{run_id}")
        journal.log("loss", value)
        journal.log("other", "text")
        assert ship(house, journal).status_code == 200

    answer = house.http.post(
        "/api/v1/workspaces/default/metrics/values", json={"run_ids": ["r3", "r2", "r1"], "names": ["loss"]}
    )

    found = [(one.run_id, one.name, one.columns[""]) for one in decode_columns(answer.content)]
    assert found == [("r3", "loss", [3]), ("r1", "loss", [1.0])]


def test_values_of_a_run_that_is_not_there_are_not_found(house: House) -> None:
    a_run(house)
    answer = house.http.post("/api/v1/workspaces/default/metrics/values", json={"run_ids": ["r1", "nobody"]})
    assert answer.status_code == 404
    assert "nobody" in answer.json()["error"]["message"]


def test_many_charts_come_in_one_answer_and_bands_of_runs_in_another(house: House) -> None:
    a_run(house)
    ship(house, a_journal_with("loss", 3.0, float("nan"), 1.0)).raise_for_status()
    metrics = "/api/v1/workspaces/default/metrics"
    asked = [{"run_id": "r1", "name": "loss", "from": 0, "to": 1, "pixels": 10}, {"run_id": "r1", "name": "none"}]
    drawn, refused = house.http.post(f"{metrics}/charts", json={"charts": asked}).json()["charts"]
    assert drawn["y"] == [3.0, None]
    assert (drawn["total"], drawn["nan_count"], drawn["points"]) == (2, 1, 3)
    assert refused["error"]["code"] == "not_found"
    bands = [{"run_ids": ["r1"], "name": "loss", "pixels": 10}, {"run_ids": ["r1"], "name": "none"}]
    band, nothing = house.http.post(f"{metrics}/bands", json={"bands": bands}).json()["bands"]
    assert {key: band[key] for key in ("x", "mean", "low", "high", "present", "runs", "total")} == {
        "x": [0.0, 2.0], "mean": [3.0, 1.0], "low": [3.0, 1.0], "high": [3.0, 1.0], "present": [1, 1],
        "runs": 1, "total": 2,
    }  # fmt: skip
    assert (nothing["runs"], nothing["x"]) == (0, [])
    alone = house.http.get(f"{RUN}/metrics/chart", params={"name": "loss", "log": True, "pixels": 10}).json()
    assert (alone["x"], alone["total"]) == ([1, 2], 2)
    many = [{"run_id": "r1", "name": "loss"}] * 101
    assert house.http.post(f"{metrics}/charts", json={"charts": many}).status_code == 413
