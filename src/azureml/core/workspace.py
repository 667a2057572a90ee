"""SDK v1 `azureml.core.workspace`."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import runstead
from azureml import core
from azureml._errors import speaks_v1
from azureml._later import Absent, not_yet
from azureml._versions import SDK_VERSION
from azureml.core import _config_files as config_files
from azureml.core._labels import tags_of
from azureml.data import _datastores
from azureml.exceptions import UserErrorException, WorkspaceException
from runstead.client import config, datastores, experiments, local, runs, workspaces
from runstead.client.connection import Connection, Json
from runstead.domain.errors import NotFound
from runstead.domain.workspaces import DEFAULT_WORKSPACE

ARM_TYPE = "Microsoft.MachineLearningServices/workspaces"
NETWORK, CREDENTIALS, RESOURCES = (
    "it is about Azure's network",
    "it is about Azure's credentials",
    "it is about Azure's resources",
)
PATIENCE_S = 10.0  # for a server that is just restarting
Store = Any  # a datastore or dataset of whatever class, as in SDK v1
log = logging.getLogger(__name__)


@speaks_v1
class Workspace:
    """SDK v1 `Workspace`: a namespace of a Runstead server, made when it is first named."""

    DEFAULT_CPU_CLUSTER_NAME = "cpu-cluster"
    DEFAULT_GPU_CLUSTER_NAME = "gpu-cluster"

    add_private_endpoint = Absent(NETWORK)
    delete_private_endpoint_connection = Absent(NETWORK)
    private_endpoints = Absent(NETWORK)
    get_connection = Absent(CREDENTIALS)
    set_connection = Absent(CREDENTIALS)
    list_connections = Absent(CREDENTIALS)
    delete_connection = Absent(CREDENTIALS)
    list_keys = Absent(CREDENTIALS)
    sync_keys = Absent(CREDENTIALS)
    diagnose_workspace = Absent(RESOURCES)
    update_dependencies = Absent(RESOURCES)
    linked_services = Absent(RESOURCES)
    service_context = Absent(RESOURCES)
    images = Absent("SDK v1 itself has retired it")

    def __init__(
        self,
        subscription_id: str | None,
        resource_group: str | None,
        workspace_name: str,
        auth: object = None,
        sku: str = "basic",
        tags: Mapping[str, str] | None = None,
    ) -> None:
        identity = {"subscription_id": subscription_id, "resource_group": resource_group}
        self._settings = config.from_environment()
        self._place = workspaces.Workspace(local.connect(self._settings, patience_s=PATIENCE_S), workspace_name)
        self._record = (
            workspaces.load_workspace(self._place)  # a job's token may not make one
            if self._settings.in_job
            else workspaces.ensure_workspace(self._place, identity=identity)
        )
        self._sku = sku
        for key, said in identity.items():
            if said and said != self._record[key]:
                log.warning("workspace %s has the %s %r here, not %r", self.name, key, self._record[key], said)

    @classmethod
    def _known(cls, settings: config.Settings, connection: Connection, record: Json) -> "Workspace":
        """A workspace that the server need not be asked for."""
        made = cls.__new__(cls)
        made._settings, made._place = settings, workspaces.Workspace(connection, record["name"])
        made._record, made._sku = record, "basic"
        return made

    @classmethod
    def _of_job(cls, job: config.Job) -> "Workspace":
        """The workspace of the job that this process belongs to; the server is not asked, it may be away."""
        settings = config.from_environment()
        told = {"subscription_id": job.subscription_id, "resource_group": job.resource_group}
        return cls._known(settings, local.connect(settings, patience_s=PATIENCE_S), {"name": job.workspace, **told})

    @staticmethod
    def from_config(path: str | None = None, auth: object = None) -> "Workspace":
        log.debug("Runstead %s, keeping to SDK v1 %s", runstead.__version__, SDK_VERSION)
        file = config_files.find_config(Path(path or "."))
        if file is None and path is not None:
            raise UserErrorException(
                f"no config.json could be found in {Path(path).absolute()} or its parent directories; give the full "
                "path of one, or leave the path out to use the default workspace"
            )
        if file is None:
            job = config.job_of()
            name = job.workspace if job else DEFAULT_WORKSPACE
            log.debug("no config.json in %s or above: using the workspace %s", Path.cwd(), name)
            return Workspace(None, None, name, auth)
        said = config_files.read_config(file)
        log.debug("%s selects the workspace %s", file, said.name)
        return Workspace(said.subscription_id, said.resource_group, said.name, auth)

    @staticmethod
    def get(
        name: str,
        auth: object = None,
        subscription_id: str | None = None,
        resource_group: str | None = None,
        location: str | None = None,
        cloud: str = "AzureCloud",
        id: str | None = None,
    ) -> "Workspace":
        if subscription_id and resource_group:
            return Workspace(subscription_id, resource_group, name, auth)  # as much as a config.json says
        settings = config.from_environment()
        connection = local.connect(settings, patience_s=PATIENCE_S)
        try:
            record = workspaces.load_workspace(workspaces.Workspace(connection, name))
        except NotFound as error:
            raise WorkspaceException(
                f"there is no workspace {name!r} on {connection.url}; Workspace.create(name={name!r}) makes it"
            ) from error
        return Workspace._known(settings, connection, record)

    @staticmethod
    def list(
        subscription_id: str | None, auth: object = None, resource_group: str | None = None
    ) -> dict[str, list["Workspace"]]:
        settings = config.from_environment()
        connection = local.connect(settings, patience_s=PATIENCE_S)
        found = workspaces.list_workspaces(connection)
        kept = [one for one in found if resource_group in (None, one["resource_group"])]
        return {one["name"]: [Workspace._known(settings, connection, one)] for one in kept}

    @staticmethod
    def create(
        name: str,
        auth: object = None,
        subscription_id: str | None = None,
        resource_group: str | None = None,
        location: str | None = None,
        create_resource_group: bool = True,
        sku: str = "basic",
        tags: Mapping[str, str] | None = None,
        friendly_name: str | None = None,
        storage_account: str | None = None,
        key_vault: str | None = None,
        app_insights: str | None = None,
        container_registry: str | None = None,
        adb_workspace: str | None = None,
        primary_user_assigned_identity: str | None = None,
        cmk_keyvault: str | None = None,
        resource_cmk_uri: str | None = None,
        hbi_workspace: bool = False,
        default_cpu_compute_target: object = None,
        default_gpu_compute_target: object = None,
        private_endpoint_config: object = None,
        private_endpoint_auto_approval: bool = True,
        exist_ok: bool = False,
        show_output: bool = True,
        user_assigned_identity_for_cmk_encryption: str | None = None,
        system_datastores_auth_mode: str = "accessKey",
        v1_legacy_mode: bool | None = None,
    ) -> "Workspace":
        settings = config.from_environment()
        place = workspaces.Workspace(local.connect(settings, patience_s=PATIENCE_S), name)
        known = any(one["name"] == name for one in workspaces.list_workspaces(place.connection))
        if known and not exist_ok:
            raise WorkspaceException(f"the workspace {name!r} exists already; pass exist_ok=True to use it")
        identity = {"subscription_id": subscription_id, "resource_group": resource_group, "location": location}
        made = Workspace._known(settings, place.connection, workspaces.ensure_workspace(place, identity=identity))
        if not known and (tags or friendly_name):
            made.update(friendly_name=friendly_name, tags=tags)
        return made

    @staticmethod
    def setup() -> "Workspace":
        return Workspace.from_config()

    def write_config(self, path: str | None = None, file_name: str | None = None) -> None:
        identity = config_files.WorkspaceIdentity(self.subscription_id, self.resource_group, self.name)
        config_files.write_config(identity, path=path, file_name=file_name)

    @property
    def name(self) -> str:
        return self._place.name

    @property
    def subscription_id(self) -> str:
        return str(self._record["subscription_id"])

    @property
    def resource_group(self) -> str:
        return str(self._record["resource_group"])

    @property
    def location(self) -> str:
        return str(self._described()["location"])

    @property
    def sku(self) -> str:
        return self._sku

    @property
    def tags(self) -> dict[str, str]:
        return dict(self._described()["tags"])

    def _reconnected(self) -> Connection:
        """A new connection, for the uploader; a server that was stopped on purpose stays stopped."""
        return local.connect(replace(self._settings, autostart=False))

    def _described(self) -> Json:
        """The record; of a job's workspace only the names are known at first."""
        if "location" not in self._record:
            self._record = workspaces.load_workspace(self._place)
        return self._record

    @property
    def discovery_url(self) -> str:
        return f"{self._place.connection.url}/api/v1"

    @property
    def experiments(self) -> dict[str, "core.Experiment"]:
        found = experiments.list_experiments(self._place)
        return {one["name"]: core.Experiment._known(self, one["name"]) for one in found}

    def get_run(self, run_id: str) -> "core.Run":
        record = runs.load_run(self._place, run_id)
        return core.Run._typed(core.Experiment._known(self, record["experiment"]), record)

    def get_details(self) -> dict[str, Any]:  # Any: as SDK v1's values
        record = workspaces.load_workspace(self._place)
        scope = config_files.SCOPE.format(record["subscription_id"], record["resource_group"], record["name"])
        return {
            "id": scope,
            "name": record["name"],
            "identity": {"principal_id": None, "tenant_id": None, "type": "None"},
            "location": record["location"],
            "type": ARM_TYPE,
            "tags": dict(record["tags"]),
            "sku": self._sku.capitalize(),
            "workspaceid": record["workspace_id"],
            "description": record["description"],
            "friendlyName": record["friendly_name"] or record["name"],
            "creationTime": record["created_at"],
            "containerRegistry": None,
            "keyVault": None,
            "applicationInsights": None,
            "storageAccount": None,
            "hbiWorkspace": False,
            "discoveryUrl": self.discovery_url,
            "provisioningState": "Succeeded",
        }

    def get_mlflow_tracking_uri(self) -> str:
        """A plain address; MLflow's client in this process is told how to show the token to it."""
        config.name_credentials()
        return f"{self._place.connection.url}/mlflow/{self.name}"

    def get_default_datastore(self) -> Store:
        return _datastores.load(self, None)

    def set_default_datastore(self, name: str) -> None:
        datastores.set_default(self._place, name)

    def get_default_keyvault(self) -> "core.Keyvault":
        return core.Keyvault(self)

    def get_default_compute_target(self, type: str) -> object:
        raise not_yet("Workspace.get_default_compute_target", instead="Runs go to the target 'local'.")

    @property
    def compute_targets(self) -> dict[str, object]:
        raise not_yet("Workspace.compute_targets", instead="Runs go to the target 'local'.")

    @property
    def datasets(self) -> dict[str, Store]:
        return core.Dataset.get_all(self)

    @property
    def datastores(self) -> dict[str, Store]:
        return dict(_datastores.listed(self))

    @property
    def environments(self) -> dict[str, "core.Environment"]:
        return core.Environment.list(self)

    @property
    def models(self) -> dict[str, "core.Model"]:
        return {one.name: one for one in core.Model.list(self, latest=True)}

    @property
    def webservices(self) -> dict[str, object]:
        raise not_yet("Workspace.webservices")

    def update(
        self,
        friendly_name: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        image_build_compute: str | None = None,
        service_managed_resources_settings: object = None,
        primary_user_assigned_identity: str | None = None,
        allow_public_access_when_behind_vnet: bool | None = None,
        v1_legacy_mode: bool | None = None,
    ) -> dict[str, Any]:  # Any: as SDK v1's values
        said = {
            "friendly_name": friendly_name,
            "description": description,
            "tags": tags_of({str(key): value for key, value in tags.items()}) if tags is not None else None,
        }
        changes = {name: value for name, value in said.items() if value is not None}
        self._record = workspaces.change_workspace(self._place, **changes)
        return self.get_details()

    def delete(self, delete_dependent_resources: bool = False, no_wait: bool = False) -> None:
        """With everything in it; there are no dependent resources elsewhere, and nothing to wait for."""
        workspaces.delete_workspace(self._place)

    def __repr__(self) -> str:
        return (
            f"Workspace.create(name={self.name!r}, subscription_id={self.subscription_id!r}, "
            f"resource_group={self.resource_group!r})"
        )
