"""Which batches of metrics came last to a run, so that a repeated request is told from a new one."""

import sqlalchemy as sa

from runstead.store.engine import upsert
from runstead.store.metric_tables import metric_batches

DIGEST_BYTES = 16
REMEMBERED = 64  # batches of a run; a client repeats a request within seconds
_FIND = sa.select(metric_batches.c.digests).where(metric_batches.c.run_key == sa.bindparam("its_key"))


def remember(connection: sa.Connection, run_key: int, digest: bytes) -> bool:
    """Whether this batch is new to the run; it is not the next time."""
    there = connection.execute(_FIND, {"its_key": run_key}).scalar() or b""
    known = [there[start : start + DIGEST_BYTES] for start in range(0, len(there), DIGEST_BYTES)]
    if digest in known:
        return False
    row = {"run_key": run_key, "digests": digest + there[: (REMEMBERED - 1) * DIGEST_BYTES]}
    upsert(connection, metric_batches, [row], keys=("run_key",), update=("digests",))
    return True
