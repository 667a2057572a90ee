"""Real clients in environments of their own: old and new MLflow, and libraries that log through it.

RUNSTEAD_LONG_TESTS=1 adds those whose environments or files are large.
"""

from pathlib import Path

import pytest

from runstead.testing.servers import RealServer, running_server
from tests import clients

EVERYDAY_MIB, LONG_MIB = 64, 1024
# Neither side holds a file: what either may grow by while one goes through it.
FLAT_MIB = 48


def uri_of(server: RealServer, workspace: str) -> str:
    return f"{server.url}/mlflow/{workspace}"


@pytest.mark.parametrize(
    "package",
    [
        pytest.param("mlflow-skinny==2.*", id="newest-2"),
        pytest.param("mlflow-skinny==2.9.2", id="2.9", marks=clients.long),
        pytest.param("mlflow-skinny==3.*", id="newest-3", marks=clients.long),
    ],
)
def test_a_stock_client_tracks_searches_and_keeps_models_with_stages(
    package: str, shared_server: RealServer, tmp_path: Path
) -> None:
    """Slow: the first time it makes an environment."""
    python = clients.python_with(package, "setuptools<81")
    uri = uri_of(shared_server, f"stock-{package.partition('==')[2].strip('.*').replace('.', '-')}")
    told = clients.told_by(python, "tracking", uri, tmp_path, MLFLOW_TRACKING_TOKEN=shared_server.token)
    assert told["names"] == ["second", "first"]
    assert (told["children"], told["table"]) == (["inner"], "second")
    assert told["history"] == [[0, 1.0], [1, 1 / 2], [2, 1 / 3]]
    assert told["data"] == {"lr": "0.1", "depth": "3", "more": "x", "acc": 2 / 3, "loss": 1 / 3, "late": 1.5}
    assert (told["tag"], told["text"], told["same"]) == ("red", "hello", True)
    assert told["files"] == ["conf.json", "model", "notes"]
    assert told["refused"] == "INVALID_PARAMETER_VALUE"
    assert (told["deleted"], told["restored"]) == (True, "active")
    assert told["stages"] == {"1": "Archived", "2": "Production"}
    assert (told["newest"], told["champion"], told["models"], told["left"]) == (["2"], "1", ["net"], ["2"])
    assert (told["description"], told["weights"]) == ("the second", 16384)


@pytest.mark.parametrize("mib", [EVERYDAY_MIB, pytest.param(LONG_MIB, marks=[clients.long, pytest.mark.timeout(900)])])
def test_a_large_artifact_goes_up_and_down_in_flat_memory_on_both_sides(mib: int, tmp_path: Path) -> None:
    """Slow: an environment, and the file itself."""
    python = clients.python_with("mlflow-skinny==2.*", "setuptools<81")
    with running_server(tmp_path / "home") as server:
        token = {"MLFLOW_TRACKING_TOKEN": server.token}
        (tmp_path / "small").mkdir()
        clients.told_by(python, "bulks", uri_of(server, "bulky"), tmp_path / "small", 4, **token)
        before = peak_mib(server.pid)
        told = clients.told_by(python, "bulks", uri_of(server, "bulky"), tmp_path, mib, **token)
        grown = peak_mib(server.pid) - before
    print(f"{mib} MiB: {told}, server's peak memory grew by {grown:.0f} MiB")
    assert told["same"]
    assert told["after"] - told["before"] < FLAT_MIB
    assert grown < FLAT_MIB


@clients.long
@pytest.mark.timeout(900)
def test_lightnings_logger_logs_to_an_sdk_run_and_in_a_job(at_home: RealServer, tmp_path: Path) -> None:
    python = clients.python_with("torch==2.13.0", "lightning", "numpy", "mlflow-skinny==3.*", sdk=True)
    told = clients.told_by(python, "lightnings", "lightning", tmp_path)
    losses = told["metrics"]["train_loss"]
    assert len(losses) == 8
    assert losses[-1] < losses[0]
    assert told["metrics"]["own"] == 1.0
    assert told["parameters"]["width"] == "1"
    assert (told["status"], told["job"]["status"], told["runs"]) == ("Completed", "Completed", 2)
    assert any(name.endswith(".ckpt") for name in told["files"])
    assert len(told["job"]["metrics"]["train_loss"]) == 8
    assert told["job"]["metrics"]["plain"] == 1.0
    assert "status: Running" in told["driver"]


@clients.long
@pytest.mark.timeout(900)
def test_autologged_models_are_registered_and_loaded_through_both_interfaces(at_home: RealServer) -> None:
    python = clients.python_with("mlflow==3.*", "scikit-learn", "xgboost-cpu", sdk=True)
    told = clients.told_by(python, "autologs", "autolog")
    assert told["metrics"]["training_accuracy_score"] > 0.9
    assert told["parameters"]["C"] == "0.5"
    assert {"model/MLmodel", "model/model.pkl"} <= set(told["files"]) or "model/model.skops" in told["files"]
    assert told["right"] > 0.9
    assert (told["source"], told["again"]) == (True, True)
    assert len(told["losses"]) == 5
    assert told["depth"] == "2"
    assert any(name.startswith("model/") for name in told["boosted"])


@clients.long
@pytest.mark.timeout(900)
def test_transformers_callback_logs_to_the_run_that_the_environment_names(at_home: RealServer, tmp_path: Path) -> None:
    python = clients.python_with("torch==2.13.0", "transformers", "accelerate", "numpy", "mlflow-skinny==3.*", sdk=True)
    told = clients.told_by(python, "transformer", "words", tmp_path)
    assert {"loss", "learning_rate", "train_loss"} <= set(told["metrics"])
    assert told["losses"] == 3
    assert told["parameters"] > 50
    assert told["runs"] == 1


def peak_mib(pid: int) -> float:
    """The greatest resident memory that a process has had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
