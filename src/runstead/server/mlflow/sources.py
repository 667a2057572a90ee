"""Where a version of a registered model comes from: files of this workspace, or a name for them; nothing is fetched."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from runstead.domain.errors import InvalidArgument
from runstead.domain.paths import normalised_path
from runstead.domain.registries import Version
from runstead.server.mlflow.artifacts import place_of
from runstead.server.mlflow.filters import Key
from runstead.server.mlflow.wire import Asked
from runstead.service import logged_models, registries
from runstead.service.registries import Source

IS_PROMPT = Key("tag", "mlflow.prompt.is_prompt")
# What clients write where a prompt has no files.
PLACEHOLDERS = ("dummy-source", "prompt-template")
RUN = re.compile(r"runs:/(?://)?([^/]+)/(.+)", re.DOTALL)
PROXIED = re.compile(r"mlflow-artifacts:/([^/].*)", re.DOTALL)
LOGGED = re.compile(r"models:/+(m-[0-9a-f]+)/?(.*)", re.DOTALL)
NAMED = re.compile(r"models:/+([^/@]+)(?:/(\d{1,18})|@([\w\-]+))", re.DOTALL)
LOCAL = re.compile(r"(file:.*|/.*|\./.*|[\w\-. ]+(/.*)?|[A-Za-z]:\\.*)", re.DOTALL)


def source_of(asked: Asked, told: str, tags: Mapping[str, str]) -> Source:
    """What a client named. The files need not be there yet, but the name leads to nowhere else than this workspace."""
    if tags.get(IS_PROMPT.name, "").lower() == "true":
        if told in PLACEHOLDERS:
            return Source(told)
        raise InvalidArgument(f"Invalid prompt source: '{told[:200]}'. Prompt sources must use an MLflow placeholder.")
    _check_up(told)
    model_id = asked.maybe("model_id") or None
    if found := RUN.fullmatch(told):
        return Source(told, found[1], normalised_path(found[2]), model_id)
    if found := LOGGED.fullmatch(told):
        model = logged_models.load(asked.unit, asked.workspace, found[1])
        path = f"{model.root}/{normalised_path(found[2])}" if found[2] else model.root
        return Source(told, model.holder_id, path, model.model_id)
    if (origin := copied(asked, told)) is not None:
        exact = f"models:/{origin.model.name}/{origin.model.version}"
        return Source(exact, origin.model.run_id, "", origin.stage.logged_model_id, origin.model)
    if found := PROXIED.fullmatch(told):
        place = place_of(asked, found[1])
        return Source(told, place.run_id, place.path, model_id)
    raise _refused(told)


def copied(asked: Asked, told: str) -> Version | None:
    """The version that a source of another version names; None if it names none."""
    found = NAMED.fullmatch(told)
    if found is None:
        return None
    named, number, alias = found.groups()
    name = unquote(named)
    there = registries.load(asked.unit, asked.workspace, name)
    if number is None and alias not in there.aliases:
        raise InvalidArgument(f"Registered model alias {alias} not found.")
    wanted = int(number) if number is not None else there.aliases[alias]
    return registries.load_version(asked.unit, asked.workspace, name, wanted)


def _check_up(told: str) -> None:
    """MLflow's own words for what leads out of its folder, also in disguise; what follows only reads whole paths."""
    plain = told
    while (once := unquote(plain)) != plain:
        plain = once
    if any(part == ".." for part in re.split(r"[/\\?#;]", plain)) or "\0" in plain:
        raise InvalidArgument(
            f"Invalid model version source: '{told[:200]}'. If supplying a source as an http, https, local file path, "
            "ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path "
            "references present. Please provide an absolute path."
        )


def _refused(told: str) -> InvalidArgument:
    if LOCAL.fullmatch(told):
        return InvalidArgument(
            f"Invalid model version source: '{told[:200]}'. To use a local path as a model version source, the run_id "
            "request parameter has to be specified and the local path has to be contained within the artifact "
            "directory of the run specified by the run_id. This server has no local paths: it is runs:/<run id>/<path>"
        )
    return InvalidArgument(
        f"Invalid model version source: '{told[:200]}'. It is a path within a run: runs:/<run id>/<path>, below the "
        "artifact_uri of a run or a logged model of this workspace, or a version: models:/<name>/<version>"
    )
