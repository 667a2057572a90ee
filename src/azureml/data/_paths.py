"""The forms in which SDK v1 takes paths of data, as sources of a dataset's definition."""

import os
from collections.abc import Iterable
from typing import Any, NamedTuple

from azureml.data._homes import Home
from azureml.data.abstract_datastore import AbstractDatastore
from azureml.data.data_reference import DataReference
from azureml.data.datapath import DataPath
from azureml.exceptions import UserErrorException

PathLike = Any  # a text, a tuple, a DataPath, a DataReference, or a list of them, as SDK v1 takes
AZURE_ONLY = ("wasb://", "wasbs://", "abfs://", "abfss://", "adl://", "dbfs:/", "azureml://")


class Sources(NamedTuple):
    """Where files are, and the workspace whose datastores are named; None if none is."""

    sources: list[dict[str, str]]
    workspace: Home | None


def sources_of(path: PathLike) -> Sources:
    """One source per path."""
    found = [one for given in _flat(path) for one in _sources(given)]
    if not found:
        raise UserErrorException("no path was given; give a text, a (datastore, path) tuple or a list of them")
    workspaces = [workspace for _, workspace in found if workspace is not None]
    if len({workspace.name for workspace in workspaces}) > 1:
        raise UserErrorException("the datastores of one dataset must be of one workspace")
    return Sources([source for source, _ in found], workspaces[0] if workspaces else None)


def target_of(target: PathLike) -> tuple[AbstractDatastore, str]:
    """(datastore, folder) that something is written to."""
    if isinstance(target, AbstractDatastore):
        return target, ""
    sources = [] if isinstance(target, str | os.PathLike | list) else _sources(target)
    if len(sources) != 1:
        raise UserErrorException(f"a target is a DataPath, a datastore or a (datastore, path) tuple, not {target!r}")
    datastore = target[0] if isinstance(target, tuple) else _datastore_of(target)
    return datastore, sources[0][0]["path"]


def _flat(path: PathLike) -> list[PathLike]:
    return list(path) if isinstance(path, list) else [path]


def _sources(path: PathLike) -> list[tuple[dict[str, str], Home | None]]:
    if isinstance(path, DataPath | DataReference):
        return [_on(_datastore_of(path), path.path_on_datastore or "")]
    if isinstance(path, AbstractDatastore):
        return [_on(path, "")]
    if isinstance(path, tuple) and len(path) == 2 and isinstance(path[0], AbstractDatastore):
        inner: Iterable[object] = path[1] if isinstance(path[1], list | tuple) else [path[1]]
        return [_on(path[0], str(one)) for one in inner]
    if isinstance(path, str | os.PathLike):
        return [(_plain(str(path)), None)]
    raise UserErrorException(
        f"{path!r} is no path of data: give a text, a (datastore, path) tuple, a DataPath or a DataReference"
    )


def _on(datastore: AbstractDatastore, path: str) -> tuple[dict[str, str], Home]:
    return {"datastore": datastore.name, "path": path.strip("/")}, datastore.workspace


def _datastore_of(path: DataPath | DataReference) -> AbstractDatastore:
    return path.datastore if isinstance(path, DataReference) else path._datastore


def _plain(path: str) -> dict[str, str]:
    if path.startswith(("http://", "https://")):
        return {"url": path}
    if path.startswith(AZURE_ONLY):
        raise UserErrorException(f"{path!r} can be read in Azure only; give an https address or register a datastore")
    return {"local": os.path.abspath(path.removeprefix("file://"))}
