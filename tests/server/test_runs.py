from runstead.testing.servers import House

W = "/api/v1/workspaces/default"


def a_run(house: House, run_id: str = "r1", **more: object) -> dict[str, object]:
    answer = house.http.post(f"{W}/runs", json={"run_id": run_id, "experiment": "e", **more})
    assert answer.status_code == 200, answer.text
    made: dict[str, object] = answer.json()
    return made


def test_making_a_run_twice_answers_the_same_run(house: House) -> None:
    assert a_run(house) == a_run(house)


def test_runs_are_numbered_per_workspace(house: House) -> None:
    assert [a_run(house, run_id)["number"] for run_id in ("a", "b", "c")] == [1, 2, 3]


def test_a_property_is_written_once_and_nothing_of_a_refused_request_is_kept(house: House) -> None:
    a_run(house, properties={"author": "x"})
    refused = house.http.patch(f"{W}/runs/r1", json={"tags": {"t": "1"}, "properties": {"new": "1", "author": "y"}})
    assert refused.status_code == 409
    assert "author" in refused.json()["error"]["message"]
    run = house.http.get(f"{W}/runs/r1").json()
    assert (run["tags"], run["properties"]) == ({}, {"author": "x"})


def test_the_same_property_again_is_fine(house: House) -> None:
    a_run(house, properties={"author": "x"})
    assert house.http.patch(f"{W}/runs/r1", json={"properties": {"author": "x", "more": "1"}}).status_code == 200


def test_tags_filter_by_key_and_by_value(house: House) -> None:
    a_run(house, "a", tags={"kind": "good", "seen": None})
    a_run(house, "b", tags={"kind": "bad"})
    found = house.http.get(f"{W}/runs", params={"tag": ["kind=good", "seen"]}).json()
    assert [run["run_id"] for run in found["runs"]] == ["a"]


def test_a_final_state_stays(house: House) -> None:
    a_run(house)
    assert house.http.post(f"{W}/runs/r1/status", json={"status": "Completed"}).json()["status"] == "Completed"
    assert house.http.post(f"{W}/runs/r1/status", json={"status": "Completed"}).status_code == 200
    assert house.http.post(f"{W}/runs/r1/status", json={"status": "Failed"}).status_code == 409


def test_cancelling_ends_an_interactive_run_and_asks_a_script_run_to_end(house: House) -> None:
    a_run(house, "note")
    a_run(house, "job", kind="script")
    assert house.http.post(f"{W}/runs/note/cancel", json={}).json()["status"] == "Canceled"
    assert house.http.post(f"{W}/runs/job/cancel", json={}).json()["status"] == "CancelRequested"
    beat = house.http.post(f"{W}/runs/job/heartbeat", json={"node": "n", "pid": 1}).json()
    assert beat["cancel_requested"] is True


def test_pages_go_from_newest_to_oldest_and_end(house: House) -> None:
    for number in range(5):
        a_run(house, f"r{number}")
    seen, cursor = [], None
    for _ in range(3):
        page = house.http.get(f"{W}/runs", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [run["run_id"] for run in page["runs"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (["r4", "r3", "r2", "r1", "r0"], None)
