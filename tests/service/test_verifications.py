"""Verification finds what was changed behind the store's back, and nothing where all is well."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from runstead.domain.runs import RunDraft
from runstead.service import compactions, metrics, runs
from runstead.service.settings import Settings
from runstead.service.unit import Unit, opened
from runstead.service.verifications import verify
from runstead.service.workspaces import ensure_default
from runstead.store import metric_tables as tables
from runstead.store.chunks import decode_chunk, encode_chunk
from runstead.store.columns import Column
from runstead.store.points import Points
from tests.store.journals import Journal

CHUNKS = tables.metric_chunks.c


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Unit]:
    """A run with chunks, nodes and a tail."""
    made = opened(Settings(home=tmp_path))
    ensure_default(made)
    runs.create(made, "default", RunDraft("r", "e"))
    journal = Journal("r", "w")
    for step in range(3_000):
        journal.log("loss", math.sin(step), step=step)
    journal.row("xy", {"x": 1, "y": None})
    end = metrics.ingest(made, "default", "r", "w", 0, journal.body)
    with made.read() as connection:
        key = runs.located(connection, "default", "r").key
    compactions.compact(made, key)
    journal.log("loss", 0.5)
    metrics.ingest(made, "default", "r", "w", end, journal.body[end:])
    yield made
    made.close()


def problems(unit: Unit) -> str:
    (found,) = verify(unit, ["r"])
    return "; ".join(found.problems)


def test_a_sound_store_has_no_problems(unit: Unit) -> None:
    (found,) = verify(unit)
    assert (found.run_id, found.series_count, found.point_count, found.problems) == ("r", 2, 3_002, [])


def test_a_zero_keeps_its_sign_in_the_summary(unit: Unit) -> None:
    journal = Journal("r", "w2")
    journal.log("signed", -0.0)
    metrics.ingest(unit, "default", "r", "w2", 0, journal.body)

    assert problems(unit) == ""


def test_another_summary_is_found(unit: Unit) -> None:
    with unit.write() as tx:
        tx.connection.execute(sa.update(tables.metric_summaries).values(max=2.0))
    assert "max" in problems(unit)


def test_another_value_is_found(unit: Unit) -> None:
    with unit.write() as tx:
        key, body = tx.connection.execute(sa.select(CHUNKS.series_key, CHUNKS.body).where(CHUNKS.count > 1)).one()
        points = decode_chunk(body, [""])
        bits = points.columns[""].bits.copy()
        bits[1000] = np.float64(9.0).view(np.int64)
        changed = Points(points.times_us, points.steps, {"": Column(points.columns[""].kinds, bits)})
        mine = CHUNKS.series_key == key
        tx.connection.execute(sa.update(tables.metric_chunks).where(mine).values(body=encode_chunk(changed, [""])))
    found = problems(unit)
    assert "max" in found
    assert "node 7 of level 0 has another max" in found


def test_a_lost_chunk_is_found(unit: Unit) -> None:
    with unit.write() as tx:
        tx.connection.execute(sa.delete(tables.metric_chunks))
    assert "its chunks have 0 points, not 3000" in problems(unit)


def test_a_changed_byte_in_the_tail_is_found(unit: Unit) -> None:
    with unit.write() as tx:
        body = tx.connection.execute(sa.select(tables.metric_tails.c.body)).scalar_one()
        tx.connection.execute(sa.update(tables.metric_tails).values(body=body[:-1] + b"\x01"))
    assert "wrong checksum" in problems(unit)


def test_a_chunk_of_other_bytes_is_found(unit: Unit) -> None:
    with unit.write() as tx:
        tx.connection.execute(sa.update(tables.metric_chunks).values(body=b"nothing of ours"))
    assert "cannot be read" in problems(unit)


def test_a_changed_bit_in_a_chunk_is_found(unit: Unit) -> None:
    with unit.write() as tx:
        body = tx.connection.execute(sa.select(CHUNKS.body).where(CHUNKS.count > 1)).scalar_one()
        changed = bytearray(body)
        changed[len(body) // 2] ^= 1
        tx.connection.execute(sa.update(tables.metric_chunks).where(CHUNKS.count > 1).values(body=bytes(changed)))
    assert "its checksum is another" in problems(unit)


def test_rows_that_came_before_a_column_did_are_no_problem(unit: Unit) -> None:
    runs.create(unit, "default", RunDraft("rows", "e"))
    journal = Journal("rows", "w2")
    journal.row("xy", {"x": 1})
    end = metrics.ingest(unit, "default", "rows", "w2", 0, journal.body)
    journal.row("xy", {"x": 2, "late": 3})
    metrics.ingest(unit, "default", "rows", "w2", end, journal.body[end:])
    (found,) = verify(unit, ["rows"])
    assert found.problems == []
