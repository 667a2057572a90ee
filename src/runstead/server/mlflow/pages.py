"""What MLflow's own pages ask for besides the API: a file sent by hand, a run of a prompt, a gateway."""

import json
import uuid
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from runstead.domain.errors import InvalidArgument
from runstead.domain.runs import RunDraft
from runstead.server import uploads
from runstead.server.auth import CallerIn, UnitIn, check_within, needs
from runstead.server.mlflow.artifacts import safe_path
from runstead.server.mlflow.runs import RUNS, edit_of, run_out
from runstead.server.mlflow.wire import BASE, Asked, AskedIn, answer, router
from runstead.service import artifacts, batches, lifecycles
from runstead.service.batches import Batch
from runstead.service.inputs import Inputs

routes = router()
TABLE = "eval_results_table.json"
NEEDED = ("experiment_id", "prompt_template", "prompt_parameters", "model_route", "model_input", "mlflow_version")
TAGS = {
    "mlflow.loggedArtifacts": json.dumps([{"path": TABLE, "type": "table"}]),
    "mlflow.runSourceType": "PROMPT_ENGINEERING",
}


@routes.post(BASE + "/upload-artifact")
@needs("run", body="stream")
async def upload(
    ws: str,
    request: Request,
    unit: UnitIn,
    caller: CallerIn,
    run_uuid: Annotated[str, Query()] = "",
    path: Annotated[str, Query()] = "",
) -> Response:
    """A file of a run; the body is its bytes."""
    for name, told in (("run_uuid", run_uuid), ("path", path)):
        if not told:
            raise InvalidArgument(f"Request must specify {name}.")
    wanted = safe_path(path)
    await run_in_threadpool(check_within, unit, caller, run_uuid)
    await run_in_threadpool(artifacts.check_free, unit, ws, run_uuid, wanted)
    blob = await uploads.stored(request, unit)
    if not blob.size_bytes:
        raise InvalidArgument("Request must specify data.")
    await run_in_threadpool(artifacts.put, unit, ws, run_uuid, wanted, blob, overwrite=True)
    return answer({})


@routes.post(RUNS + "/create-promptlab-run")
@needs("run")
def create_promptlab_run(asked: AskedIn) -> Response:
    """A run that has ended, with what was asked of a model and what it said; as a table, too."""
    for name in NEEDED:
        if not asked.fields.get(name):
            raise InvalidArgument(f"CreatePromptlabRun request must specify {name}.")
    words, measures = asked.pairs("prompt_parameters"), asked.pairs("model_output_parameters")
    params = {
        **asked.pairs("model_parameters"),
        "model_route": asked.text("model_route"),
        "prompt_template": asked.text("prompt_template"),
    }
    row = [*words.values(), asked.text("model_input"), asked.maybe("model_output"), *measures.values()]
    table = {"columns": [*words, "prompt", "output", *measures], "data": [row]}
    run_id = _begun(asked)
    batches.log(asked.unit, asked.workspace, run_id, Batch(params=params, edit=edit_of(TAGS)))
    with asked.unit.blobs.writer() as writer:
        writer.write(json.dumps(table).encode())
        artifacts.put(asked.unit, asked.workspace, run_id, TABLE, writer.commit())
    run = lifecycles.amend(asked.unit, asked.workspace, run_id, status="Completed", ended_at_ms=None, name=None)
    return answer({"run": run_out(run, (), Inputs((), ()))})


def _begun(asked: Asked) -> str:
    check_within(asked.unit, asked.caller, asked.caller.run_id)
    draft = RunDraft(
        run_id=uuid.uuid4().hex,
        experiment="",
        display_name=asked.maybe("run_name"),
        parent_id=asked.caller.run_id,
        tags=asked.pairs("tags"),
        submitted_by=asked.maybe("user_id") or "unknown",
    )
    began_at_ms, place = asked.whole("start_time"), asked.text("experiment_id")
    return lifecycles.begin(asked.unit, asked.workspace, draft, experiment_id=place, started_at_ms=began_at_ms).run_id


@routes.api_route(BASE + "/gateway-proxy", methods=["GET", "POST"])
@needs("read")
def gateway(asked: AskedIn) -> Response:
    """There is no gateway: as MLflow answers it without one, so that its pages offer none."""
    if not asked.is_query and not asked.fields.get("gateway_path"):
        raise InvalidArgument("Deployments proxy request must specify a gateway_path.")
    return answer({"endpoints": []})
