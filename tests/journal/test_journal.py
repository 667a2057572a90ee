"""The journal against what happens to files: cuts, flipped bits, full disks, kill -9, a signal at the wrong time."""

import errno
import fcntl
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runstead.domain.records import (
    NO_STEP,
    Cell,
    Kind,
    Opening,
    Record,
    Series,
    encode_float,
    encode_opening,
    encode_row,
    encode_series,
    encode_table,
    encode_value,
    head_of,
)
from runstead.journal import writers
from runstead.journal.deliveries import Store, deliver_all
from runstead.journal.files import claimed, journals_below
from runstead.journal.recoveries import read_records, recover
from runstead.journal.writers import Bounds, Writer
from tests.disks import mounted_disk

SAMPLES = Path(__file__).parent / "samples"
OPENING = Opening(run_id="r", writer_id="ab" * 16, workspace="default", created_us=1)
SMALL = Bounds(window_bytes=4096, piece_bytes=16384, journal_bytes=1 << 20, memory_bytes=64 << 10)


def a_float(value: float) -> bytes:
    return encode_float(head_of(Kind.FLOAT, 1), 0, NO_STEP, value)


def floats(path: Path) -> list[float]:
    return [record.value for record in read_records(path) if record.kind is Kind.FLOAT]


BLOCKS = st.lists(
    st.floats(allow_nan=False).map(a_float)
    | st.text(max_size=200).filter(lambda t: t.isprintable()).map(lambda t: encode_value(1, 0, NO_STEP, t))
    | st.lists(st.integers(), max_size=30).map(lambda cells: encode_row(2, 0, cells)),
    min_size=1,
    max_size=30,
)


@given(blocks=BLOCKS, cut=st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_a_journal_cut_at_any_byte_gives_every_record_before_the_cut(blocks: list[bytes], cut: float) -> None:
    whole = encode_opening(OPENING) + b"".join(blocks)
    ends = [len(encode_opening(OPENING))]
    for block in blocks:
        ends.append(ends[-1] + len(block))
    size = int(cut * len(whole))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.journal"
        # Cut, or torn inside a file whose blocks were allocated before.
        for content in (whole[:size], whole[:size] + bytes(len(whole) - size + 4096)):
            path.write_bytes(content)
            found = recover(path)
            assert found.damage is None
            assert found.good_bytes in {0, *ends}
            # Zeros that were cut off and zeros that were never written are the same: padding may complete a record.
            assert found.good_bytes >= max(end for end in [0, *ends] if end <= size)
            assert whole.startswith(path.read_bytes()[: found.good_bytes])


@given(blocks=BLOCKS, bit=st.integers(min_value=0))
@settings(max_examples=100, deadline=None)
def test_a_flipped_bit_is_named_as_damage_and_what_lies_before_is_kept(blocks: list[bytes], bit: int) -> None:
    parts = [encode_opening(OPENING), *blocks, a_float(1.0)]
    whole = b"".join(parts)
    position = bit % (len(whole) * 8)
    flipped = bytearray(whole)
    flipped[position // 8] ^= 1 << position % 8
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.journal"
        path.write_bytes(bytes(flipped))
        found = recover(path)
    hit = next(i for i in range(len(parts)) if sum(map(len, parts[: i + 1])) > position // 8)
    start = sum(map(len, parts[:hit]))
    if found.good_bytes == len(whole):
        assert hit < len(parts) - 1  # only padding is not covered by a checksum
    elif hit == len(parts) - 1:
        assert (found.good_bytes, found.damage) == (start, None)
        assert found.torn
    else:
        assert found.good_bytes == start
        assert found.damage
        assert f"byte {start}" in found.damage


def test_records_come_back_across_windows_and_pieces_end_between_records(tmp_path: Path) -> None:
    writer = Writer(tmp_path, OPENING, bounds=Bounds(window_bytes=4096, piece_bytes=16384))
    blocks = [a_float(float(i)) if i % 7 else encode_value(1, 0, NO_STEP, "x" * i) for i in range(3000)]
    assert all(writer.append(block) for block in blocks)
    shipped, start = b"", 0
    while (end := writer.piece_end(start)) > start:
        assert end - start <= 2 * 16384
        shipped += writer.read(start, end)
        start = end
    assert shipped == encode_opening(OPENING) + b"".join(blocks)
    writer.close()
    assert writer.path.read_bytes() == shipped
    assert floats(writer.path) == [float(i) for i in range(3000) if i % 7]


def test_a_long_journal_says_it_is_full_and_is_trimmed(tmp_path: Path) -> None:
    writer = Writer(tmp_path, OPENING, bounds=Bounds(window_bytes=4096, journal_bytes=10_000))
    count = 0
    while writer.append(a_float(1.0)):
        count += 1
    assert 10_000 <= count * 32 < 20_000
    assert writer.is_sealed
    assert writer.path.stat().st_size == writer.written


def test_a_living_writer_holds_its_lock_and_a_closed_one_does_not(tmp_path: Path) -> None:
    writer = Writer(tmp_path, OPENING)
    with claimed(writer.path) as is_mine:
        assert not is_mine
    writer.close()
    with claimed(writer.path) as is_mine:
        assert is_mine


def test_where_there_is_no_mapping_records_are_written_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "no such thing here")

    monkeypatch.setattr(os, "posix_fallocate", refuse)  # such file systems exist, but not on a test machine
    writer = Writer(tmp_path, OPENING, bounds=SMALL)
    for i in range(2000):
        writer.append(a_float(float(i)))
    assert floats(writer.path) == [float(i) for i in range(2000)]
    assert writer.path.stat().st_size == writer.written
    assert writer.piece_end(0) < writer.written


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted_disk(tmp_path / "disk", "256k") as disk:
        yield disk


def test_a_full_disk_is_told_once_and_everything_can_still_be_shipped(
    small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    writer = Writer(small_disk, OPENING, bounds=Bounds(window_bytes=64 << 10, memory_bytes=1 << 20))
    blocks = [a_float(float(i)) for i in range(20_000)]
    assert all(writer.append(block) for block in blocks)
    assert len([r for r in caplog.records if "cannot be written" in r.message]) == 1
    assert writer.lost_bytes == 0
    shipped, start = b"", 0
    while (end := writer.piece_end(start)) > start:
        shipped += writer.read(start, end)
        start = end
        writer.acknowledge(start)
    assert shipped == encode_opening(OPENING) + b"".join(blocks)
    on_disk = floats(writer.path)
    assert len(on_disk) > 3000
    assert on_disk == [float(i) for i in range(len(on_disk))]


def test_when_the_disk_has_room_again_the_journal_is_whole(small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(200 << 10))
    writer = Writer(small_disk, OPENING, bounds=Bounds(window_bytes=64 << 10, memory_bytes=1 << 20))
    for i in range(4000):
        writer.append(a_float(float(i)))
    assert len(floats(writer.path)) < 4000
    filler.unlink()
    deadline = time.monotonic() + 10
    count = 4000
    while len(floats(writer.path)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        writer.append(a_float(float(count)))
        count += 1
    assert floats(writer.path) == [float(i) for i in range(count)]


def test_a_disk_that_stays_nearly_full_is_told_once_however_often_it_takes_a_little(
    small_disk: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO")
    monkeypatch.setattr(writers, "RETRY_DISK_S", 0.0)  # instead of waiting for a second before each try
    writer = Writer(small_disk, OPENING)
    for i in range(30_000):
        writer.append(a_float(float(i)))
        if i % 1000 == 999:  # the server takes everything: what is held in memory is little, and fits onto the disk
            writer.acknowledge(writer.written)
    assert [r.message.partition(" to ")[0] for r in caplog.records] == ["the metrics of run r cannot be written"]


def test_a_disk_and_a_memory_that_are_full_lose_new_records_not_old_ones_and_say_so(
    small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    writer = Writer(small_disk, OPENING, bounds=Bounds(window_bytes=64 << 10, memory_bytes=32 << 10))
    for i in range(20_000):
        writer.append(a_float(float(i)))
    assert writer.lost_bytes > 0
    assert len([r for r in caplog.records if "get lost" in r.message]) == 1
    kept = writer.read(0, writer.written)
    assert kept[-32:] == a_float(float((len(kept) - len(encode_opening(OPENING))) // 32 - 1))


KILLED = """
import sys
from pathlib import Path
from runstead.domain.records import *
from runstead.journal.writers import Bounds, Writer
opening = Opening(run_id="r", writer_id=sys.argv[2], workspace="default", created_us=1)
writer = Writer(Path(sys.argv[1]), opening, bounds=Bounds(window_bytes=8192))
told = sys.stdout.fileno()
i = 0
while True:
    block = encode_float(257, 0, NO_STEP, float(i)) if i % 50 else encode_value(1, 0, i, "x" * (i % 3000))
    writer.append(block)
    i += 1
    os.write(told, b"%d\\n" % i)
""".replace("import sys", "import os, sys", 1)


@pytest.mark.kill
def test_every_record_whose_append_returned_survives_a_kill_at_any_instant(tmp_path: Path) -> None:
    """Slow (a dozen processes): only a real process can be killed for real."""
    for attempt in range(12):
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path), f"{attempt:032d}"], stdout=subprocess.PIPE
        )
        assert child.stdout
        for _ in range(random.randrange(1, 4000)):
            child.stdout.readline()
        child.kill()
        rest = child.stdout.read().split()
        child.wait()
        child.stdout.close()
        path = tmp_path / f"{attempt:032d}.journal"
        found = [r.value if r.kind is Kind.FLOAT else r.step for r in read_records(path) if r.kind is not Kind.OPEN]
        assert found == list(range(len(found)))
        assert recover(path).damage is None
        assert len(found) >= (int(rest[-1]) if rest else 1)


def test_damage_in_the_middle_stops_there_and_is_named(tmp_path: Path) -> None:
    writer = Writer(tmp_path, OPENING)
    for i in range(10):
        writer.append(a_float(float(i)))
    writer.close()
    start = len(encode_opening(OPENING)) + 4 * 32
    content = bytearray(writer.path.read_bytes())
    content[start : start + 32] = bytes(32)  # a page that never reached the disk before the power went
    writer.path.write_bytes(bytes(content))
    found = recover(writer.path)
    assert found.damage == f"byte {start}: nothing is there, but a valid record follows at byte {start + 32}"
    assert floats(writer.path) == [0.0, 1.0, 2.0, 3.0]
    assert recover(writer.path, start=start + 32).damage is None


def sample_records() -> Iterator[bytes]:
    yield encode_opening(Opening("run_1", "0123456789abcdef0123456700000000", "default", 1_700_000_000_000_000))
    yield encode_series(1, 10, Series("loss", "scalar"))
    yield encode_series(2, 11, Series("größe", "list", ("",), "a list"))
    yield encode_series(3, 12, Series("r", "row", ("x", "y")))
    yield encode_series(4, 13, Series("r", "row", ("x", "y", "z")))
    yield encode_series(5, 14, Series("t", "table", ("a",)))
    yield encode_series(6, 15, Series("img", "image"))
    for i, value in enumerate((0.1, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1.7976931348623157e308)):
        yield encode_value(1, 100 + i, i, value)
    integers = (0, -(1 << 63), (1 << 63) - 1, 1 << 63, -(10**40))
    others: tuple[Cell, ...] = (True, False, None, *integers, "", "x", "a" * 31, "ü€😀", "\0\n")
    for other in others:
        yield encode_value(2, 200, NO_STEP, other)
    yield encode_row(3, 300, [1, 0.5])
    yield encode_row(4, 301, [None, True, "t"])
    yield encode_row(4, 302, [math.nan, math.inf, 1 << 70])
    yield encode_table(5, 400, [[1, 2.0, None, "z", -math.inf]])
    yield encode_value(6, 500, NO_STEP, "img_1.png")
    yield encode_value(1, -1, -(1 << 62), 1.0)


def as_json(record: Record) -> dict[str, object]:
    """A record as the sample's JSON has it: floats by their hexadecimal form."""

    def plain(value: object) -> object:
        if isinstance(value, float):
            return {"float": value.hex()}
        if isinstance(value, list):
            return [plain(item) for item in value]
        return asdict(value) if isinstance(value, Opening | Series) else value

    told = {**record._asdict(), "kind": record.kind.name.lower(), "value": plain(record.value)}
    return json.loads(json.dumps(told))  # type: ignore[no-any-return]  # a dict comes back as one


def test_the_samples_of_every_released_format_are_read_as_ever() -> None:
    for sample in sorted(SAMPLES.glob("*.journal")):
        expected = json.loads(sample.with_suffix(".json").read_text())
        assert [as_json(record) for record in read_records(sample)] == expected


def test_todays_writer_writes_the_bytes_of_its_sample() -> None:
    assert b"".join(sample_records()) + bytes(96) == (SAMPLES / "v1.journal").read_bytes()


def test_folders_that_go_away_while_journals_are_looked_for_are_no_error(tmp_path: Path) -> None:
    """Slow (a second): two look for the journals at once, and one of them delivers and removes what it finds."""
    ended = threading.Event()

    def come_and_go() -> None:
        while not ended.is_set():
            for number in range(20):
                (tmp_path / f"run-{number}").mkdir()
            for number in range(20):
                (tmp_path / f"run-{number}").rmdir()

    other = threading.Thread(target=come_and_go)
    other.start()
    try:
        for _ in range(1000):
            assert journals_below(tmp_path) == []
    finally:
        ended.set()
        other.join()
    assert journals_below(tmp_path / "never-there") == []


def test_what_a_process_left_that_was_killed_before_its_journal_was_one_is_removed(tmp_path: Path) -> None:
    old, young = tmp_path / "run" / f"{'0' * 32}.new", tmp_path / "run" / f"{'1' * 32}.new"
    old.parent.mkdir()
    old.touch()
    young.touch()
    os.utime(old, (1, 1))
    assert deliver_all(tmp_path, Store(lambda _: 0, lambda *_: 0)) == []
    assert list(old.parent.iterdir()) == [young]


def test_flock_is_what_the_format_says_it_is(tmp_path: Path) -> None:
    writer = Writer(tmp_path, OPENING)
    with writer.path.open("rb+") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
