import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from runstead.domain.errors import Conflict, InvalidArgument, NotFound
from runstead.domain.runs import RunDraft
from runstead.service import artifacts, logs, runs
from runstead.service.unit import Unit
from tests.domain.test_paths import HOSTILE

TEXT = b"".join(b"line %05d\n" % n for n in range(2000))


@pytest.fixture(autouse=True)
def a_run(unit: Unit) -> None:
    runs.create(unit, "default", RunDraft("r1", "e"))


def test_pieces_in_any_order_with_repeats_and_overlaps_end_up_as_the_log(unit: Unit) -> None:
    rng = random.Random(7)
    size = 0
    while size < len(TEXT):
        offset = rng.randrange(max(0, size - 500), size + 200)
        piece = TEXT[offset : offset + rng.randrange(1, 900)]
        try:
            size = logs.append(unit, "default", "r1", "log", offset=offset, content=piece)
        except Conflict as gap:
            size = int(str(gap.details["offset"]))
    assert logs.read(unit, "default", "r1", "log", offset=0, limit=len(TEXT)).content == TEXT


def test_two_who_ship_the_same_log_at_once_write_it_once(unit: Unit) -> None:
    def ship(_: int) -> None:
        for start in range(0, len(TEXT), 1000):
            logs.append(unit, "default", "r1", "log", offset=start, content=TEXT[start : start + 1000])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ship, range(4)))
    assert logs.read(unit, "default", "r1", "log", offset=0, limit=1 << 20).content == TEXT
    (row,) = artifacts.listed(unit, "default", "r1")[1]
    assert row.size_bytes == len(TEXT)


def test_what_comes_after_the_end_of_a_run_is_kept(unit: Unit) -> None:
    logs.append(unit, "default", "r1", "log", offset=0, content=b"a")
    runs.set_status(unit, "default", "r1", "Failed")
    logs.append(unit, "default", "r1", "log", offset=1, content=b"b")
    piece = logs.read(unit, "default", "r1", "log", offset=0, limit=10)
    assert (piece.content, piece.final) == (b"ab", True)


@pytest.mark.parametrize("path", HOSTILE, ids=lambda p: repr(p)[:30])
def test_no_path_leads_out_of_the_logs_folder(unit: Unit, path: str) -> None:
    with pytest.raises(InvalidArgument):
        logs.append(unit, "default", "r1", path, offset=0, content=b"x")
    with pytest.raises(InvalidArgument):
        logs.read(unit, "default", "r1", path, offset=0, limit=1)


def test_a_log_of_an_unknown_run_makes_no_file(unit: Unit) -> None:
    with pytest.raises(NotFound):
        logs.append(unit, "default", "nobody", "log", offset=0, content=b"x")
    assert not (unit.settings.logs / "nobody").exists()


def test_a_negative_offset_is_no_place_to_append(unit: Unit) -> None:
    with pytest.raises(InvalidArgument):
        logs.append(unit, "default", "r1", "log", offset=-1, content=b"x")
