"""A training script of several ranks that log to one run until they are killed or have logged enough.

    ranks.py RUN_ID COUNTERS RANKS COUNT [jumping-clock]

Each rank notes in COUNTERS (8 bytes each, a mapped file, so that it survives a kill) how many of its points
`run.log` has taken. It prints its ranks' process ids, and begins when it gets a line.
"""

import mmap
import os
import random
import sys
import time

from azureml.core import Experiment, Run, Workspace
from runstead.client import session

RANK_SPAN = 1_000_000_000  # a point is rank * RANK_SPAN + its number
BURST = 100


def log_points(run: Run, rank: int, numbers: range, counters: memoryview) -> None:
    for number in numbers:
        run.log("loss", float(rank * RANK_SPAN + number))
        # One store of eight bytes. struct.pack_into writes zeros and then byte by byte: a kill between them left a
        # count that was too small, and points that "nobody had logged".
        counters[rank] = number + 1
        if number % BURST == 0:
            time.sleep(0.001)


def let_the_clock_jump() -> None:
    # The machine's clock is not ours to set: what the session reads is replaced, by years to and fro.
    session._time_ns = lambda: time.time_ns() + random.choice((-1, 0, 1)) * 10**17


def main() -> None:
    run_id, path, ranks, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    if "jumping-clock" in sys.argv:
        let_the_clock_jump()
    with open(path, "r+b") as file:
        counters = memoryview(mmap.mmap(file.fileno(), 0)).cast("q")
    experiment = Experiment(Workspace.from_config(), "kills")
    run = experiment.start_logging(run_id=run_id, snapshot_directory=None, outputs=False)
    # The parent logs before it forks: its children must not go on in its journal.
    log_points(run, 0, range(1), counters)
    begin, forked = os.pipe()
    children = []
    for rank in range(1, ranks):
        child = os.fork()
        if child == 0:
            os.read(begin, 1)
            log_points(run, rank, range(count), counters)
            os._exit(0)
        children.append(child)
    print(os.getpid(), *children, flush=True)
    sys.stdin.readline()
    os.write(forked, b"x" * ranks)
    log_points(run, 0, range(1, count), counters)
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
