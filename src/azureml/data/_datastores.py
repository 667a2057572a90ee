"""From what the server keeps of a datastore to the object of SDK v1."""

from azureml.data._elsewhere import OF_TYPE
from azureml.data._homes import Home
from azureml.data.abstract_datastore import AbstractDatastore
from azureml.data.azure_storage_datastore import AzureBlobDatastore, AzureFileDatastore
from azureml.exceptions import UserErrorException
from runstead.client import datastores
from runstead.client.connection import Json
from runstead.domain.datastores import FILE_STORE, OWN
from runstead.domain.errors import NotFound

ACCOUNT = "runstead"  # where Azure has the name of a storage account


def datastore_of(workspace: Home, record: Json) -> AbstractDatastore:
    """The object that fits the datastore's kind."""
    name, kind, settings = record["name"], record["kind"], dict(record["settings"])
    if kind == OWN and name == FILE_STORE:
        return AzureFileDatastore(workspace, name, f"azureml-filestore-{workspace.name}", ACCOUNT)
    if kind == OWN:
        return AzureBlobDatastore(workspace, name, f"azureml-blobstore-{workspace.name}", ACCOUNT)
    if kind == "AzureBlob":
        return AzureBlobDatastore(workspace, name, **settings)
    if kind == "AzureFile":
        return AzureFileDatastore(workspace, name, **settings)
    return OF_TYPE[kind]._of(workspace, name, settings)


def load(workspace: Home, name: str | None) -> AbstractDatastore:
    """The datastore of this name, or the workspace's default; UserErrorException if there is none."""
    try:
        record = (
            datastores.load_default(workspace._place)
            if name is None
            else datastores.load_datastore(workspace._place, name)
        )
    except NotFound as error:
        raise UserErrorException(error.message) from error
    return datastore_of(workspace, record)


def listed(workspace: Home) -> dict[str, AbstractDatastore]:
    """All datastores of a workspace, by name."""
    return {one["name"]: datastore_of(workspace, one) for one in datastores.list_datastores(workspace._place)}
