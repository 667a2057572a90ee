"""SDK v1 `azureml.data.azure_storage_datastore`: datastores that hold files."""

from collections.abc import Sequence
from pathlib import Path

from azureml._errors import speaks_v1
from azureml.data._homes import Home
from azureml.data.abstract_datastore import AbstractDatastore
from azureml.data.data_reference import DataReference
from runstead.client import datastores, transfers
from runstead.client.storages import Storage, storage_of

ENDPOINT = "core.windows.net"


@speaks_v1
class AbstractAzureStorageDatastore(AbstractDatastore):
    """SDK v1 `AbstractAzureStorageDatastore`: files by path, sent and fetched by the calling process."""

    def __init__(
        self,
        workspace: Home,
        name: str,
        datastore_type: str,
        container_name: str | None,
        account_name: str | None,
        sas_token: str | None = None,
        account_key: str | None = None,
        protocol: str | None = None,
        endpoint: str | None = None,
    ) -> None:
        super().__init__(workspace, name, datastore_type)
        self.container_name = container_name
        self.account_name = account_name
        given = {"sas_token": sas_token, "account_key": account_key}
        self._secrets = {key: value for key, value in given.items() if value} or None
        self.protocol = protocol or "https"
        self.endpoint = endpoint or ENDPOINT

    @property
    def account_key(self) -> str | None:
        return self._credentials().get("account_key")

    @property
    def sas_token(self) -> str | None:
        return self._credentials().get("sas_token")

    @property
    def credential_type(self) -> str:
        return "AccountKey" if self.account_key else "Sas" if self.sas_token else "None"

    @property
    def is_sas(self) -> bool:
        return self.credential_type == "Sas"

    def path(self, path: str | None = None, data_reference_name: str | None = None) -> DataReference:
        return DataReference(datastore=self, data_reference_name=data_reference_name, path_on_datastore=path)

    def as_download(self, path_on_compute: str | None = None) -> DataReference:
        return self.path().as_download(path_on_compute)

    def as_upload(self, path_on_compute: str | None = None) -> DataReference:
        return self.path().as_upload(path_on_compute)

    def as_mount(self) -> DataReference:
        return self.path().as_mount()

    def upload(
        self, src_dir: str, target_path: str | None = None, overwrite: bool = False, show_progress: bool = True
    ) -> DataReference:
        sent = transfers.folder_uploads(src_dir, target_path)
        transfers.upload(self._storage(), sent, overwrite=overwrite, tell=_tell(show_progress))
        return self.path(target_path)

    def upload_files(
        self,
        files: Sequence[str],
        relative_root: str | None = None,
        target_path: str | None = None,
        overwrite: bool = False,
        show_progress: bool = True,
    ) -> DataReference:
        sent = transfers.file_uploads(files, relative_root, target_path)
        transfers.upload(self._storage(), sent, overwrite=overwrite, tell=_tell(show_progress))
        return self.path(target_path)

    def download(
        self, target_path: str, prefix: str | None = None, overwrite: bool = False, show_progress: bool = True
    ) -> int:
        storage = self._storage()
        files = storage.files((prefix or "").lstrip("/"))
        tell = _tell(show_progress)
        return len(transfers.download(storage, files, Path(target_path), overwrite=overwrite, tell=tell))

    def _credentials(self) -> dict[str, str]:
        """What the server keeps sealed; asked for when somebody looks, and shown by nothing else."""
        if self._secrets is None:
            self._secrets = datastores.load_secrets(self._workspace._place, self._name)
        return self._secrets

    def _storage(self) -> Storage:
        return storage_of(self._workspace._place, self._record())


@speaks_v1
class AzureBlobDatastore(AbstractAzureStorageDatastore):
    """SDK v1 `AzureBlobDatastore`; also the class of `workspaceblobstore`, whose files are on your server."""

    def __init__(
        self,
        workspace: Home,
        name: str,
        container_name: str | None,
        account_name: str | None,
        sas_token: str | None = None,
        account_key: str | None = None,
        protocol: str | None = None,
        endpoint: str | None = None,
        request_session: object = None,
        workspace_msi_has_access: bool = False,
        subscription_id: str | None = None,
        resource_group: str | None = None,
        service_data_access_auth_identity: str | None = None,
    ) -> None:
        super().__init__(
            workspace, name, "AzureBlob", container_name, account_name, sas_token, account_key, protocol, endpoint
        )
        self.workspace_msi_has_access = workspace_msi_has_access
        self.subscription_id = subscription_id
        self.resource_group = resource_group
        self.service_data_access_auth_identity = service_data_access_auth_identity
        self.blob_service = None


@speaks_v1
class AzureFileDatastore(AbstractAzureStorageDatastore):
    """SDK v1 `AzureFileDatastore`; also the class of `workspacefilestore`, whose files are on your server."""

    def __init__(
        self,
        workspace: Home,
        name: str,
        container_name: str | None,
        account_name: str | None,
        sas_token: str | None = None,
        account_key: str | None = None,
        protocol: str | None = None,
        endpoint: str | None = ENDPOINT,
        request_session: object = None,
    ) -> None:
        super().__init__(
            workspace, name, "AzureFile", container_name, account_name, sas_token, account_key, protocol, endpoint
        )
        self.file_service = None


def _tell(show_progress: bool) -> transfers.Tell:
    return print if show_progress else _nothing


def _nothing(_line: str) -> None:
    """Progress that nobody asked for."""
