import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from runstead.testing.servers import House

W = "/api/v1/workspaces/default"
LOG = f"{W}/runs/r1/logs/azureml-logs/70_driver_log.txt"


@pytest.fixture(autouse=True)
def a_run(house: House) -> None:
    assert house.http.post(f"{W}/runs", json={"run_id": "r1", "experiment": "e"}).status_code == 200


def append(house: House, offset: int, content: bytes) -> tuple[int, int]:
    answer = house.http.post(LOG, params={"offset": offset}, content=content)
    told = answer.json()
    return answer.status_code, told["offset"] if answer.status_code == 200 else told["error"]["offset"]


@contextmanager
def soon(action: Callable[[], object]) -> Iterator[None]:
    """Does it in a moment, in another thread, which has ended when the block has, before the client is closed."""
    timer = threading.Timer(0.2, action)
    timer.start()
    yield
    timer.join()


def test_pieces_are_appended_by_offset_and_a_repeat_changes_nothing(house: House) -> None:
    assert append(house, 0, b"one\n") == (200, 4)
    assert append(house, 0, b"one\n") == (200, 4)
    assert append(house, 0, b"one\ntwo\n") == (200, 8)
    assert append(house, 2, b"e\n") == (200, 8)
    answer = house.http.get(LOG)
    assert answer.content == b"one\ntwo\n"
    assert (answer.headers["x-runstead-offset"], answer.headers["x-runstead-size"]) == ("0", "8")


def test_a_gap_is_refused_with_the_offset_to_go_on_from(house: House) -> None:
    append(house, 0, b"one\n")
    assert append(house, 9, b"later") == (409, 4)
    assert house.http.get(LOG).content == b"one\n"


def test_a_negative_offset_counts_from_the_end(house: House) -> None:
    append(house, 0, b"0123456789")
    answer = house.http.get(LOG, params={"offset": -3})
    assert (answer.content, answer.headers["x-runstead-offset"]) == (b"789", "7")


def test_a_log_is_final_when_its_run_is(house: House) -> None:
    append(house, 0, b"x")
    assert house.http.get(LOG).headers["x-runstead-final"] == "0"
    house.http.post(f"{W}/runs/r1/status", json={"status": "Completed"})
    assert house.http.get(LOG, params={"offset": 1, "wait_s": 20}).headers["x-runstead-final"] == "1"


def test_a_waiting_reader_is_woken_by_the_next_piece(house: House) -> None:
    append(house, 0, b"one\n")
    with soon(lambda: append(house, 4, b"two\n")):
        begun = time.monotonic()
        answer = house.http.get(LOG, params={"offset": 4, "wait_s": 20})
        assert answer.content == b"two\n"
        assert 0.15 < time.monotonic() - begun < 19


def test_a_reader_may_wait_for_a_log_that_is_not_there_yet(house: House) -> None:
    with soon(lambda: append(house, 0, b"first")):
        assert house.http.get(LOG, params={"wait_s": 20}).content == b"first"


def test_a_waiting_reader_ends_when_the_run_does(house: House) -> None:
    append(house, 0, b"x")
    with soon(lambda: house.http.post(f"{W}/runs/r1/status", json={"status": "Failed"})):
        answer = house.http.get(LOG, params={"offset": 1, "wait_s": 20})
        assert (answer.content, answer.headers["x-runstead-final"]) == (b"", "1")


def test_without_waiting_a_missing_log_is_not_found(house: House) -> None:
    assert house.http.get(LOG).status_code == 404
    assert house.http.get(LOG, params={"wait_s": 0.05}).status_code == 404


def test_a_log_cannot_stand_where_a_folder_of_another_log_is(house: House) -> None:
    append(house, 0, b"x")
    answer = house.http.post(f"{W}/runs/r1/logs/azureml-logs", params={"offset": 0}, content=b"x")
    assert answer.status_code == 409
