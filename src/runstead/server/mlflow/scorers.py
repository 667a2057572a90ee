"""MLflow's scorers: kept and given back; nothing is judged on the server."""

from typing import Any

from fastapi.responses import Response

from runstead.domain.scorers import Scorer
from runstead.server.auth import needs
from runstead.server.mlflow.wire import BASE, Asked, AskedIn, answer, decoded, filled, invalid, router
from runstead.service import scorers

routes = router()
SCORERS = BASE + "/scorers"


@routes.post(SCORERS + "/register")
@needs("write")
def register(asked: AskedIn) -> Response:
    """The next version of a name."""
    told = asked.text("serialized_scorer")
    if not isinstance(decoded(told.encode()), dict):
        raise invalid("serialized_scorer", told, "It must be a text of JSON: an object")
    made = scorers.register(asked.unit, asked.workspace, asked.text("experiment_id"), asked.text("name"), told)
    return answer(
        {
            "version": made.version,
            "scorer_id": made.scorer_id,
            "experiment_id": made.experiment_id,
            "name": made.name,
            "serialized_scorer": made.told,
            "creation_time": made.created_at_ms,
        }
    )


@routes.get(SCORERS + "/list")
@needs("read")
def newest(asked: AskedIn) -> Response:
    """The newest version of each, of one experiment or some."""
    ids = asked.texts("experiment_ids") or [asked.text("experiment_id")]
    found = {(one.experiment_id, one.name): one for one in scorers.listed(asked.unit, asked.workspace, ids)}
    return answer(filled({"scorers": [scorer_out(one) for one in found.values()]}))


@routes.get(SCORERS + "/versions")
@needs("read")
def versions(asked: AskedIn) -> Response:
    """All versions of a name."""
    name = asked.text("name")
    found = scorers.listed(asked.unit, asked.workspace, [asked.text("experiment_id")], name)
    return answer(filled({"scorers": [scorer_out(one) for one in found]}))


@routes.get(SCORERS + "/get")
@needs("read")
def get(asked: AskedIn) -> Response:
    """One version, or the newest."""
    return answer({"scorer": scorer_out(scorers.load(asked.unit, asked.workspace, *_which(asked)))})


@routes.delete(SCORERS + "/delete")
@needs("write")
def delete(asked: AskedIn) -> Response:
    """One version, or all."""
    scorers.delete(asked.unit, asked.workspace, *_which(asked))
    return answer({})


@routes.get(SCORERS + "/online-configs")
@needs("read")
def online_configs(asked: AskedIn) -> Response:
    """What is judged on the server as it comes in: nothing."""
    return answer({"configs": []})


def scorer_out(one: Scorer) -> dict[str, Any]:  # Any: JSON
    """MLflow's Scorer. Its experiment_id is a 32-bit number there, which few ids of ours are."""
    is_number = one.experiment_id.isascii() and one.experiment_id.isdecimal() and len(one.experiment_id) < 10
    return {
        **({"experiment_id": int(one.experiment_id)} if is_number else {}),
        "scorer_name": one.name,
        "scorer_version": one.version,
        "serialized_scorer": one.told,
        "creation_time": one.created_at_ms,
        "scorer_id": one.scorer_id,
    }


def _which(asked: Asked) -> tuple[str, str, int | None]:
    return asked.text("experiment_id"), asked.text("name"), asked.whole("version")
