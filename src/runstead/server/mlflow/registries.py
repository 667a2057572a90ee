"""MLflow's registry: names of models, with tags and aliases; their versions are in versions.py."""

from typing import Any

from fastapi.responses import Response

from runstead.domain.errors import InvalidArgument
from runstead.domain.registries import Registered, Version, checked_stage
from runstead.server.auth import needs
from runstead.server.mlflow.filters import Key, Plain, holds, sorted_by
from runstead.server.mlflow.grammars import Grammar
from runstead.server.mlflow.sources import IS_PROMPT
from runstead.server.mlflow.versions import is_asked_for, number_of, version_out
from runstead.server.mlflow.wire import (
    BASE,
    Asked,
    AskedIn,
    answer,
    filled,
    key_of,
    paged,
    router,
    tags_out,
    value_of,
)
from runstead.service import registries

routes = router()
NAMES = BASE + "/registered-models"
FILTERS = Grammar(texts=("name",), numbers=("timestamp", "creation_timestamp", "last_updated_timestamp"))


@routes.post(NAMES + "/create")
@needs("run")
def create(asked: AskedIn) -> Response:
    """A name without versions."""
    made = registries.create(
        asked.unit,
        asked.workspace,
        asked.text("name"),
        tags=asked.pairs("tags"),
        description=asked.maybe("description") or "",
    )
    return answer({"registered_model": registered_out(made)})


@routes.get(NAMES + "/get")
@needs("read")
def get(asked: AskedIn) -> Response:
    """One name."""
    return answer({"registered_model": registered_out(_found(asked))})


@routes.post(NAMES + "/rename")
@needs("write")
def rename(asked: AskedIn) -> Response:
    """Another name."""
    there = registries.rename(asked.unit, asked.workspace, asked.text("name"), asked.text("new_name"))
    return answer({"registered_model": registered_out(there)})


@routes.patch(NAMES + "/update")
@needs("write")
def update(asked: AskedIn) -> Response:
    """Another description."""
    description = asked.maybe("description") or ""
    there = registries.edit(asked.unit, asked.workspace, asked.text("name"), description=description)
    return answer({"registered_model": registered_out(there)})


@routes.delete(NAMES + "/delete")
@needs("write")
def delete(asked: AskedIn) -> Response:
    """Forget a name with all its versions."""
    registries.delete(asked.unit, asked.workspace, asked.text("name"))
    return answer({})


@routes.get(NAMES + "/search")
@needs("read")
def search(asked: AskedIn) -> Response:
    """Names: filtered, sorted, by the page."""
    page = asked.page(100, 1_000)
    conditions, orders = FILTERS.conditions(asked.maybe("filter")), FILTERS.orders(asked.texts("order_by"))
    prompts = is_asked_for(conditions)
    there = registries.listed(asked.unit, asked.workspace)
    kept = [
        one
        for one in there
        if (prompts or one.tags.get(IS_PROMPT.name) != "true")
        and all(holds(c, _value_of_name(one, c.key)) for c in conditions)
    ]
    some, token = paged(sorted_by(kept, orders, _value_of_name), page)
    return answer({**filled({"registered_models": [registered_out(one) for one in some]}), **token})


@routes.api_route(NAMES + "/get-latest-versions", methods=["GET", "POST"])
@needs("read")
def latest_versions(asked: AskedIn) -> Response:
    """The newest version of each stage, or of those asked for."""
    stages = [checked_stage(one) for one in asked.texts("stages")]
    newest: dict[str, Version] = {}
    for one in _found(asked).versions:
        if not stages or one.stage.stage in stages:
            newest.setdefault(one.stage.stage, one)
    return answer(filled({"model_versions": [version_out(one) for one in newest.values()]}))


@routes.post(NAMES + "/set-tag")
@needs("write")
def set_tag(asked: AskedIn) -> Response:
    """One tag of a name."""
    tags = {key_of(asked.fields): value_of(asked.fields)}
    registries.edit(asked.unit, asked.workspace, asked.text("name"), tags=tags)
    return answer({})


@routes.delete(NAMES + "/delete-tag")
@needs("write")
def delete_tag(asked: AskedIn) -> Response:
    """One tag less."""
    registries.edit(asked.unit, asked.workspace, asked.text("name"), remove_tag=key_of(asked.fields))
    return answer({})


@routes.post(NAMES + "/alias")
@needs("write")
def set_alias(asked: AskedIn) -> Response:
    """Point an alias to a version."""
    registries.set_alias(asked.unit, asked.workspace, asked.text("name"), asked.text("alias"), number_of(asked))
    return answer({})


@routes.delete(NAMES + "/alias")
@needs("write")
def delete_alias(asked: AskedIn) -> Response:
    """Take an alias away."""
    registries.set_alias(asked.unit, asked.workspace, asked.text("name"), asked.text("alias"), None)
    return answer({})


@routes.get(NAMES + "/alias")
@needs("read")
def get_by_alias(asked: AskedIn) -> Response:
    """The version that an alias points to."""
    alias = asked.text("alias")
    for one in _found(asked).versions:
        if alias in one.aliases:
            return answer({"model_version": version_out(one)})
    raise InvalidArgument(f"Registered model alias {alias[:100]} not found.")


def registered_out(one: Registered) -> dict[str, Any]:  # Any: JSON
    """MLflow's RegisteredModel."""
    newest: dict[str, Version] = {}
    for version in one.versions:
        newest.setdefault(version.stage.stage, version)
    return {
        "name": one.name,
        "creation_timestamp": one.created_at_ms,
        "last_updated_timestamp": max(one.updated_at_ms, *(v.model.created_at_ms for v in one.versions), 0),
        **({"description": one.description} if one.description else {}),
        **filled(
            {
                "latest_versions": [version_out(version) for version in newest.values()],
                "tags": tags_out(one.tags),
                "aliases": [
                    {"alias": alias, "version": str(version)} for alias, version in sorted(one.aliases.items())
                ],
            }
        ),
    }


def _found(asked: Asked) -> Registered:
    return registries.load(asked.unit, asked.workspace, asked.text("name"))


def _value_of_name(one: Registered, key: Key) -> Plain:
    if key.kind == "tag":
        return one.tags.get(key.name, "false" if key == IS_PROMPT else None)
    if key.name == "name":
        return one.name
    return one.created_at_ms if key.name in ("timestamp", "creation_timestamp") else one.updated_at_ms
