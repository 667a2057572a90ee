"""What SDK v1's Model and Run.register_model ask of the server, and where downloaded models lie."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from azureml.core._labels import properties_of, tags_of
from azureml.core.resource_configuration import ResourceConfiguration
from azureml.exceptions import UserErrorException, WebserviceException
from runstead.client import artifacts, models
from runstead.client.connection import Json
from runstead.client.workspaces import Workspace
from runstead.domain.errors import Conflict, InvalidArgument, NotFound

CACHE = "azureml-models"
NOT_FOUND, CONFLICT, BAD_REQUEST = 404, 409, 400
Filters = Sequence[str | Sequence[str]] | Mapping[str, str] | str | None


@contextmanager
def model_errors(missing: str | None = None) -> Iterator[None]:
    """What the server refuses of a model is SDK v1's WebserviceException. missing: said of one that is not there."""
    try:
        yield
    except NotFound as error:
        raise WebserviceException(missing or f"ModelNotFound: {error.message}", status_code=NOT_FOUND) from error
    except Conflict as error:
        raise WebserviceException(error.message, status_code=CONFLICT) from error
    except InvalidArgument as error:
        raise WebserviceException(error.message, status_code=BAD_REQUEST) from error


def facts_of(
    *,
    tags: Mapping[Any, Any] | None = None,  # Any: made text
    properties: Mapping[Any, Any] | None = None,  # Any: made text
    datasets: Iterable[tuple[str, object]] | None = None,
    sample_input: object = None,
    sample_output: object = None,
    resource: object = None,
    **plain: object,
) -> dict[str, Any]:  # Any: JSON
    """The body of a registration or change; what is None is left out."""
    if resource is not None and not isinstance(resource, ResourceConfiguration):
        raise UserErrorException(f"resource_configuration is a {type(resource).__name__}, no ResourceConfiguration")
    facts = {
        **plain,
        "tags": None if tags is None else tags_of(tags),
        "properties": None if properties is None else properties_of(properties),
        "datasets": None if datasets is None else references_of(datasets),
        "sample_input_id": None if sample_input is None else dataset_id_of(sample_input),
        "sample_output_id": None if sample_output is None else dataset_id_of(sample_output),
        "resource": None if resource is None else resource._body(),
    }
    return {key: value for key, value in facts.items() if value is not None}


def references_of(datasets: Iterable[tuple[str, object]]) -> list[dict[str, str]]:
    """SDK v1's pairs of a purpose and a dataset, as the server keeps them."""
    return [{"purpose": str(purpose), "dataset_id": dataset_id_of(dataset)} for purpose, dataset in datasets]


def dataset_id_of(dataset: object) -> str:
    """The id of a dataset, or of the one that a consumption configuration names."""
    found = getattr(getattr(dataset, "dataset", dataset), "id", None)
    if not found:
        raise UserErrorException(f"{dataset!r} has no id: register the dataset, then give it to the model")
    return str(found)


def filters_of(words: Filters) -> list[str]:
    """SDK v1's filters, keys or [key, value] pairs, as the server's `k` and `k=v`."""
    if words is None:
        return []
    if isinstance(words, str):
        return [words]
    pairs = words.items() if isinstance(words, Mapping) else words
    return [one if isinstance(one, str) else "=".join(map(str, one)) for one in pairs]


def download(place: Workspace, name: str, version: int, folder: Path, *, exist_ok: bool) -> Path:
    """Fetches a version's files into `folder`; the file, or the folder that they are in."""
    paths = models.list_files(place, name, version)
    top = folder / paths[0].partition("/")[0]
    if top.exists() and not exist_ok:
        raise WebserviceException(f"File already exists. To overwrite, set exist_ok to True. {top}")
    for path, target in zip(paths, artifacts.targets_below(folder, paths), strict=True):
        models.fetch_file(place, name, version, path=path, target=target)
    return top


def cached(name: str, version: int | None) -> Path | None:
    """A version that was downloaded here before, by default the newest."""
    root = Path(CACHE, name)
    if version is None:
        numbers = [int(one.name) for one in root.glob("*") if one.name.isdecimal()]
        if not numbers:
            return None
        version = max(numbers)
    there = sorted((root / str(version)).glob("*"))
    return there[0] if len(there) == 1 else None


def fetched(place: Workspace, record: Json) -> Path:
    """The version below `azureml-models` in the current folder, downloaded unless it is there."""
    name, version = record["name"], record["version"]
    return cached(name, version) or download(place, name, version, Path(CACHE, name, str(version)), exist_ok=True)
