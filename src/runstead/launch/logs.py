"""The launcher's lines in a job's logs."""

from datetime import UTC, datetime
from pathlib import Path

from runstead.blobs.disks import told_when_full
from runstead.domain.plans import LOGS


def now() -> str:
    """UTC in ISO 8601, as the launcher's logs and records have it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def note(folder: Path, log_name: str, text: str) -> None:
    """One line more in a log of a job folder."""
    path = folder / LOGS / log_name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with told_when_full(str(path)), path.open("a") as file:
        file.write(f"[{now()}] {text}\n")


def write_log(folder: Path, log_name: str, content: bytes) -> None:
    """The beginning of a log of a job folder."""
    path = folder / LOGS / log_name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with told_when_full(str(path)):
        path.write_bytes(content)
