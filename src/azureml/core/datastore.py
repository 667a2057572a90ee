"""SDK v1 `azureml.core.datastore`."""

from collections.abc import Mapping
from typing import Any

from azureml._errors import speaks_v1
from azureml.core.workspace import Workspace
from azureml.data import _datastores
from azureml.data.abstract_datastore import AbstractDatastore
from azureml.data.azure_storage_datastore import AzureBlobDatastore, AzureFileDatastore
from azureml.exceptions import UserErrorException
from runstead.client import datastores
from runstead.client.storages import ensure_container
from runstead.domain.errors import Conflict

Text = str | None
Store = Any  # SDK v1 answers objects of many classes here


@speaks_v1
class Datastore:
    """SDK v1 `Datastore`: constructing one gives the datastore of that name, of whatever class it is."""

    def __new__(cls, workspace: Workspace, name: Text = None) -> Store:
        return _datastores.load(workspace, name)

    def __init__(self, workspace: Workspace, name: Text = None) -> None:
        """Not reached: `__new__` gives another class, which has these attributes."""
        self.workspace = workspace
        self.name = name

    @staticmethod
    def get(workspace: Workspace, datastore_name: str) -> Store:
        return _datastores.load(workspace, datastore_name)

    @staticmethod
    def get_default(workspace: Workspace) -> Store:
        return _datastores.load(workspace, None)

    def set_as_default(self) -> None:
        raise UserErrorException("get the datastore first: Datastore.get(workspace, name).set_as_default()")

    def unregister(self) -> None:
        raise UserErrorException("get the datastore first: Datastore.get(workspace, name).unregister()")

    @staticmethod
    def register_azure_blob_container(
        workspace: Workspace,
        datastore_name: str,
        container_name: str,
        account_name: str,
        sas_token: Text = None,
        account_key: Text = None,
        protocol: Text = None,
        endpoint: Text = None,
        overwrite: bool = False,
        create_if_not_exists: bool = False,
        skip_validation: bool = False,
        blob_cache_timeout: int | None = None,
        grant_workspace_access: bool = False,
        subscription_id: Text = None,
        resource_group: Text = None,
    ) -> AzureBlobDatastore:
        settings = {
            "container_name": container_name,
            "account_name": account_name,
            "protocol": protocol,
            "endpoint": endpoint,
            "subscription_id": subscription_id,
            "resource_group": resource_group,
        }
        secrets = {"sas_token": sas_token, "account_key": account_key}
        made: AzureBlobDatastore = _register(workspace, datastore_name, "AzureBlob", settings, secrets, overwrite)
        if create_if_not_exists:
            ensure_container(workspace._place, made._record())
        return made

    @staticmethod
    def register_azure_file_share(
        workspace: Workspace,
        datastore_name: str,
        file_share_name: str,
        account_name: str,
        sas_token: Text = None,
        account_key: Text = None,
        protocol: Text = None,
        endpoint: Text = None,
        overwrite: bool = False,
        create_if_not_exists: bool = False,
        skip_validation: bool = False,
    ) -> AzureFileDatastore:
        settings = {
            "container_name": file_share_name,
            "account_name": account_name,
            "protocol": protocol,
            "endpoint": endpoint,
        }
        secrets = {"sas_token": sas_token, "account_key": account_key}
        made: AzureFileDatastore = _register(workspace, datastore_name, "AzureFile", settings, secrets, overwrite)
        return made

    @staticmethod
    def register_azure_data_lake(
        workspace: Workspace,
        datastore_name: str,
        store_name: str,
        tenant_id: Text = None,
        client_id: Text = None,
        client_secret: Text = None,
        resource_url: Text = None,
        authority_url: Text = None,
        subscription_id: Text = None,
        resource_group: Text = None,
        overwrite: bool = False,
        grant_workspace_access: bool = False,
    ) -> Store:
        settings = {
            "store_name": store_name,
            "tenant_id": tenant_id,
            "client_id": client_id,
            "resource_url": resource_url,
            "authority_url": authority_url,
            "subscription_id": subscription_id,
            "resource_group": resource_group,
        }
        secrets = {"client_secret": client_secret}
        return _register(workspace, datastore_name, "AzureDataLake", settings, secrets, overwrite)

    @staticmethod
    def register_azure_data_lake_gen2(
        workspace: Workspace,
        datastore_name: str,
        filesystem: str,
        account_name: str,
        tenant_id: Text = None,
        client_id: Text = None,
        client_secret: Text = None,
        resource_url: Text = None,
        authority_url: Text = None,
        protocol: Text = None,
        endpoint: Text = None,
        overwrite: bool = False,
        subscription_id: Text = None,
        resource_group: Text = None,
        grant_workspace_access: bool = False,
    ) -> Store:
        settings = {
            "container_name": filesystem,
            "account_name": account_name,
            "tenant_id": tenant_id,
            "client_id": client_id,
            "resource_url": resource_url,
            "authority_url": authority_url,
            "protocol": protocol,
            "endpoint": endpoint,
            "subscription_id": subscription_id,
            "resource_group": resource_group,
        }
        secrets = {"client_secret": client_secret}
        return _register(workspace, datastore_name, "AzureDataLakeGen2", settings, secrets, overwrite)

    @staticmethod
    def register_azure_sql_database(
        workspace: Workspace,
        datastore_name: str,
        server_name: str,
        database_name: str,
        tenant_id: Text = None,
        client_id: Text = None,
        client_secret: Text = None,
        resource_url: Text = None,
        authority_url: Text = None,
        endpoint: Text = None,
        overwrite: bool = False,
        username: Text = None,
        password: Text = None,
        subscription_id: Text = None,
        resource_group: Text = None,
        grant_workspace_access: bool = False,
        **kwargs: object,
    ) -> Store:
        settings = {
            "server_name": server_name,
            "database_name": database_name,
            "tenant_id": tenant_id,
            "client_id": client_id,
            "resource_url": resource_url,
            "authority_url": authority_url,
            "endpoint": endpoint,
            "username": username,
            "subscription_id": subscription_id,
            "resource_group": resource_group,
        }
        secrets = {"client_secret": client_secret, "password": password}
        return _register(workspace, datastore_name, "AzureSqlDatabase", settings, secrets, overwrite)

    @staticmethod
    def register_azure_postgre_sql(
        workspace: Workspace,
        datastore_name: str,
        server_name: str,
        database_name: str,
        user_id: str,
        user_password: str,
        port_number: Text = None,
        endpoint: Text = None,
        overwrite: bool = False,
        enforce_ssl: bool = True,
        **kwargs: object,
    ) -> Store:
        settings = {
            "server_name": server_name,
            "database_name": database_name,
            "user_id": user_id,
            "port_number": port_number,
            "endpoint": endpoint,
            "enforce_ssl": str(enforce_ssl),
        }
        secrets = {"user_password": user_password}
        return _register(workspace, datastore_name, "AzurePostgreSql", settings, secrets, overwrite)

    @staticmethod
    def register_azure_my_sql(
        workspace: Workspace,
        datastore_name: str,
        server_name: str,
        database_name: str,
        user_id: str,
        user_password: str,
        port_number: Text = None,
        endpoint: Text = None,
        overwrite: bool = False,
        **kwargs: object,
    ) -> Store:
        settings = {
            "server_name": server_name,
            "database_name": database_name,
            "user_id": user_id,
            "port_number": port_number,
            "endpoint": endpoint,
        }
        secrets = {"user_password": user_password}
        return _register(workspace, datastore_name, "AzureMySql", settings, secrets, overwrite)

    @staticmethod
    def register_dbfs(workspace: Workspace, datastore_name: str) -> Store:
        return _register(workspace, datastore_name, "DBFS", {}, {}, False)

    @staticmethod
    def register_hdfs(
        workspace: Workspace,
        datastore_name: str,
        protocol: str,
        namenode_address: str,
        hdfs_server_certificate: Text,
        kerberos_realm: str,
        kerberos_kdc_address: str,
        kerberos_principal: str,
        kerberos_keytab: Text = None,
        kerberos_password: Text = None,
        overwrite: bool = False,
    ) -> Store:
        settings = {
            "protocol": protocol,
            "namenode_address": namenode_address,
            "kerberos_realm": kerberos_realm,
            "kerberos_kdc_address": kerberos_kdc_address,
            "kerberos_principal": kerberos_principal,
        }
        secrets = {"kerberos_keytab": kerberos_keytab, "kerberos_password": kerberos_password}
        return _register(workspace, datastore_name, "HDFS", settings, secrets, overwrite)


def _register(
    workspace: Workspace,
    name: str,
    kind: str,
    settings: Mapping[str, Text],
    secrets: Mapping[str, Text],
    overwrite: bool,
) -> Store:
    try:
        record = datastores.register_datastore(
            workspace._place,
            name,
            kind=kind,
            settings={key: value for key, value in settings.items() if value is not None},
            secrets={key: value for key, value in secrets.items() if value},
            overwrite=overwrite,
        )
    except Conflict as error:
        raise UserErrorException(error.message) from error
    made: AbstractDatastore = _datastores.datastore_of(workspace, record)
    return made
