"""Parts of a run configuration that say which data a run reads and writes; SDK v1 names them in `runconfig`."""

from collections.abc import Mapping
from typing import Any, ClassVar

from azureml.core._elements import _AbstractRunConfigElement, filled

Text = str | None
Definition = Mapping[str, Any]  # Any: JSON


class DataReferenceConfiguration(_AbstractRunConfigElement):
    """SDK v1 `DataReferenceConfiguration`: a path on a datastore, mounted, downloaded or uploaded."""

    def __init__(
        self,
        datastore_name: Text = None,
        mode: str = "mount",
        path_on_datastore: Text = None,
        path_on_compute: Text = None,
        overwrite: bool = False,
    ) -> None:
        self.data_store_name = datastore_name
        self.mode = mode
        self.path_on_data_store = path_on_datastore
        self.path_on_compute = path_on_compute
        self.overwrite = overwrite


class Dataset(_AbstractRunConfigElement):
    """SDK v1 `runconfig.Dataset`: a dataset by id, or by name and version."""

    _SPELLED: ClassVar = {"id": "datasetId", "name": "datasetName", "version": "datasetVersion"}

    def __init__(self, dataset_id: Text = None, dataset_name: Text = None, dataset_version: Text = None) -> None:
        self.id = dataset_id
        self.name = dataset_name
        self.version = dataset_version


class DataPath(_AbstractRunConfigElement):
    """SDK v1 `runconfig.DataPath`: a path on a datastore."""

    def __init__(self, datastore_name: Text = None, relative_path: Text = None) -> None:
        self.datastore_name = datastore_name
        self.relative_path = relative_path


class DataLocation(_AbstractRunConfigElement):
    """SDK v1 `DataLocation`: where data is; one of the three."""

    _PARTS: ClassVar = {"dataset": Dataset, "data_path": DataPath}

    def __init__(self, dataset: Dataset | None = None, data_path: DataPath | None = None, uri: object = None) -> None:
        self.dataset = dataset
        self.data_path = data_path
        self.uri = uri


class Data(_AbstractRunConfigElement):
    """SDK v1 `Data`: data that a run reads, and how it gets to it."""

    _PARTS: ClassVar = {"data_location": DataLocation}

    def __init__(
        self,
        data_location: DataLocation | None = None,
        create_output_directories: bool | None = None,
        mechanism: str = "direct",
        environment_variable_name: Text = None,
        path_on_compute: Text = None,
        overwrite: bool = False,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.data_location = data_location
        self.create_output_directories = create_output_directories
        self.mechanism = mechanism
        self.environment_variable_name = environment_variable_name
        self.path_on_compute = path_on_compute
        self.overwrite = overwrite
        self.options = options

    @staticmethod
    def create(data: "Data | Definition | None") -> "Data | None":
        return data if data is None or isinstance(data, Data) else filled(Data(), data)


class GlobsOptions(_AbstractRunConfigElement):
    """SDK v1 `GlobsOptions`: which files of an output are taken."""

    def __init__(self, patterns: list[str] | None = None) -> None:
        self.patterns = patterns


class UploadOptions(_AbstractRunConfigElement):
    """SDK v1 `UploadOptions`: how an output is uploaded at the end."""

    _PARTS: ClassVar = {"source_globs": GlobsOptions}

    def __init__(self, overwrite: bool = False, source_globs: GlobsOptions | None = None) -> None:
        self.overwrite = overwrite
        self.source_globs = source_globs


class MountOptions(_AbstractRunConfigElement):
    """SDK v1 `MountOptions`: how an output is mounted."""

    def __init__(self, disable_metadata_cache: bool = False) -> None:
        self.disable_metadata_cache = disable_metadata_cache


class RegistrationOptions(_AbstractRunConfigElement):
    """SDK v1 `RegistrationOptions`: the dataset that an output becomes when its run is complete."""

    def __init__(
        self,
        name: Text = None,
        description: Text = None,
        tags: Mapping[str, str] | None = None,
        dataset_registration_options: object = None,
    ) -> None:
        self.name = name
        self.description = description
        self.tags = tags
        self.dataset_registration_options = dataset_registration_options


class OutputOptions(_AbstractRunConfigElement):
    """SDK v1 `OutputOptions`: everything else about an output."""

    _PARTS: ClassVar = {
        "registration_options": RegistrationOptions,
        "upload_options": UploadOptions,
        "mount_options": MountOptions,
    }

    def __init__(
        self,
        path_on_compute: Text = None,
        registration_options: RegistrationOptions | None = None,
        upload_options: UploadOptions | None = None,
        mount_options: MountOptions | None = None,
    ) -> None:
        self.path_on_compute = path_on_compute
        self.registration_options = registration_options
        self.upload_options = upload_options
        self.mount_options = mount_options


class OutputData(_AbstractRunConfigElement):
    """SDK v1 `OutputData`: data that a run writes, and where it goes."""

    _PARTS: ClassVar = {"output_location": DataLocation, "additional_options": OutputOptions}

    def __init__(
        self,
        output_location: DataLocation | None = None,
        mechanism: str = "mount",
        additional_options: OutputOptions | None = None,
    ) -> None:
        self.output_location = output_location
        self.mechanism = mechanism
        self.additional_options = additional_options


class DatacacheConfiguration(_AbstractRunConfigElement):
    """SDK v1 `DatacacheConfiguration`: a copy of a dataset that is kept near the compute."""

    def __init__(
        self,
        dataset_id: Text = None,
        datacache_store: Text = None,
        datacache_id: Text = None,
        mode: str = "mount",
        path_on_compute: Text = None,
        replica: object = None,
        failure_fallback: bool = False,
    ) -> None:
        self.dataset_id = dataset_id
        self.datacache_store = datacache_store
        self.datacache_id = datacache_id
        self.mode = mode
        self.path_on_compute = path_on_compute
        self.replica = replica
        self.failure_fallback = failure_fallback

    @staticmethod
    def create(data: "DatacacheConfiguration | Definition | None") -> "DatacacheConfiguration | None":
        if data is None or isinstance(data, DatacacheConfiguration):
            return data
        return filled(DatacacheConfiguration(), data)
