"""SDK v1 `azureml.data.datapath`."""

from azureml.data.abstract_datastore import AbstractDatastore
from azureml.data.data_reference import DataReference
from azureml.exceptions import UserErrorException


class DataPath:
    """SDK v1 `DataPath`: a path on a datastore, however a job may get it."""

    def __init__(
        self, datastore: AbstractDatastore | None = None, path_on_datastore: str | None = None, name: str | None = None
    ) -> None:
        if datastore is None:
            raise UserErrorException("a DataPath needs a datastore")
        self._datastore = datastore
        self._path_on_datastore = path_on_datastore
        self._name = name

    @property
    def datastore_name(self) -> str:
        return self._datastore.name

    @property
    def path_on_datastore(self) -> str | None:
        return self._path_on_datastore

    @staticmethod
    def create_from_data_reference(data_reference: DataReference) -> "DataPath":
        return DataPath(data_reference.datastore, data_reference.path_on_datastore, data_reference.data_reference_name)

    def create_data_reference(
        self,
        data_reference_name: str | None = None,
        datapath_compute_binding: "DataPathComputeBinding | None" = None,
    ) -> DataReference:
        return DataReference.create(data_reference_name or self._name, self, datapath_compute_binding)


class DataPathComputeBinding:
    """SDK v1 `DataPathComputeBinding`: how a job gets a path."""

    def __init__(self, mode: str = "mount", path_on_compute: str | None = None, overwrite: bool = False) -> None:
        self.mode = mode
        self.path_on_compute = path_on_compute
        self.overwrite = overwrite

    @staticmethod
    def create_from_data_reference(data_reference: DataReference) -> "DataPathComputeBinding":
        return DataPathComputeBinding(data_reference.mode, data_reference.path_on_compute, data_reference.overwrite)

    def create_data_reference(
        self, data_reference_name: str | None = None, datapath: DataPath | None = None
    ) -> DataReference:
        return DataReference.create(data_reference_name, datapath, self)
