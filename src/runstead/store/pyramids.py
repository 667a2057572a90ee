"""Pyramids in the database: blocks of nodes, one row each. A node that is not stored has no numbers below it."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

from runstead.domain.records import NO_STEP
from runstead.store.columns import Words, is_number
from runstead.store.metric_tables import metric_nodes
from runstead.store.nodes import (
    BLOCK_NODES,
    BUCKET_POINTS,
    FAN,
    FIELDS,
    NODE,
    Nodes,
    decode_nodes,
    encode_nodes,
    folded,
    nodes_of,
    size_of,
)
from runstead.store.points import Points

Row = dict[str, Any]  # a database row
NOTHING = np.zeros(1, NODE)
NOTHING["low_step"] = NOTHING["high_step"] = NO_STEP
NOTHING = NOTHING.view(np.int64)
BLOCKS = (
    sa.select(metric_nodes.c.start, metric_nodes.c.count, metric_nodes.c.body)
    .where(
        metric_nodes.c.series_key == sa.bindparam("series_key"),
        metric_nodes.c.column_key == sa.bindparam("column_key"),
        metric_nodes.c.level == sa.bindparam("level"),
        metric_nodes.c.start.in_(sa.bindparam("starts", expanding=True)),
    )
    .order_by(metric_nodes.c.start)
)


def load(
    connection: sa.Connection, series_key: int, column_key: int, level: int, places: Sequence[int] | Words
) -> Nodes:
    """The nodes of a level at these places, which rise; 0 is the first of the series."""
    wanted = np.asarray(places, np.int64)
    if wanted.size == 0:
        return np.zeros(0, NODE)
    span = size_of(level) * BLOCK_NODES
    asked = np.unique(wanted // BLOCK_NODES)
    keys = {"series_key": series_key, "column_key": column_key, "level": level}
    # Copied as plain numbers: NumPy goes through records field by field.
    words = np.empty((asked.size * BLOCK_NODES, FIELDS), np.int64)
    words[:] = NOTHING
    for start, count, body in connection.execute(BLOCKS, {**keys, "starts": (asked * span).tolist()}):
        block = decode_nodes(body, level=level, start=start, count=count).view(np.int64).reshape(-1, FIELDS)
        first = int(np.searchsorted(asked, start // span)) * BLOCK_NODES
        words[first : first + count] = block
    nodes: Nodes = words.view(NODE).reshape(-1)
    if wanted[-1] - wanted[0] + 1 == wanted.size:
        first = int(wanted[0]) % BLOCK_NODES
        nodes = nodes[first : first + wanted.size]
    else:
        nodes = nodes[np.searchsorted(asked, wanted // BLOCK_NODES) * BLOCK_NODES + wanted % BLOCK_NODES]
    return nodes


def grown(
    connection: sa.Connection, series_key: int, column_key: int, points: Points, name: str, *, start: int
) -> Iterator[Row]:
    """The blocks that change when these points of a column come; `start`: index of the first, at a bucket's begin."""
    column = points.columns[name]
    if not is_number(column.kinds).any() and not _has_nodes(connection, series_key, column_key):
        return
    fresh = nodes_of(points.times_us, points.steps, column, start=start)
    first = start // BUCKET_POINTS
    level = 0
    while fresh.size:
        begin = first // BLOCK_NODES * BLOCK_NODES
        old = load(connection, series_key, column_key, level, range(begin, first))
        nodes = np.concatenate([old, fresh])
        for row in _rows(nodes, level, begin):
            yield {"series_key": series_key, "column_key": column_key, "level": level, **row}
        end = (first + fresh.size) // FAN
        first //= FAN
        fresh = folded(nodes[first * FAN - begin : end * FAN - begin])
        level += 1


def _rows(nodes: Nodes, level: int, first: int) -> Iterator[Row]:
    for place in range(0, len(nodes), BLOCK_NODES):
        block = nodes[place : place + BLOCK_NODES]
        if (block["numbers"] + block["nans"]).any():
            start = (first + place) * size_of(level)
            yield {"start": start, "count": len(block), "body": encode_nodes(block, level=level, start=start)}


def _has_nodes(connection: sa.Connection, series_key: int, column_key: int) -> bool:
    table = metric_nodes.c
    mine = (table.series_key == series_key) & (table.column_key == column_key)
    return connection.execute(sa.select(table.start).where(mine).limit(1)).first() is not None
