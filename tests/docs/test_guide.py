"""The guide's examples run as written: every Python block that follows a `<!-- run -->` line."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"<!-- run -->\n```python\n(.*?)```", re.DOTALL)
BLOCKS = [
    pytest.param(code, id=f"{page.stem}-{number}")
    for page in sorted((ROOT / "docs/guide").glob("*.md"))
    for number, code in enumerate(BLOCK.findall(page.read_text()), 1)
]


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Of somebody who has just installed Runstead: an empty home, no server."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RUNSTEAD_", "AZUREML_"))}
    clean |= {"RUNSTEAD_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)}
    yield clean
    subprocess.run([sys.executable, "-m", "runstead.cli.main", "down"], env=clean, check=True, capture_output=True)


@pytest.mark.parametrize("code", BLOCKS)
def test_a_block_of_the_guide_runs_as_written(code: str, environment: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_guide_has_blocks_to_run() -> None:
    assert len(BLOCKS) >= 2
