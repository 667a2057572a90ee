"""Lines of logs over HTTP: where they are, when they came, which of them hold something."""

import json
import random

import pytest

from runstead.testing.servers import House, wait_until

W = "/api/v1/workspaces/default"
RUN = f"{W}/runs/r1"
PATH = "azureml-logs/70_driver_log.txt"


@pytest.fixture(autouse=True)
def a_run(house: House) -> None:
    assert house.http.post(f"{W}/runs", json={"run_id": "r1", "experiment": "e"}).status_code == 200


def append(house: House, content: bytes, *, offset: int = 0) -> None:
    assert house.http.post(f"{RUN}/logs/{PATH}", params={"offset": offset}, content=content).status_code == 200


def place(house: House, **asked: int) -> tuple[int, int]:
    told = house.http.get(f"{RUN}/lines/{PATH}", params=asked).json()
    return told["line"], told["offset"]


def found(house: House, **asked: str | bool | int) -> tuple[int, list[list[int]]]:
    """(how many lines, [line, its offset, the match's offset] of each)."""
    answer = house.http.get(f"{RUN}/search/{PATH}", params=asked)
    assert answer.status_code == 200, answer.text
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert told[-1]["read_bytes"] == told[-1]["size_bytes"]
    return told[-1]["count"], [match for each in told for match in each["matches"]]


def test_every_line_of_a_log_of_several_blocks_is_found_by_number_and_by_byte(house: House) -> None:
    """Three megabytes, with lines that are longer than a block."""
    lengths = random.Random(6)
    texts = [b"x" * lengths.choice((0, 1, 80, 5000)) for _ in range(1500)]
    texts[700] = b"y" * 2_500_000
    append(house, b"\n".join(texts) + b"\n")
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text) + 1)
    for line in (1, 2, 3, 500, 700, 701, 702, 1000, 1500):
        assert place(house, line=line) == (line, starts[line - 1])
        assert place(house, offset=starts[line - 1]) == (line, starts[line - 1])
        assert place(house, offset=starts[line] - 1) == (line, starts[line - 1])
    assert place(house, line=9_999) == (1500, starts[1499])
    assert place(house, offset=-1) == (1500, starts[1499])


def test_lines_that_came_later_are_found_too(house: House) -> None:
    append(house, b"one\ntwo")
    assert place(house, line=7) == (2, 4)
    append(house, b"!\nthree\n", offset=7)
    assert place(house, line=3) == (3, 9)
    assert place(house, offset=5) == (2, 4)


def test_an_empty_log_has_one_line(house: House) -> None:
    append(house, b"")
    assert place(house, line=1) == (1, 0)
    assert place(house, line=5) == (1, 0)
    assert found(house, text="x") == (0, [])


@pytest.mark.parametrize("asked", [{}, {"line": 1, "offset": 1}, {"line": 0}, {"line": -1}, {"line": 1 << 70}])
def test_a_question_without_one_answer_is_refused(house: House, asked: dict[str, int]) -> None:
    append(house, b"x\n")
    assert house.http.get(f"{RUN}/lines/{PATH}", params=asked).status_code == 400


def test_lines_are_found_by_words_in_any_case_and_across_colours(house: House) -> None:
    append(house, "first\n\x1b[1mval_\x1b[31mLoss\x1b[0m nan\nÜBER\n\nval_loss 2 val_loss\n".encode())
    assert found(house, text="VAL_LOSS") == (2, [[2, 6, 6], [5, 39, 39]])
    assert found(house, text="val_loss", match_case=True) == (1, [[5, 39, 39]])
    assert found(house, text="über") == (1, [[3, 32, 32]])
    assert found(house, text="a.b*(") == (0, [])


def test_a_regular_expression_stays_within_its_line(house: House) -> None:
    append(house, b"loss 1\nloss 22\n\nend")
    assert found(house, text=r"loss \d\d$", regex=True) == (1, [[2, 7, 7]])
    assert found(house, text=r"1\s+loss", regex=True) == (0, [])
    assert found(house, text=r"^$", regex=True) == (1, [[3, 15, 15]])
    assert found(house, text=r"[^z]+", regex=True)[0] == 3


def test_lines_are_found_and_numbered_in_a_log_of_many_blocks(house: House) -> None:
    content = b"".join(b"step %d loss 0.5\n" % step for step in range(200_000))
    append(house, content)
    count, matches = found(house, text="step 150000 ")
    assert (count, [line for line, _, _ in matches]) == (1, [150_001])
    assert content[matches[0][1] :].startswith(b"step 150000 ")
    count, matches = found(house, text="loss")
    assert (count, len(matches)) == (200_000, 10_000)


def test_a_search_goes_on_from_the_line_of_a_byte(house: House) -> None:
    append(house, b"one x\ntwo x\nthree x\n")
    assert found(house, text="x", start=8) == (2, [[2, 6, 10], [3, 12, 18]])
    assert found(house, text="x", start=99) == (0, [])


def test_an_endless_line_is_searched_to_its_end(house: House) -> None:
    content = b"x" * 9_000_000 + b"needle" + b"x" * 5_000_000
    append(house, b"\n" + content + b"\nneedle")
    assert found(house, text="needle") == (2, [[2, 1, 9_000_001], [3, 14_000_008, 14_000_008]])


@pytest.mark.parametrize(
    "line",
    [
        "Traceback (most recent call last):",
        "ValueError: bad shape",
        "torch.cuda.OutOfMemoryError: CUDA out of memory.",
        "[rank0]: RuntimeError: NCCL",
        "2024-01-01 00:00:00,000 ERROR root: it failed",
        "\x1b[31mERROR\x1b[0m",
        "KeyboardInterrupt",
        "Segmentation fault (core dumped)",
        "error: subprocess exited",
    ],
)
def test_what_looks_like_an_error_is_found(house: House, line: str) -> None:
    append(house, f"all well\n{line}\n".encode())
    assert found(house, errors=True)[0] == 1


@pytest.mark.parametrize("line", ["mean squared error: 0.1", "0 errors", "import MyError", "errors=ignore", "TERROR"])
def test_what_only_speaks_of_errors_is_none(house: House, line: str) -> None:
    append(house, f"{line}\n".encode())
    assert found(house, errors=True)[0] == 0


@pytest.mark.parametrize(
    "pattern", ["(", "(?=a)", r"(a)\1", "a{2000}", "((a{100}){100}){100}", "[z-a]", "x" * 1001, "", "\\"]
)
def test_a_pattern_that_cannot_be_searched_for_is_refused(house: House, pattern: str) -> None:
    append(house, b"x\n")
    answer = house.http.get(f"{RUN}/search/{PATH}", params={"text": pattern, "regex": True})
    assert answer.status_code in (400, 413)
    assert answer.json()["error"]["message"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|aa)+$", r"(.*)*(.*)*(.*)*x$", r"(a?){50}a{50}b"])
def test_no_pattern_takes_for_ever(house: House, pattern: str) -> None:
    """With a backtracking engine each of these takes longer than the universe has."""
    append(house, b"a" * 50_000 + b"!\n")
    assert found(house, text=pattern, regex=True)[0] == 0


@pytest.mark.parametrize("room", ["lines", "arrivals", "search"])
@pytest.mark.parametrize("path", ["missing.txt", "../r1/x", "/etc/passwd", "a%2f..%2f..%2fx", "a\\b"])
def test_a_log_that_is_not_there_or_elsewhere_is_refused(house: House, room: str, path: str) -> None:
    answer = house.http.get(f"{RUN}/{room}/{path}", params={"line": 1, "text": "x"})
    assert answer.status_code in (400, 404)


def arrivals(house: House, **asked: int) -> list[tuple[int, int]]:
    told = house.http.get(f"{RUN}/arrivals/{PATH}", params=asked).json()
    return list(zip(told["offsets"], told["times_ms"], strict=True))


def test_when_lines_came_in_is_known_and_a_time_leads_to_a_line(house: House) -> None:
    start_ms = house.unit.now_ms()
    append(house, b"one\n")
    first = arrivals(house)
    assert [offset for offset, _ in first] == [0]
    wait_until(lambda: house.unit.now_ms() > first[0][1] + 200, what="the next line comes later")
    append(house, b"one\ntwo\n")
    later = arrivals(house)
    assert [offset for offset, _ in later] == [0, 4]
    assert start_ms <= later[0][1] < later[1][1] <= house.unit.now_ms()
    assert arrivals(house, start=6) == later[1:]
    assert arrivals(house, end=2) == later[:1]
    assert place(house, time_ms=later[1][1]) == (2, 4)
    assert place(house, time_ms=later[1][1] - 1) == (1, 0)
    assert place(house, time_ms=0) == (1, 0)


def test_an_artifact_has_lines_and_no_times(house: House) -> None:
    house.http.put(f"{RUN}/artifacts/outputs/a.txt", content=b"one\ntwo\n")
    assert house.http.get(f"{RUN}/lines/outputs/a.txt", params={"line": 2}).json()["offset"] == 4
    assert house.http.get(f"{RUN}/arrivals/outputs/a.txt").json() == {"offsets": [], "times_ms": []}
    assert '"count": 1' in house.http.get(f"{RUN}/search/outputs/a.txt", params={"text": "two"}).text
