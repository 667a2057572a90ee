"""Datastores that this version keeps the settings of and cannot reach; SDK v1 has a module for each kind."""

from azureml.data._homes import Home
from azureml.data.abstract_datastore import AbstractDatastore


class _RegisteredDatastore(AbstractDatastore):
    """A datastore as it was registered: its settings are attributes."""

    _TYPE = ""

    @classmethod
    def _of(cls, workspace: Home, name: str, settings: dict[str, str | None]) -> "_RegisteredDatastore":
        made = cls(workspace, name, cls._TYPE)
        vars(made).update({key: value for key, value in settings.items() if key.isidentifier()})
        return made


class AzureDataLakeDatastore(_RegisteredDatastore):
    """SDK v1 `AzureDataLakeDatastore`."""

    _TYPE = "AzureDataLake"


class AzureDataLakeGen2Datastore(_RegisteredDatastore):
    """SDK v1 `AzureDataLakeGen2Datastore`."""

    _TYPE = "AzureDataLakeGen2"


class AzureSqlDatabaseDatastore(_RegisteredDatastore):
    """SDK v1 `AzureSqlDatabaseDatastore`."""

    _TYPE = "AzureSqlDatabase"


class AzurePostgreSqlDatastore(_RegisteredDatastore):
    """SDK v1 `AzurePostgreSqlDatastore`."""

    _TYPE = "AzurePostgreSql"


class AzureMySqlDatastore(_RegisteredDatastore):
    """SDK v1 `AzureMySqlDatastore`."""

    _TYPE = "AzureMySql"


class DBFSDatastore(_RegisteredDatastore):
    """SDK v1 `DBFSDatastore`."""

    _TYPE = "DBFS"


class HDFSDatastore(_RegisteredDatastore):
    """SDK v1 `HDFSDatastore`."""

    _TYPE = "HDFS"


OF_TYPE = {kind._TYPE: kind for kind in _RegisteredDatastore.__subclasses__()}
