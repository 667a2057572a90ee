"""`runstead sync` and `verify`: journals that were left behind, and what is in them."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from runstead.cli.servers import home_option, json_option
from runstead.client import local
from runstead.client.config import from_environment
from runstead.client.connection import Connection
from runstead.client.findings import Finding, findings
from runstead.client.sync import sync_directory
from runstead.domain.errors import NotFound
from runstead.journal.deliveries import Delivery

StoredRun = dict[str, Any]  # a line of POST verify, rest-v1.md
STORE_TIMEOUT_S = 6 * 3600.0  # a large store takes minutes; nothing comes before the first run is checked
path_argument = click.argument("path", required=False, type=click.Path(path_type=Path))


@click.command()
@click.argument("directory", required=False, type=click.Path(path_type=Path))
@home_option
@json_option
def sync(directory: Path | None, home: Path | None, *, as_json: bool) -> None:
    """Deliver the metrics that ended processes left behind in DIRECTORY (default: all journals of the state folder).

    Journals of living processes are left alone. Exit code 1 if something could not be delivered.
    """
    settings = from_environment()
    settings = replace(settings, home=home.expanduser().absolute()) if home else settings
    connection = local.connect(settings)
    deliveries = [
        delivery for folder in _folders(directory, settings.home) for delivery in sync_directory(folder, connection)
    ]
    _tell_deliveries(deliveries, as_json=as_json)
    if any(delivery.state in ("failed", "damaged") for delivery in deliveries):
        raise SystemExit(1)


@click.command()
@path_argument
@home_option
@json_option
def verify(path: Path | None, home: Path | None, *, as_json: bool) -> None:
    """Check a journal or a folder of journals (default: all of the state folder), and say what is found.

    A running server is asked how much it has of each and, unless PATH is given, checks its store. Exit code 1 if
    something is damaged.
    """
    settings = from_environment()
    settings = replace(settings, home=home.expanduser().absolute()) if home else settings
    running = local.running(settings.home)
    connection = Connection(running.url, local.token_of(settings.home)) if running else None
    found = [finding for place in _folders(path, settings.home) for finding in findings(place, connection)]
    stored = _checked_store(connection) if connection and path is None else []
    _tell_findings(found, stored, as_json=as_json)
    if not all(finding.is_good for finding in found) or any(run["problems"] for run in stored):
        raise SystemExit(1)


def _checked_store(connection: Connection) -> list[StoredRun]:
    """What the server says of each run's metrics, after computing them again from their points."""
    headers = {"Content-Type": "application/json"}
    answer = connection.send("POST", "/api/v1/verify", b"{}", headers=headers, timeout_s=STORE_TIMEOUT_S)
    return [json.loads(line) for line in answer.body.splitlines()]


def _folders(named: Path | None, home: Path) -> list[Path]:
    if named is None:
        return [home / "journal", *sorted(home.glob("jobs/*/journal"))]
    if not named.exists():
        raise NotFound(f"{named} does not exist")
    return [named]


def _tell_deliveries(deliveries: Sequence[Delivery], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"journals": [delivery.as_json() for delivery in deliveries]}))
        return
    for delivery in deliveries:
        note = f": {delivery.message}" if delivery.message else ""
        print(f"{delivery.state:>9}  {delivery.bytes_sent:>12} bytes  {delivery.path}{note}")
    print(_counted((delivery.state for delivery in deliveries), "there is nothing to deliver"))


def _tell_findings(found: Sequence[Finding], stored: Sequence[StoredRun], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"journals": [finding.as_json() for finding in found], "runs": stored}))
        return
    for finding in found:
        size = f"{finding.point_count} points, {finding.good_bytes} bytes"
        acked = "" if finding.acked_bytes is None else f", of which the server has {finding.acked_bytes}"
        note = f": {finding.message}" if finding.message else ""
        print(f"{finding.state:>9}  {size}{acked}  {finding.path}{note}")
    print(_counted((finding.state for finding in found), "no journals are left here"))
    for run in stored:
        for problem in run["problems"]:
            print(f"  damaged  run {run['run_id']}: {problem}")
    if stored:
        points = sum(run["point_count"] for run in stored)
        damaged = sum(bool(run["problems"]) for run in stored)
        print(f"store: {len(stored)} runs, {points} points, {damaged} runs with problems")


def _counted(states: Iterable[str], nothing: str) -> str:
    counts = Counter(states)
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) if counts else nothing


COMMANDS = {"sync": sync, "verify": verify}
