"""The change log belongs to the version that it ships with."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_top_entry_of_the_changelog_is_the_version_of_the_package() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    entries = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert entries[0] == version
