"""SDK v1 `azureml.data.data_reference`."""

import copy
import uuid
from importlib import import_module
from typing import Any, Protocol

from azureml.data.abstract_datastore import AbstractDatastore
from azureml.exceptions import UserErrorException

Configuration = Any  # azureml.core.runconfig.DataReferenceConfiguration: core imports data, not back
MODES = ("mount", "download", "upload")


class PathLike(Protocol):
    """A `DataPath`."""

    _datastore: AbstractDatastore

    @property
    def path_on_datastore(self) -> str | None:
        """Below the datastore's root."""
        ...


class Binding(Protocol):
    """A `DataPathComputeBinding`."""

    mode: str
    path_on_compute: str | None
    overwrite: bool


class DataReference:
    """SDK v1 `DataReference`: a path on a datastore, and how a job gets it; as text, the variable with its path."""

    def __init__(
        self,
        datastore: AbstractDatastore,
        data_reference_name: str | None = None,
        path_on_datastore: str | None = None,
        mode: str = "mount",
        path_on_compute: str | None = None,
        overwrite: bool = False,
    ) -> None:
        if mode not in MODES:
            raise UserErrorException(f"the mode {mode!r} of a DataReference is none of {', '.join(MODES)}")
        self.datastore = datastore
        self.data_reference_name = data_reference_name or uuid.uuid4().hex
        self.path_on_datastore = path_on_datastore
        self.mode = mode
        self.path_on_compute = path_on_compute
        self.overwrite = overwrite

    @staticmethod
    def create(
        data_reference_name: str | None = None,
        datapath: "PathLike | None" = None,
        datapath_compute_binding: "Binding | None" = None,
    ) -> "DataReference":
        if datapath is None:
            raise UserErrorException("DataReference.create needs a datapath")
        place = (datapath._datastore, data_reference_name, datapath.path_on_datastore)
        if (binding := datapath_compute_binding) is None:
            return DataReference(*place)
        return DataReference(*place, binding.mode, binding.path_on_compute, binding.overwrite)

    def path(self, path: str | None = None, data_reference_name: str | None = None) -> "DataReference":
        inner = "/".join(part for part in (self.path_on_datastore, path) if part) or None
        how = (self.mode, self.path_on_compute, self.overwrite)
        return DataReference(self.datastore, data_reference_name, inner, *how)

    def as_mount(self) -> "DataReference":
        return self._changed(mode="mount")

    def as_download(self, path_on_compute: str | None = None, overwrite: bool = False) -> "DataReference":
        return self._changed(mode="download", path_on_compute=path_on_compute, overwrite=overwrite)

    def as_upload(self, path_on_compute: str | None = None, overwrite: bool = False) -> "DataReference":
        return self._changed(mode="upload", path_on_compute=path_on_compute, overwrite=overwrite)

    def to_config(self) -> Configuration:
        return import_module("azureml.core.runconfig").DataReferenceConfiguration(
            datastore_name=self.datastore.name,
            mode=self.mode,
            path_on_datastore=self.path_on_datastore,
            path_on_compute=self.path_on_compute,
            overwrite=self.overwrite,
        )

    def _changed(self, **values: object) -> "DataReference":
        changed = copy.copy(self)
        vars(changed).update(values)
        return changed

    def __str__(self) -> str:
        return f"$AZUREML_DATAREFERENCE_{self.data_reference_name}"

    def __repr__(self) -> str:
        return str(self)
