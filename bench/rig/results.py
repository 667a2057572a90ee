"""Results: a table on the terminal, and a JSON file in bench/results for whoever compares later."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "results"


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print aligned columns; numbers to three figures."""
    texts = [[_text(cell) for cell in row] for row in rows]
    widths = [max(len(head), *(len(row[i]) for row in texts)) for i, head in enumerate(heads)]
    print(f"\n{title}")
    for row in ([*heads], *texts):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        print("  " + "  ".join(cells))


def aim(what: str, met: bool) -> bool:
    """Say whether an aim is met."""
    print(f"  aim: {what}: {'met' if met else 'MISSED'}")
    return met


def keep(name: str, figures: Mapping[str, object]) -> None:
    """Write bench/results/<name>.json."""
    FOLDER.mkdir(exist_ok=True)
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        **figures,
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(told, indent=1, default=str) + "\n")


def _text(cell: object) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:.0f}" if abs(cell) >= 100 else f"{cell:.3g}"
