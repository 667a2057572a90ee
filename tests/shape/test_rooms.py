"""Columns are rooms, rows are nouns: the same names in each room, and a folder of tests for each."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = {path.name for path in (ROOT / "src/runstead").iterdir() if (path / "__init__.py").exists()}
# Folders of tests that belong to no single room.
ACROSS = {"bench", "build", "docs", "e2e", "faces", "journal", "shape"}
# Addresses that are about the server itself, or about all nouns at once.
NO_NOUNS = {"servers", "changes", "shapes"}


def modules(room: str) -> set[str]:
    return {path.stem for path in (ROOT / "src/runstead" / room).glob("*.py")} - {"__init__", "__main__"}


def test_every_noun_with_an_address_has_its_rules_in_the_service_under_the_same_name() -> None:
    assert modules("server/v1") - NO_NOUNS - modules("service") == set()


def test_every_folder_of_tests_is_that_of_a_room() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and not path.name.startswith("__")}
    assert folders - ROOMS - ACROSS == set()


def test_a_module_is_a_plural_noun_where_the_nouns_live() -> None:
    singular = {f"{room}/{name}" for room in ("domain", "store") for name in modules(room) if not name.endswith("s")}
    assert singular - {"store/engine"} == set()
