"""The size budgets of the house: no file over 500 lines, no function over 60."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# bench/.peers is an environment with everybody else's code.
PYTHON = sorted(
    p
    for part in ("src", "tests", "bench", "examples")
    for p in (ROOT / part).rglob("*.py")
    if "/static/" not in str(p) and ".peers" not in p.parts
)
STUDIO = sorted(
    p for ext in ("*.ts", "*.tsx", "*.css") for p in (ROOT / "studio").rglob(ext) if "node_modules" not in p.parts
)
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
BANNED_NAMES = {"utils", "util", "common", "helpers", "helper", "base", "manager", "misc", "handler", "handlers"}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("path", [*PYTHON, *STUDIO], ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_is_longer_than_the_budget(path: Path) -> None:
    generated = path.name == "schema.d.ts"
    assert generated or len(path.read_text().splitlines()) <= MAX_FILE_LINES


@pytest.mark.parametrize("path", PYTHON, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_function_is_longer_than_the_budget(path: Path) -> None:
    long = [
        f"{f.name}:{f.lineno}"
        for f in functions(ast.parse(path.read_text()))
        if (f.end_lineno or f.lineno) - f.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert long == []


@pytest.mark.parametrize("path", PYTHON, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_module_has_a_name_that_says_nothing(path: Path) -> None:
    assert path.stem not in BANNED_NAMES
