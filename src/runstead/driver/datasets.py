"""A job's data: fetched before the script starts, sent to its datastores when it has ended."""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from runstead.client import caches, datasets, datastores
from runstead.client.artifacts import files_below
from runstead.client.runs import change_run
from runstead.client.sources import DataFile, files_of
from runstead.client.storages import RemoteFile, Storage, storage_of
from runstead.client.workspaces import Workspace
from runstead.domain.bindings import (
    DIRECT,
    INPUT,
    MOUNT,
    OUTPUT,
    OUTPUT_PROPERTY,
    Input,
    Output,
    final_path,
    inputs_of,
    outputs_of,
)
from runstead.domain.datasets import FILE, Definition, is_one_file
from runstead.domain.datastores import checked_folder, joined
from runstead.domain.errors import RunsteadError, Unavailable
from runstead.domain.globs import matches
from runstead.domain.plans import CANCEL, DATA, EXIT, PREPARE_LOG, RELEASE_LOG
from runstead.driver.connections import Link
from runstead.driver.jobs import JobFolder
from runstead.driver.processes import NOT_STARTED

_SERVER_PATIENCE_S = 60.0


class Prepared(NamedTuple):
    """Variables for the script, and what takes the place of the names of inputs and outputs in its arguments."""

    variables: Mapping[str, str]
    placed: Mapping[str, str]


class _Canceled(RunsteadError):
    """Somebody asked the job to end while its data was fetched."""


def prepare(folder: JobFolder, variables: Mapping[str, str]) -> Prepared | None:
    """Fetches every input and makes the folders of outputs; None, and exit.json says why, if that cannot be done."""
    link = Link(folder.plan)
    inputs, outputs = inputs_of(folder.plan.inputs), outputs_of(folder.plan.outputs)
    try:
        places = {one.name: _bring(link, folder, one) for one in inputs}
        for one in outputs:
            output_folder(folder, one).mkdir(parents=True, exist_ok=True)
            _note(folder, PREPARE_LOG, f"The output {one.name} is the folder {output_folder(folder, one)}")
    except (RunsteadError, OSError) as error:
        said = "the job was canceled" if isinstance(error, _Canceled) else str(error)
        _note(folder, PREPARE_LOG, f"The data could not be prepared: {said}")
        folder.write(EXIT, {"exit_code": NOT_STARTED, "error": said, "ended_at": time.time()})
        return None
    written = {one.name: str(output_folder(folder, one)) for one in outputs}
    return Prepared(
        _variables(places, written, inputs, taken=variables),
        {
            **{f"{INPUT}{name}": place for name, place in places.items()},
            **{f"{OUTPUT}{name}": place for name, place in written.items()},
        },
    )


def output_folder(folder: JobFolder, output: Output) -> Path:
    """Where the script writes an output."""
    return _folder(folder, output)


def send_outputs(link: Link, folder: JobFolder, *, is_completed: bool, until: float) -> list[str]:
    """Sends every output to its datastore and registers it if the run is completed; one sentence for what went wrong.

    Sending again what is there is fine. Raises Unavailable after `until`.
    """
    wrong = []
    for output in outputs_of(folder.plan.outputs):
        try:
            link.insist(partial(_send, folder=folder, output=output, is_completed=is_completed), until=until)
        except Unavailable:
            raise
        except RunsteadError as error:
            wrong.append(f"The output {output.name} was not kept: {error.message}")
            _note(folder, RELEASE_LOG, wrong[-1])
    return wrong


def _bring(link: Link, folder: JobFolder, one: Input) -> str:
    """What the script is given for an input: an id or a path."""
    until = time.monotonic() + _SERVER_PATIENCE_S
    if one.mode == DIRECT:
        _note(folder, PREPARE_LOG, f"The input {one.name} is the dataset {one.dataset_id}")
        return one.dataset_id or ""
    definition = _definition(link, one, until=until)
    found = link.insist(partial(_found, definition=definition), until=until)
    files = [replace(file, storage=_Stoppable(file.storage, folder.path / CANCEL)) for file in found]
    target = _folder(folder, one)
    if one.folder is None:
        shutil.rmtree(target, ignore_errors=True)  # of a driver that died while it fetched
    target.mkdir(parents=True, exist_ok=True)
    cache = caches.data_cache(Path(folder.plan.home or folder.path))
    began = time.monotonic()
    paths = link.insist(lambda _: _put(files, target, one.mode, overwrite=one.overwrite, cache=cache), until=until)
    size_bytes = sum(path.stat().st_size for path in paths)
    took_s = time.monotonic() - began
    place = paths[0] if is_one_file(definition, [file.remote.path for file in files]) else target
    what = f"{len(paths)} files with {size_bytes} bytes, {one.mode}, in {took_s:.3f} s"
    _note(folder, PREPARE_LOG, f"The input {one.name} is at {place}: {what}")
    return str(place)


def _put(files: Sequence[DataFile], target: Path, mode: str, *, overwrite: bool, cache: Path) -> list[Path]:
    if mode == MOUNT:
        return caches.mount(files, target, cache=cache)
    return caches.download(files, target, overwrite=overwrite, same_is_fine=True, cache=cache)


def _definition(link: Link, one: Input, *, until: float) -> Definition:
    if one.dataset_id is not None:
        record = link.insist(partial(datasets.load_dataset, dataset_id=one.dataset_id), until=until)
        found: Definition = record["definition"]
        return found
    source = {"datastore": one.datastore, "path": checked_folder(one.path)}
    return {"kind": FILE, "sources": [source], "format": None, "partition_format": None, "steps": []}


def _found(workspace: Workspace, *, definition: Definition) -> Sequence[DataFile]:
    return files_of(definition, partial(_storage, workspace))


def _storage(workspace: Workspace, name: str) -> Storage:
    return storage_of(workspace, datastores.load_datastore(workspace, name))


def _folder(folder: JobFolder, one: Input | Output) -> Path:
    """A folder that was asked for is taken from the script's own; without one it is in the job's folder."""
    return folder.path / DATA / one.name if one.folder is None else folder.work / one.folder


def _variables(
    places: Mapping[str, str], written: Mapping[str, str], inputs: Sequence[Input], *, taken: Mapping[str, str]
) -> dict[str, str]:
    """As SDK v1 names them. A name that is a variable already, such as PATH, is not touched."""
    found: dict[str, str] = {}
    for name, place in {**places, **written}.items():
        kind = "INPUT" if name in places else "OUTPUT"
        found |= {f"AZUREML_DATAREFERENCE_{name}": place, f"AZURE_ML_{kind}_{name}": place}
        found |= {plain: place for plain in (name, name.upper()) if plain not in taken}
    told = ",".join(f"{one.name}:{one.mode}" for one in inputs if one.dataset_id is not None)
    return {
        **found,
        **({"AZUREML_DATASET_ENVIRONMENT_VARS": told} if told else {}),
        **({"AZUREML_DATASET_FILE_OUTPUTS": ";".join(written)} if written else {}),
    }


def _send(workspace: Workspace, *, folder: JobFolder, output: Output, is_completed: bool) -> None:
    run_id = folder.plan.run_id
    root = final_path(output, run_id)
    storage = _storage(workspace, output.datastore)
    place = output_folder(folder, output)
    found = files_below(place) if place.is_dir() else {}
    sent = skipped = 0
    for path, file in found.items():
        if output.globs and not any(matches(path, glob) for glob in output.globs):
            continue
        if storage.put(joined(root, path), file, overwrite=output.overwrite):
            sent += 1
        else:
            skipped += 1
    left = f", {skipped} that were there already stay" if skipped else ""
    _note(folder, RELEASE_LOG, f"Sent {sent} files of the output {output.name} to {output.datastore}/{root}{left}")
    if output.definition is not None and sent + skipped:
        _keep(workspace, folder, output, root, is_completed=is_completed)


def _keep(workspace: Workspace, folder: JobFolder, output: Output, root: str, *, is_completed: bool) -> None:
    """Save what was sent as a dataset, and register it if that was asked for."""
    definition = {**(output.definition or {}), "sources": [{"datastore": output.datastore, "path": root}]}
    if output.register_as is not None and is_completed:
        said = {"description": output.description, "tags": dict(output.tags)}
        record = datasets.register_dataset(workspace, output.register_as, definition, create_new_version=True, **said)
        _note(folder, RELEASE_LOG, f"The output {output.name} is dataset {record['name']}, version {record['version']}")
    else:
        record = datasets.save_dataset(workspace, definition)
    properties = {f"{OUTPUT_PROPERTY}{output.name}": record["dataset_id"]}
    change_run(workspace, folder.plan.run_id, properties=properties)


@dataclass(frozen=True)
class _Stoppable:
    """A storage that stops between pieces when the job is to end."""

    storage: Storage
    cancel: Path

    def files(self, prefix: str) -> Sequence[RemoteFile]:
        return self.storage.files(prefix)

    def pieces(self, path: str) -> Iterator[bytes]:
        for piece in self.storage.pieces(path):
            if self.cancel.exists():
                raise _Canceled("the job was canceled")
            yield piece

    def put(self, path: str, file: Path, *, overwrite: bool) -> bool:
        return self.storage.put(path, file, overwrite=overwrite)


def _note(folder: JobFolder, log: str, text: str) -> None:
    stamp = time.strftime("[%Y-%m-%dT%H:%M:%SZ]", time.gmtime())
    folder.append(log, f"{stamp} {text}\n")
