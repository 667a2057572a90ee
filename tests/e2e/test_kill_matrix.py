"""Every fault that may come between a point and its store: all points are found, once, in order.

`pytest -s tests/e2e/test_kill_matrix.py` shows the table. RUNSTEAD_LONG_TESTS=1 kills twelve writers and the server
together 200 times.
"""

import os
import random
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from runstead.client.sync import sync_directory
from runstead.domain.columns import decode_columns
from runstead.journal.files import journals_below
from runstead.testing.servers import RealServer, is_root, start_server, stop_server, wait_until
from tests.disks import mounted_disk
from tests.e2e.mischief import mischievous_proxy
from tests.e2e.ranks import RANK_SPAN

pytestmark = [pytest.mark.kill, pytest.mark.timeout(3600)]
RUNS = "/api/v1/workspaces/default/runs"
RANKS = 12
ROUNDS = 200 if os.environ.get("RUNSTEAD_LONG_TESTS") else 8
FOREVER = 10**8


@dataclass
class Row:
    """One line of the table: what happened to one kind of fault, over all its runs."""

    fault: str
    kills: int = 0
    logged: int = 0  # `run.log` had returned
    found: int = 0
    lost: int = 0
    doubled: int = 0
    misplaced: int = 0
    unasked: int = 0  # found, and never logged; the one of each rank whose `log` was at work may be there or not
    seconds: int = 0


@dataclass
class Place:
    """A server that may be killed, on one kind of database."""

    server: RealServer
    options: tuple[str, ...]
    folder: Path
    rows: list[Row] = field(default_factory=list)

    def kill_server(self) -> None:
        self.server.kill()

    def start_again(self) -> None:
        self.server = start_server(self.server.home, *self.options)


class Script:
    """A running ranks.py. `home`: where its journals go, if not the server's; `url`: its way to the server."""

    def __init__(
        self, place: Place, run_id: str, *words: str, ranks: int = 1, count: int = FOREVER, home: Path | None = None,
        url: str = "",
    ) -> None:  # fmt: skip
        self.run_id = run_id
        self.home = home or place.server.home
        self._counters = place.folder / f"{run_id}.{random.randrange(10**9)}"
        self._counters.write_bytes(bytes(8 * ranks))
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("RUNSTEAD_", "AZUREML_"))}
        environment |= {"RUNSTEAD_HOME": str(self.home), "RUNSTEAD_AUTOSTART": "0"}
        if url:
            environment |= {"RUNSTEAD_URL": url, "RUNSTEAD_TOKEN": place.server.token}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.ranks", run_id, str(self._counters), str(ranks), str(count), *words],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdin
        assert self.process.stdout
        self.pids = [int(pid) for pid in self.process.stdout.readline().split()]
        assert len(self.pids) == ranks, self.process.stderr and self.process.stderr.read()

    def begin(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def logged(self) -> list[int]:
        """How many points `run.log` has taken, by rank."""
        content = self._counters.read_bytes()
        return list(struct.unpack(f"={len(content) // 8}q", content))

    def end(self) -> str:
        """Wait for its normal end; what it wrote to stderr."""
        _, errors = self.process.communicate(timeout=120)
        assert self.process.returncode == 0, errors
        return errors

    def buried(self) -> None:
        """All its processes are dead: take away what is left of them."""
        self.process.communicate()


def test_no_point_is_lost_doubled_or_misplaced(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """Slow: hundreds of processes are killed, a dozen servers among them."""
    for fault in FAULTS:
        begin = time.monotonic()
        place.rows.append(fault(place))
        place.rows[-1].seconds = round(time.monotonic() - begin)
    with capsys.disabled():
        print(table(place))
    assert sum(row.kills for row in place.rows) >= 100
    assert [row for row in place.rows if row.lost or row.doubled or row.misplaced or row.unasked] == []
    assert all(row.logged > 0 for row in place.rows)


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    # Servers start a dozen times: let them keep what they compiled.
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "compiled"))
    options = ("--database", database_url) if database_url.startswith("postgresql") else ()
    home = tmp_path / "home"
    (tmp_path / "counters").mkdir()
    yield Place(start_server(home, *options), options, tmp_path / "counters")
    stop_server(home)


def writers_are_killed(place: Place) -> Row:
    row = Row("kill -9 of the writers")
    script = Script(place, "writers", ranks=RANKS)
    script.begin()
    kill_at_random(script.pids, spread_s=0.4)
    row.kills = len(script.pids)
    script.buried()
    return judged(place, row, [script], swept=True)


def writers_and_server_are_killed(place: Place) -> Row:
    row = Row("kill -9 of writers and server together")
    scripts = []
    for number in range(ROUNDS):
        script = Script(place, f"together-{number}", ranks=RANKS)
        script.begin()
        kill_at_random([*script.pids, place.server.pid], spread_s=0.15)
        row.kills += RANKS + 1
        script.buried()
        wait_until(lambda: is_gone(place.server.pid), what="the killed server is gone")
        scripts.append(script)
        place.start_again()
    return judged(place, row, scripts)


def the_server_is_killed_while_it_takes_points(place: Place) -> Row:
    row = Row("kill -9 of the server mid-request")
    script = Script(place, "server", ranks=2, count=60_000)
    script.begin()
    for _ in range(2):
        wait_until(lambda: stored(place, script) > 0, what="points begin to arrive")
        place.kill_server()
        row.kills += 1
        place.start_again()
    script.end()
    return judged(place, row, [script])


def requests_are_repeated_cut_and_late(place: Place) -> Row:
    row = Row("requests repeated, reordered, cut; answers lost")
    scripts: list[Script] = []
    with mischievous_proxy(place.server.url, "repeat", "lose", "cut", "late") as mischief:
        while mischief.done < 3:  # how many requests carry a script's points is up to its uploader: one at least
            script = Script(place, f"mischief-{len(scripts)}", ranks=2, count=15_000, url=mischief.url)
            script.begin()
            script.end()
            scripts.append(script)
        return judged(place, row, scripts)


def there_is_no_server_for_the_whole_run(place: Place) -> Row:
    row = Row("server down for the whole run")
    script = Script(place, "alone", ranks=2, count=10_000)
    place.kill_server()
    row.kills = 1
    script.begin()
    assert "runstead sync" in script.end()
    place.start_again()
    return judged(place, row, [script])


def the_disk_of_the_journal_is_full(place: Place) -> Row:
    row = Row("journal's disk full")
    with mounted_disk(place.folder / "full", "256k") as disk:
        script = Script(place, "full", count=30_000, home=disk, url=place.server.url)
        script.begin()
        told = script.end()
        assert told.count("cannot be written") == 1
        return judged(place, row, [script])


def two_scripts_log_to_one_run(place: Place) -> Row:
    row = Row("two processes log to one run")
    scripts = [Script(place, "two", count=20_000), Script(place, "two", ranks=3, count=20_000)]
    for script in scripts:
        script.begin()
    for script in scripts:
        script.end()
    return judged(place, row, scripts)


def processes_fork(place: Place) -> Row:
    row = Row("fork while logging")
    script = Script(place, "fork", ranks=6, count=5_000)
    script.begin()
    script.end()
    return judged(place, row, [script])


def the_clock_jumps(place: Place) -> Row:
    row = Row("clock jumps by years")
    script = Script(place, "clock", "jumping-clock", ranks=2, count=5_000)
    script.begin()
    script.end()
    return judged(place, row, [script])


FAULTS: tuple[Callable[[Place], Row], ...] = (
    writers_are_killed,
    writers_and_server_are_killed,
    the_server_is_killed_while_it_takes_points,
    requests_are_repeated_cut_and_late,
    there_is_no_server_for_the_whole_run,
    *((the_disk_of_the_journal_is_full,) if is_root() else ()),
    processes_fork,
    two_scripts_log_to_one_run,
    the_clock_jumps,
)


def kill_at_random(pids: list[int], *, spread_s: float) -> None:
    """SIGKILL each at an instant of its own."""
    instants = sorted((random.uniform(0, spread_s), pid) for pid in pids)
    begin = time.monotonic()
    for instant, pid in instants:
        time.sleep(max(0.0, begin + instant - time.monotonic()))
        os.kill(pid, signal.SIGKILL)


def is_gone(pid: int) -> bool:
    """Whether a process that is no child of ours is dead, or as good as."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def stored(place: Place, script: Script) -> int:
    """How many points of the script the server has."""
    series = place.server.connection().call("GET", f"{RUNS}/{script.run_id}/metrics")["series"]
    return sum(one["count"] for one in series)


def judged(place: Place, row: Row, scripts: list[Script], *, swept: bool = False) -> Row:
    """Compare what is in the store with what was logged, once everything has arrived.

    swept: wait until the server has taken in by itself what was left; else do as `runstead sync` does.
    """
    folders = {script.home / "journal" for script in scripts}

    def has_arrived() -> bool:
        for folder in () if swept else folders:
            sync_directory(folder, place.server.connection())
        return not any(journals_below(folder) for folder in folders)

    wait_until(has_arrived, what=f"{row.fault}: everything has arrived", timeout_s=60)
    for run_id in sorted({script.run_id for script in scripts}):
        judge_run(place, row, run_id, [s for s in scripts if s.run_id == run_id])
    return row


def judge_run(place: Place, row: Row, run_id: str, scripts: list[Script]) -> None:
    answer = place.server.connection().send("GET", f"{RUNS}/{run_id}/metrics/values", query={"name": "loss"})
    points = [int(v) for series in decode_columns(answer.body) for v in series.columns[""] if isinstance(v, float)]
    ranks = max(len(script.logged()) for script in scripts)
    for rank in range(ranks):
        numbers = [point % RANK_SPAN for point in points if point // RANK_SPAN == rank]
        counts = [script.logged()[rank] for script in scripts if rank < len(script.logged())]
        row.logged += sum(counts)
        row.found += len(numbers)
        times = dict.fromkeys(range(max(counts)), 0) | dict.fromkeys(numbers, 0)
        for number in numbers:
            times[number] += 1
        for number, found in times.items():
            wanted = sum(number < count for count in counts)
            row.lost += max(0, wanted - found)
            at_work = sum(number == count for count in counts)
            row.doubled += max(0, found - wanted - at_work) if wanted else 0
            row.unasked += max(0, found - at_work) if not wanted else 0
        if len(scripts) == 1:
            row.misplaced += sum(after != before + 1 for before, after in pairwise(numbers))


def table(place: Place) -> str:
    """The rows as text."""
    names = ("kills", "logged", "found", "lost", "doubled", "misplaced", "unasked", "seconds")
    lines = [f"{'fault':<50}" + "".join(f"{name:>11}" for name in names)]
    for row in place.rows:
        lines.append(f"{row.fault:<50}" + "".join(f"{getattr(row, name):>11}" for name in names))
    kind = "PostgreSQL" if place.options else "SQLite"
    return f"\n{kind}\n" + "\n".join(lines)
