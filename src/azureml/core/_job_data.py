"""The data of a submission: what arguments and run configuration name, as inputs and outputs of the job."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from azureml.core._data_sections import (
    Data,
    DataLocation,
    DataReferenceConfiguration,
    Dataset,
    GlobsOptions,
    OutputData,
    OutputOptions,
    RegistrationOptions,
    UploadOptions,
)
from azureml.core._data_sections import DataPath as PathSection
from azureml.core.runconfig import RunConfiguration
from azureml.core.workspace import Workspace
from azureml.data.abstract_dataset import AbstractDataset
from azureml.data.data_reference import DataReference
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.data.output_dataset_config import OutputDatasetConfig, OutputFileDatasetConfig
from azureml.exceptions import UserErrorException
from runstead.client import datasets
from runstead.domain.bindings import Input, Output
from runstead.domain.datasets import FILE
from runstead.domain.datastores import BLOB_STORE

UPLOAD = "upload"
PLAIN_FILES: Mapping[str, object] = {"kind": FILE, "sources": [], "format": None, "partition_format": None, "steps": []}
Text = str | None


class JobData(NamedTuple):
    """What the job reads and writes, and the sections of the run definition that show it."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    sections: Mapping[str, Any]  # Any: elements of a run configuration


def job_data(run_config: RunConfiguration, arguments: Iterable[object], workspace: Workspace) -> JobData:
    """Everything that the arguments (or the parts of a command) and the run configuration name; each name once."""
    data, outputs = dict(run_config.data), dict(run_config.output_data)
    references = dict(run_config.data_references)
    becomes: dict[str, OutputFileDatasetConfig] = {}
    for given in arguments:
        if isinstance(given, DatasetConsumptionConfig):
            data[given.name] = _data_of(given, workspace)
        elif isinstance(given, OutputFileDatasetConfig):
            outputs[given.name], becomes[given.name] = _output_of(given), given
        elif isinstance(given, DataReference):
            references[given.data_reference_name] = given.to_config()
    read = [_input(name, one, workspace) for name, one in data.items()]
    written = [_output(name, one, becomes.get(name)) for name, one in outputs.items()]
    referred = [_reference(name, one) for name, one in references.items()]
    return JobData(
        inputs=(*read, *(one for one in referred if isinstance(one, Input))),
        outputs=(*written, *(one for one in referred if isinstance(one, Output))),
        sections={"data": data, "output_data": outputs, "data_references": references},
    )


def text_of(argument: object) -> str:
    """What stands for an argument on the command line."""
    if isinstance(argument, AbstractDataset):
        raise UserErrorException(
            f"a {type(argument).__name__} cannot be an argument by itself; give its as_named_input('name'), with "
            "as_mount() or as_download() if the script needs files"
        )
    if isinstance(argument, DatasetConsumptionConfig | OutputDatasetConfig):
        return argument.arg_val
    return str(argument)


def _data_of(given: DatasetConsumptionConfig, workspace: Workspace) -> Data:
    if isinstance(given.dataset, AbstractDataset):
        section = Dataset(given.dataset._saved_in(workspace), given.dataset.name, _as_text(given.dataset.version))
    else:
        raise UserErrorException(f"the input {given.name!r} needs a dataset, not {given.dataset!r}")
    return Data(DataLocation(section), None, given.mode, given.name, given.path_on_compute)


def _output_of(given: OutputFileDatasetConfig) -> OutputData:
    datastore, path = given._place()
    registered = given._registration
    options = OutputOptions(
        path_on_compute=given.source,
        registration_options=RegistrationOptions(**registered) if registered else None,
        upload_options=UploadOptions(given._overwrite, GlobsOptions(list(given._globs)) if given._globs else None),
    )
    return OutputData(DataLocation(data_path=PathSection(datastore, path)), given.mode, options)


def _input(name: str, one: object, workspace: Workspace) -> Input:
    data = Data.create(one)  # type: ignore[arg-type]  # a Data, or what a file says of one
    location = None if data is None else data.data_location
    if data is None or location is None:
        raise UserErrorException(f"the data {name!r} of the run configuration says no data_location")
    common: Any = {"mode": data.mechanism.lower(), "folder": data.path_on_compute, "overwrite": bool(data.overwrite)}
    if location.data_path is not None:
        path = location.data_path
        return Input(name, datastore=path.datastore_name, path=path.relative_path or "", **common)
    section = location.dataset
    if section is None:
        raise UserErrorException(f"the data {name!r} of the run configuration names no dataset and no path")
    return Input(name, dataset_id=section.id or _id_of(section, workspace), **common)


def _id_of(section: Dataset, workspace: Workspace) -> str:
    wanted = section.version
    version = None if wanted in (None, "latest") else int(str(wanted))
    return str(datasets.load_registered(workspace._place, section.name or "", version)["dataset_id"])


def _output(name: str, one: Any, given: OutputFileDatasetConfig | None) -> Output:  # noqa: ANN401  as for _input
    options = one.additional_options or OutputOptions()
    path = None if one.output_location is None else one.output_location.data_path
    upload = options.upload_options
    registered = options.registration_options
    globs = [] if upload is None or upload.source_globs is None else upload.source_globs.patterns or []
    return Output(
        name,
        datastore=BLOB_STORE if path is None else path.datastore_name,
        path="dataset/{run-id}/{output-name}" if path is None else path.relative_path,
        folder=options.path_on_compute,
        overwrite=one.mechanism.lower() != UPLOAD or upload is None or bool(upload.overwrite),
        globs=tuple(globs),
        definition=PLAIN_FILES if given is None else given._becomes(),
        register_as=None if registered is None else registered.name,
        description=None if registered is None else registered.description,
        tags={} if registered is None else dict(registered.tags or {}),
    )


def _reference(name: str, one: object) -> Input | Output:
    section = one.to_config() if isinstance(one, DataReference) else one
    if not isinstance(section, DataReferenceConfiguration):
        raise UserErrorException(f"the data reference {name!r} must be a DataReference or its to_config(), not {one!r}")
    place: Any = {"datastore": section.data_store_name, "path": section.path_on_data_store or ""}
    folder = section.path_on_compute
    if section.mode == UPLOAD:
        return Output(name, **place, folder=folder, overwrite=bool(section.overwrite))
    return Input(name, **place, mode=section.mode, folder=folder, overwrite=bool(section.overwrite))


def _as_text(version: object) -> Text:
    return None if version is None else str(version)
