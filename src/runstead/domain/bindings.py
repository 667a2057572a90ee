"""What a job reads and writes besides its source folder: datasets and datastore paths, and how it gets to them."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from runstead.domain.datasets import checked_dataset_name
from runstead.domain.datastores import checked_datastore_name, checked_folder
from runstead.domain.errors import InvalidArgument

# How SDK v1 writes them in arguments; the driver puts paths and ids in their places.
INPUT = "DatasetConsumptionConfig:"
OUTPUT = "DatasetOutputConfig:"
OUTPUT_PROPERTY = "azureml.output_dataset."  # of the run: the id of the dataset that an output became
MOUNT, DOWNLOAD, DIRECT = MODES = ("mount", "download", "direct")
RUN_ID = "{run-id}"
OUTPUT_NAME = "{output-name}"
_NAME = re.compile(r"\w{1,200}", re.ASCII)
_MOST = 1_000


@dataclass(frozen=True)
class Input:
    """Data that a job reads: a dataset by id, or a path on a datastore. `folder`: where the job wants it."""

    name: str
    mode: str = MOUNT
    dataset_id: str | None = None
    datastore: str | None = None
    path: str = ""
    folder: str | None = None
    overwrite: bool = False


@dataclass(frozen=True)
class Output:
    """A folder that a job fills, sent to a datastore at its end. `path`: with `{run-id}` and `{output-name}` in it.

    definition: of the dataset that it becomes, but for its sources; None: it becomes none. register_as: the name of
    that dataset, if the run is completed.
    """

    name: str
    datastore: str
    path: str
    folder: str | None = None
    overwrite: bool = True
    globs: tuple[str, ...] = ()
    definition: Mapping[str, Any] | None = None  # Any: JSON
    register_as: str | None = None
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


def final_path(output: Output, run_id: str) -> str:
    """Where the files of an output go on its datastore."""
    return checked_folder(output.path.replace(RUN_ID, run_id).replace(OUTPUT_NAME, output.name))


def binding_json(binding: Input | Output) -> dict[str, Any]:  # Any: JSON
    """As REST v1 and a job's plan write it."""
    told = asdict(binding)
    return {**told, "globs": list(told["globs"])} if isinstance(binding, Output) else told


def inputs_of(given: object) -> tuple[Input, ...]:
    """Checked; InvalidArgument names what is wrong."""
    return tuple(_checked_input(_made(Input, one)) for one in _rows(given, "inputs"))


def outputs_of(given: object) -> tuple[Output, ...]:
    """Checked; InvalidArgument names what is wrong."""
    return tuple(_checked_output(_made(Output, one)) for one in _rows(given, "outputs"))


def _rows(given: object, what: str) -> list[Mapping[str, Any]]:
    if not isinstance(given, list | tuple) or not all(isinstance(one, Mapping) for one in given):
        raise InvalidArgument(f"the job's {what!r} must be a list of objects")
    names = [str(one.get("name", "")).lower() for one in given]
    if len(names) > _MOST or len(set(names)) < len(names):
        raise InvalidArgument(f"the job's {what} must have different names, and be at most {_MOST}")
    return list(given)


def _made(kind: type, given: Mapping[str, Any]) -> Any:  # noqa: ANN401  of this kind
    try:
        return kind(**{**given, "globs": tuple(given["globs"])} if "globs" in given else given)
    except TypeError as error:
        raise InvalidArgument(f"a job's {kind.__name__.lower()} has an unknown field, or lacks one: {error}") from error


def _checked_input(one: Input) -> Input:
    _check_common(one)
    if one.mode not in MODES:
        raise InvalidArgument(f"the mode {one.mode!r:.60} of input {one.name} is none of {', '.join(MODES)}")
    if (one.dataset_id is None) == (one.datastore is None):
        raise InvalidArgument(f"the input {one.name} needs either a dataset or a datastore")
    if one.datastore is not None:
        checked_datastore_name(one.datastore)
    checked_folder(one.path)
    return one


def _checked_output(one: Output) -> Output:
    _check_common(one)
    checked_datastore_name(one.datastore)
    final_path(one, "run")
    if one.register_as is not None:
        checked_dataset_name(one.register_as)
    if not all(isinstance(glob, str) for glob in one.globs):
        raise InvalidArgument(f"the patterns of output {one.name} must be texts")
    return one


def _check_common(one: Input | Output) -> None:
    texts = [one.name, one.path, one.datastore or "", one.folder or ""]
    if not all("\0" not in str(text) for text in texts) or not _NAME.fullmatch(one.name):
        raise InvalidArgument(f"{one.name!r:.60} cannot be bound to a job: its name or a path is no plain text")
