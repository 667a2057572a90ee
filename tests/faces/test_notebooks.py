"""Our notebooks run from top to bottom, unchanged, in a kernel of their own; what they claim, they assert."""

import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from runstead.testing.servers import RealServer

NOTEBOOKS = sorted((Path(__file__).parents[2] / "examples/notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_runs_as_it_is(
    path: Path, at_home: RealServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow: a kernel, and jobs for real."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "jupyter"))
    notebook = nbformat.read(shutil.copy(path, tmp_path), as_version=4)  # type: ignore[no-untyped-call]  # no types

    client = NotebookClient(notebook, timeout=90, kernel_name="python3", resources={"metadata": {"path": tmp_path}})
    client.execute()

    assert "Traceback" not in str(notebook)


def test_the_notebooks_hold_no_output_and_no_address() -> None:
    assert len(NOTEBOOKS) >= 5
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # no types
        assert [cell for cell in notebook.cells if cell.get("outputs")] == [], path
        assert "http://" not in path.read_text(), path
