"""MLflow's experiments: ours, by id; deleted is what we call archived."""

from typing import Any
from urllib.parse import unquote

from fastapi.responses import Response

from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.experiments import Experiment, ExperimentEdit
from runstead.server.auth import needs
from runstead.server.mlflow.filters import Key, Plain, holds, sorted_by
from runstead.server.mlflow.grammars import Grammar
from runstead.server.mlflow.wire import BASE, Asked, AskedIn, answer, filled, key_of, paged, router, tags_out, value_of
from runstead.service import experiments

routes = router()
EXPERIMENTS = BASE + "/experiments"
VIEWS = ("ACTIVE_ONLY", "DELETED_ONLY", "ALL")
NOTE, PLACE = "mlflow.note.content", "mlflow.artifactLocation"
MOST_PLACE_CHARS = 2_048
NUMBERS = ("creation_time", "last_update_time")
FILTERS = Grammar(texts=("name", "experiment_id"), numbers=NUMBERS)


@routes.post(EXPERIMENTS + "/create")
@needs("write")
def create(asked: AskedIn) -> Response:
    """A new experiment. Its `artifact_location` is told back; what clients log is kept with its runs all the same."""
    name, place = asked.text("name"), asked.maybe("artifact_location")
    _check_place(place or "")
    tags = {**asked.pairs("tags"), **({PLACE: place} if place else {})}
    made = experiments.create(asked.unit, asked.workspace, name, tags=tags)
    return answer({"experiment_id": made.experiment_id})


@routes.get(EXPERIMENTS + "/get")
@needs("read")
def get(asked: AskedIn) -> Response:
    """By id."""
    return answer({"experiment": experiment_out(found(asked))})


@routes.get(EXPERIMENTS + "/get-by-name")
@needs("read")
def get_by_name(asked: AskedIn) -> Response:
    """By name."""
    name = asked.text("experiment_name")
    there = experiments.find(asked.unit, asked.workspace, name)
    if there is None:
        raise NotFound(f"Could not find experiment with name '{name}'")
    return answer({"experiment": experiment_out(there)})


@routes.api_route(EXPERIMENTS + "/search", methods=["GET", "POST"])
@needs("read")
def search(asked: AskedIn) -> Response:
    """Filtered, sorted, by the page."""
    page = asked.page(1_000)
    view = view_of(asked.fields.get("view_type"))
    conditions = FILTERS.conditions(asked.maybe("filter"))
    orders = FILTERS.orders(asked.texts("order_by"))
    there = experiments.listed(asked.unit, asked.workspace, include_archived=view != "ACTIVE_ONLY")
    kept = [
        one
        for one in sorted(there, key=lambda one: (-one.created_at_ms, -one.key))
        if (view != "DELETED_ONLY" or one.archived) and all(holds(c, value_in(one, c.key)) for c in conditions)
    ]
    some, token = paged(sorted_by(kept, orders, value_in), page)
    return answer({**filled({"experiments": [experiment_out(one) for one in some]}), **token})


@routes.post(EXPERIMENTS + "/update")
@needs("write")
def update(asked: AskedIn) -> Response:
    """Another name."""
    experiments.rename(asked.unit, asked.workspace, asked.text("experiment_id"), asked.text("new_name"))
    return answer({})


@routes.post(EXPERIMENTS + "/delete")
@needs("write")
def delete(asked: AskedIn) -> Response:
    """Put away, with its runs; nothing is lost."""
    experiments.set_deleted(asked.unit, asked.workspace, asked.text("experiment_id"), deleted=True)
    return answer({})


@routes.post(EXPERIMENTS + "/restore")
@needs("write")
def restore(asked: AskedIn) -> Response:
    """Bring back."""
    experiments.set_deleted(asked.unit, asked.workspace, asked.text("experiment_id"), deleted=False)
    return answer({})


@routes.post(EXPERIMENTS + "/set-experiment-tag")
@needs("write")
def set_tag(asked: AskedIn) -> Response:
    """One tag."""
    there = found(asked)
    check_active(there)
    key, value = key_of(asked.fields), value_of(asked.fields)
    change = ExperimentEdit(description=value) if key == NOTE else ExperimentEdit(tags={key: value})
    experiments.edit(asked.unit, asked.workspace, there.name, change)
    return answer({})


@routes.post(EXPERIMENTS + "/delete-experiment-tag")
@needs("write")
def delete_tag(asked: AskedIn) -> Response:
    """One tag less."""
    there, key = found(asked), key_of(asked.fields)
    check_active(there)
    if key not in tags_of(there):
        raise NotFound(f"No tag with name: {key} in experiment with id {there.experiment_id}")
    change = ExperimentEdit(description="") if key == NOTE else ExperimentEdit(remove_tags=(key,))
    experiments.edit(asked.unit, asked.workspace, there.name, change)
    return answer({})


def _check_place(place: str) -> None:
    """It is never opened; but what could lead out of a folder is not even kept."""
    if place.startswith("runs:"):
        raise InvalidArgument(f"Artifact location cannot be a runs:/ URI. Given: '{place[:200]}'")
    if len(place) > MOST_PLACE_CHARS:
        raise InvalidArgument(
            "Invalid artifact path length. The length of the artifact path cannot be greater than "
            f"{MOST_PLACE_CHARS} characters."
        )
    if any(mark in unquote(place) for mark in ("..", "?", "#", ";", "\\", "%")) or not place.isprintable():
        raise InvalidArgument(f"Invalid artifact_location '{place[:200]}': it is a plain path or address")


def found(asked: Asked) -> Experiment:
    """The experiment that a call names."""
    return experiments.load_by_id(asked.unit, asked.workspace, asked.text("experiment_id"))


def check_active(one: Experiment) -> None:
    """InvalidArgument if the experiment is deleted."""
    if one.archived:
        raise InvalidArgument(
            f"The experiment {one.experiment_id} must be in the 'active' state. Current state is deleted."
        )


def view_of(value: object) -> str:
    """Active, deleted or both; clients send the name or, long ago, its number."""
    if value in (None, ""):
        return VIEWS[0]
    number = {1: 0, 2: 1, 3: 2}.get(value) if isinstance(value, int) else None
    if number is not None:
        return VIEWS[number]
    if value not in VIEWS:
        raise InvalidArgument(f"Invalid value {value!r:.60} for parameter 'view_type': it is one of {', '.join(VIEWS)}")
    return str(value)


def experiment_out(one: Experiment) -> dict[str, Any]:  # Any: JSON
    """MLflow's Experiment."""
    return {
        "experiment_id": one.experiment_id,
        "name": one.name,
        "artifact_location": one.tags.get(PLACE) or f"mlflow-artifacts:/{one.experiment_id}",
        "lifecycle_stage": "deleted" if one.archived else "active",
        "creation_time": one.created_at_ms,
        "last_update_time": updated_at_ms(one),
        **filled({"tags": tags_out(tags_of(one))}),
    }


def tags_of(one: Experiment) -> dict[str, str | None]:
    """Its tags but for the place of artifacts, and its description under MLflow's name."""
    told = {key: value for key, value in one.tags.items() if key != PLACE}
    return {**told, **({NOTE: one.description} if one.description else {})}


def updated_at_ms(one: Experiment) -> int:
    """When it was last changed, or a run was begun in it."""
    return max(one.created_at_ms, one.last_run_at_ms or 0)


def value_in(one: Experiment, key: Key) -> Plain:
    """What a filter or an order compares."""
    if key.kind == "tag":
        return tags_of(one).get(key.name)
    if key.name in NUMBERS:
        return one.created_at_ms if key.name == "creation_time" else updated_at_ms(one)
    return one.name if key.name == "name" else one.experiment_id
