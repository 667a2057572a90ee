"""Golden files: `plans/*.json` is what the driver is told; a change of it is a change for every script.

To write them anew after a change that is meant: RUNSTEAD_WRITE_PLANS=1 pytest tests/launch/test_plan.py
"""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from runstead.domain.builds import Specification
from runstead.domain.jobs import JobSpec
from runstead.domain.plans import plan_json, plan_of
from runstead.domain.runs import Run
from runstead.domain.workspaces import Workspace
from runstead.launch.plan import Elsewhere, Host, RunToken, plan_of_job
from runstead.service.jobs import Surroundings

HERE = Path(__file__).parent / "plans"
SPEC = JobSpec("s1", "/data/src", "/data/venv/bin/python", script="steps/train.py", arguments=("--alpha", "0.5"))
SPECS = {
    "script": SPEC,
    "mlflow": SPEC,
    "command": replace(SPEC, script=None, command="python train.py --id $AZUREML_RUN_ID", arguments=("it's", "a b")),
    "variables": replace(
        SPEC,
        environment_variables={"MINE": "1", "PYTHONUNBUFFERED": "0", "PATH": "/mine/bin", "PYTHONPATH": "/mine/lib"},
        max_run_duration_s=60.0,
        directories_to_watch=("logs", "tb/events"),
        output_collection=False,
    ),
    "built": replace(
        SPEC, python="/data/home/environments/ab12/venv/bin/python", packages=Specification(("numpy",), ("six",))
    ),
    "contained": replace(SPEC, python="python", environment_variables={"MINE": "1"}),
}


def a_run() -> Run:
    return Run(
        key=1,
        workspace_key=1,
        experiment_key=1,
        run_id="exp_1700000000_0a1b2c3d",
        number=1,
        workspace="ws",
        experiment="exp",
        display_name="calm_pine_1",
        description="",
        kind="script",
        status="Preparing",
        parent_id="parent",
        root_id="parent",
        created_at_ms=0,
        started_at_ms=None,
        ended_at_ms=None,
        tags={},
        properties={},
        error=None,
        warnings=(),
        target="local",
        script=None,
        arguments=(),
        environment_name=None,
        environment_version=None,
        snapshot_id="s1",
        submitted_by="",
        child_count=0,
    )


AROUND = Surroundings(a_run(), Workspace(1, "ws", "sub-1", "group-1", "local", "ws-id-1", 0), "exp-id-1")
HOST = Host("http://127.0.0.1:7373", Path("/data/home"), "node-1", "/usr/local/bin:/usr/bin", "/data/lib")


@pytest.mark.parametrize("name", SPECS)
def test_the_plan_of_a_job_is_the_one_on_file(name: str) -> None:
    folder = HOST.home / "jobs" / AROUND.run.run_id
    host = replace(HOST, mlflow_url=f"{HOST.url}/mlflow") if name == "mlflow" else HOST
    elsewhere = Elsewhere(("runner", str(folder)), ("clearing", str(folder))) if name == "contained" else None
    token = RunToken("token-1", 1_700_604_800_123)
    plan = plan_of_job(SPECS[name], AROUND, host, folder=folder, token=token, elsewhere=elsewhere)
    told = json.loads(json.dumps(plan_json(plan)))
    golden = HERE / f"{name}.json"
    if os.environ.get("RUNSTEAD_WRITE_PLANS"):
        golden.write_text(json.dumps(told, indent=2) + "\n")
    assert told == json.loads(golden.read_text())
    assert plan_of(told) == plan
