"""A run's Details: what MLflow's client recorded stands beside what the SDK did."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from runstead.testing.servers import RealServer
from tests.e2e.conftest import one_time_link, script_output

pytestmark = pytest.mark.browser
WITH_MLFLOW = """
import json, mlflow
from azureml.core import Workspace

mlflow.set_tracking_uri(Workspace.from_config().get_mlflow_tracking_uri())
mlflow.set_experiment("details")
with mlflow.start_run() as run:
    mlflow.log_param("depth", 7)
print(json.dumps({"id": run.info.run_id}))
"""


def test_the_link_that_mlflow_prints_leads_to_the_run_with_its_parameters(
    page: Page, studio: RealServer, sdk_environment: dict[str, str], tmp_path: Path
) -> None:
    run_id = script_output(WITH_MLFLOW, sdk_environment, tmp_path)["id"]

    page.goto(one_time_link(studio))
    page.goto(f"{studio.url}/mlflow/default/#/experiments/1/runs/{run_id}")  # as MLflow's client prints it

    expect(page).to_have_url(f"{studio.url}/w/default/runs/{run_id}")
    expect(page.get_by_role("region", name="Parameters").get_by_role("row", name="depth")).to_contain_text("7")
