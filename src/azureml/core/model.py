"""SDK v1 `azureml.core.model`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from azureml import core
from azureml._errors import speaks_v1
from azureml._later import not_yet
from azureml.core import _model_calls as calls
from azureml.core._labels import tag_keys
from azureml.core.resource_configuration import ResourceConfiguration
from azureml.core.workspace import Workspace
from azureml.exceptions import ModelNotFoundException, UserErrorException, WebserviceException
from runstead.client import config, models
from runstead.client.connection import Json

SERVICES = "Model.download fetches the files."
MIME_TYPE = "application/x-python"
Pairs = Mapping[str, str]


@speaks_v1
class Model:
    """SDK v1 `Model`: one version of registered files."""

    class Framework:
        """SDK v1 `Model.Framework`."""

        TENSORFLOW = "TensorFlow"
        ONNX = "Onnx"
        SCIKITLEARN = "ScikitLearn"
        CUSTOM = "Custom"
        MULTI = "Multi"

    def __init__(
        self,
        workspace: Workspace,
        name: str | None = None,
        id: str | None = None,
        tags: calls.Filters = None,
        properties: calls.Filters = None,
        version: int | None = None,
        run_id: str | None = None,
        model_framework: str | None = None,
        expand: bool = True,
        **kwargs: object,
    ) -> None:
        if (name is None) == (id is None):
            raise WebserviceException("a Model is found by its name or by its id 'name:version'; give one of the two")
        if id is not None:
            name, _, number = id.rpartition(":")
            if not number.isdecimal():
                raise WebserviceException(f"{id!r} is no model id; it is written 'name:version'")
            version = int(number)
        wanted = Model.list(workspace, name, tags, properties, run_id, model_framework=model_framework)
        found = [one for one in wanted if version is None or one.version == int(version)]
        if not found:
            told = {"version": version, "tags": tags, "properties": properties, "run_id": run_id}
            further = "".join(f", {key} {value}" for key, value in told.items() if value is not None)
            raise WebserviceException(
                f"ModelNotFound: Model with name {name}{further} not found in provided workspace", status_code=404
            )
        self._take(workspace, max(found, key=lambda one: one.version)._record)

    @classmethod
    def _of(cls, workspace: Workspace, record: Json) -> "Model":
        made = cls.__new__(cls)
        made._take(workspace, record)
        return made

    def _take(self, workspace: Workspace, record: Json) -> None:
        self.workspace, self._record, self._place = workspace, record, workspace._place
        self.name, self.version, self.id = str(record["name"]), int(record["version"]), str(record["model_id"])
        self.description = record["description"]
        self.tags: dict[str, str | None] = dict(record["tags"])
        self.properties: dict[str, str] = dict(record["properties"])
        self.created_time = datetime.fromisoformat(record["created_at"])
        self.created_by = {"userName": record["created_by"]}
        self.url = f"aml://asset/{record['asset_id'].replace('-', '')}"
        self.mime_type, self.unpack = MIME_TYPE, False
        self.model_framework, self.model_framework_version = record["framework"], record["framework_version"]
        self.run_id, self.experiment_name = record["run_id"], record["experiment"]
        self.sample_input_dataset, self.sample_output_dataset = record["sample_input_id"], record["sample_output_id"]
        self.resource_configuration = ResourceConfiguration._of(record["resource"])
        self.derived_model_ids: list[str] = []
        self.parent_id = None

    @property
    def datasets(self) -> dict[str, list[Any]]:  # Any: any class of dataset
        """Datasets by purpose."""
        found: dict[str, list[Any]] = {}  # Any: as said
        for one in self._record["datasets"]:
            dataset = core.Dataset.get_by_id(self.workspace, one["dataset_id"])
            found.setdefault(one["purpose"], []).append(dataset)
        return found

    @property
    def run(self) -> "core.Run | None":
        return None if self.run_id is None else self.workspace.get_run(self.run_id)

    @staticmethod
    def register(
        workspace: Workspace,
        model_path: str,
        model_name: str,
        tags: Pairs | None = None,
        properties: Pairs | None = None,
        description: str | None = None,
        datasets: Iterable[tuple[str, object]] | None = None,
        model_framework: str | None = None,
        model_framework_version: str | None = None,
        child_paths: Sequence[str] | None = None,
        sample_input_dataset: object = None,
        sample_output_dataset: object = None,
        resource_configuration: ResourceConfiguration | None = None,
    ) -> "Model":
        path = Path(model_path)
        if not path.exists():
            raise WebserviceException(f'Error, provided model path "{model_path}" cannot be found')
        print(f"Registering model {model_name}")
        job = config.job_of()
        facts = calls.facts_of(
            tags=tags,
            properties=properties,
            description=description,
            framework=model_framework,
            framework_version=model_framework_version,
            datasets=datasets,
            sample_input=sample_input_dataset,
            sample_output=sample_output_dataset,
            resource=resource_configuration,
            run_id=job.run_id if job else None,
            created_by=config.user_name(),
        )
        with calls.model_errors():
            record = models.register_from_disk(
                workspace._place, model_name, path, child_paths=child_paths or (), **facts
            )
        return Model._of(workspace, record)

    @staticmethod
    def list(
        workspace: Workspace,
        name: str | None = None,
        tags: calls.Filters = None,
        properties: calls.Filters = None,
        run_id: str | None = None,
        latest: bool = False,
        dataset_id: str | None = None,
        expand: bool = True,
        page_count: int = 255,
        model_framework: str | None = None,
    ) -> "list[Model]":
        found = models.list_models(
            workspace._place,
            name=name,
            run_id=run_id,
            latest=latest,
            dataset_id=dataset_id,
            framework=model_framework,
            tag=calls.filters_of(tags),
            property=calls.filters_of(properties),
        )
        return [Model._of(workspace, record) for record in found]

    @staticmethod
    def get_model_path(model_name: str, version: int | None = None, _workspace: Workspace | None = None) -> str:
        """In a job the version of its workspace, downloaded; else one that lies here: downloaded before, or a file."""
        job = config.job_of()
        workspace = _workspace or (Workspace._of_job(job) if job else None)
        if workspace is not None:
            with calls.model_errors(f"ModelNotFound: Model with name {model_name} not found in provided workspace"):
                return str(calls.fetched(workspace._place, models.load_model(workspace._place, model_name, version)))
        here = calls.cached(model_name, version) or (Path(model_name) if Path(model_name).exists() else None)
        if here is None:
            raise ModelNotFoundException(
                f"Model {model_name} not found in cache at {calls.CACHE} or in current working directory {Path.cwd()}; "
                "Model(workspace, name).download() fetches it"
            )
        return str(here)

    def download(self, target_dir: str = ".", exist_ok: bool = False, exists_ok: bool | None = None) -> str:
        """The path of the file, or of the folder."""
        allowed = exist_ok if exists_ok is None else exists_ok
        with calls.model_errors():
            return str(calls.download(self._place, self.name, self.version, Path(target_dir), exist_ok=allowed))

    def delete(self) -> None:
        with calls.model_errors():
            models.delete_model(self._place, self.name, self.version)

    def update(
        self,
        tags: Pairs | None = None,
        description: str | None = None,
        sample_input_dataset: object = None,
        sample_output_dataset: object = None,
        resource_configuration: ResourceConfiguration | None = None,
    ) -> None:
        """What is given replaces what was there, tags as a whole."""
        facts = calls.facts_of(
            tags=tags,
            remove_tags=None if tags is None else [key for key in self.tags if key not in tags],
            description=description,
            sample_input=sample_input_dataset,
            sample_output=sample_output_dataset,
            resource=resource_configuration,
        )
        self._change(facts)

    def update_tags_properties(
        self,
        add_tags: Pairs | None = None,
        remove_tags: Sequence[str] | None = None,
        add_properties: Pairs | None = None,
    ) -> None:
        keys = None if remove_tags is None else tag_keys(remove_tags)
        self._change(calls.facts_of(tags=add_tags, remove_tags=keys, properties=add_properties))

    def add_tags(self, tags: Pairs) -> None:
        self.update_tags_properties(add_tags=tags)

    def remove_tags(self, tags: Sequence[str]) -> None:
        self.update_tags_properties(remove_tags=tags)

    def add_properties(self, properties: Pairs) -> None:
        self.update_tags_properties(add_properties=properties)

    def add_dataset_references(self, datasets: Iterable[tuple[str, object]]) -> None:
        self._change(calls.facts_of(datasets=datasets))

    def serialize(self) -> dict[str, Any]:  # Any: JSON
        return {
            "createdTime": self._record["created_at"],
            "createdBy": self.created_by,
            "description": self.description,
            "experimentName": self.experiment_name,
            "framework": self.model_framework,
            "frameworkVersion": self.model_framework_version,
            "id": self.id,
            "mimeType": self.mime_type,
            "name": self.name,
            "properties": self.properties,
            "resourceRequirements": self.resource_configuration and self.resource_configuration.serialize(),
            "runId": self.run_id,
            "tags": self.tags,
            "unpack": self.unpack,
            "url": self.url,
            "version": self.version,
        }

    @staticmethod
    def deserialize(workspace: Workspace, model_payload: Mapping[str, Any]) -> "Model":  # Any: JSON
        if "id" not in model_payload:
            raise UserErrorException("this is no serialized model: it has no 'id'")
        return Model(workspace, id=model_payload["id"])

    def get_sas_urls(self) -> dict[str, str]:
        raise not_yet("Model.get_sas_urls", instead=SERVICES)

    @staticmethod
    def deploy(
        workspace: Workspace,
        name: str,
        models: Sequence["Model"],
        inference_config: object = None,
        deployment_config: object = None,
        deployment_target: object = None,
        overwrite: bool = False,
        show_output: bool = False,
    ) -> object:
        raise not_yet("Model.deploy", instead=SERVICES)

    @staticmethod
    def package(
        workspace: Workspace,
        models: Sequence["Model"],
        inference_config: object = None,
        generate_dockerfile: bool = False,
        image_name: str | None = None,
        image_label: str | None = None,
    ) -> object:
        raise not_yet("Model.package", instead=SERVICES)

    @staticmethod
    def profile(
        workspace: Workspace,
        profile_name: str,
        models: Sequence["Model"],
        inference_config: object,
        input_dataset: object,
        cpu: float | None = None,
        memory_in_gb: float | None = None,
        description: str | None = None,
    ) -> object:
        raise not_yet("Model.profile", instead=SERVICES)

    @staticmethod
    def print_configuration(
        models: Sequence["Model"], inference_config: object, deployment_config: object, deployment_target: object
    ) -> None:
        raise not_yet("Model.print_configuration", instead=SERVICES)

    def _change(self, changes: Mapping[str, object]) -> None:
        with calls.model_errors():
            record = models.change_model(self._place, self.name, self.version, **changes)
        self._take(self.workspace, record)

    def __repr__(self) -> str:
        return (
            f"Model(workspace={self.workspace!r}, name={self.name}, id={self.id}, version={self.version}, "
            f"tags={self.tags}, properties={self.properties})"
        )
