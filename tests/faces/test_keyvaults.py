"""`ws.get_default_keyvault()` and `run.get_secret` as SDK v1 has them."""

import logging
import os
import sys
from pathlib import Path

import pytest

from azureml.core import Experiment, Keyvault, ScriptRunConfig, Workspace
from azureml.exceptions import ServiceException, UserErrorException
from runstead.testing.servers import RealServer

VALUE = "s3cr3t-w0rd"
SCRIPT = """
from azureml.core import Run
run = Run.get_context()
run.log("length", len(run.get_secret("db-password")))
print(sorted(run.get_secrets(["db-password", "missing"]).items(), key=lambda pair: pair[0])[1])
"""


def test_secrets_are_kept_read_listed_and_deleted(workspace: Workspace) -> None:
    vault = workspace.get_default_keyvault()
    vault.set_secret("db-password", VALUE)
    vault.set_secrets({"one": "1", "two": "2"})

    assert vault.get_secret("db-password") == VALUE
    assert vault.get_secrets(["one", "two"]) == {"one": "1", "two": "2"}
    assert [one["name"] for one in vault.list_secrets()] == ["db-password", "one", "two"]
    assert vault.get_secret_content_type("one") == "application/NotProvided"
    vault.delete_secret("db-password")
    vault.delete_secrets(["one", "two"])
    assert vault.list_secrets() == []


def test_a_secret_that_is_not_there_is_none_and_is_told(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    assert workspace.get_default_keyvault().get_secret("missing") is None
    assert "no secret 'missing'" in caplog.text


def test_the_secrets_of_another_workspace_are_not_seen(workspace: Workspace) -> None:
    workspace.get_default_keyvault().set_secret("mine", VALUE)
    other = Workspace("s", "g", f"{workspace.name}-other")

    assert other.get_default_keyvault().list_secrets() == []
    with pytest.raises(ServiceException, match="no secret 'mine'"):
        other.get_default_keyvault().delete_secret("mine")


def test_a_name_with_an_underscore_is_refused_as_azure_refuses_it(workspace: Workspace) -> None:
    with pytest.raises(UserErrorException, match="letters, digits and '-'"):
        Keyvault(workspace).set_secret("db_password", VALUE)


def test_a_value_is_in_no_log_of_the_client_and_in_no_file_of_the_server(
    workspace: Workspace, at_home: RealServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    vault = workspace.get_default_keyvault()
    vault.set_secret("db-password", VALUE)
    assert vault.get_secret("db-password") == VALUE

    assert "secrets/db-password" in caplog.text
    assert VALUE not in caplog.text + repr(vault)
    written = [path for path in at_home.home.rglob("*") if path.is_file()]
    assert any(path.name.startswith("runstead.db") for path in written)
    assert [path for path in written if VALUE.encode() in path.read_bytes()] == []


def test_a_job_reads_the_secrets_of_its_workspace(workspace: Workspace, tmp_path: Path) -> None:
    """Slow: a real job."""
    workspace.get_default_keyvault().set_secret("db-password", VALUE)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "train.py").write_text(SCRIPT)

    config = ScriptRunConfig(str(tmp_path / "source"), script="train.py")
    config.run_config.environment.python.user_managed_dependencies = True
    config.run_config.environment.python.interpreter_path = sys.executable
    run = Experiment(workspace, "secrets").submit(config)
    run.wait_for_completion(raise_on_error=False)

    assert run.get_metrics() == {"length": len(VALUE)}, run.get_details_with_logs()
    assert os.environ.get("RUNSTEAD_SECRETS_KEY") is None
