"""SDK v1 `azureml.core.experiment`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from azureml import core
from azureml._errors import speaks_v1
from azureml.core import _config_files as config_files
from azureml.core._details import DOCS, STUDIO
from azureml.core._labels import Labels, query_of, tag_keys, tags_of
from azureml.core.workspace import Workspace
from azureml.exceptions import UserErrorException
from runstead.client import experiments
from runstead.widget.cards import Link, card

NAME = re.compile(r"[a-zA-Z0-9][\w\-]{0,254}")


class ViewType:
    """SDK v1 `ViewType`: which experiments a list shows."""

    ActiveOnly = "ActiveOnly"
    ArchivedOnly = "ArchivedOnly"
    All = "All"


class Submittable(Protocol):
    """A configuration that knows how it is submitted."""

    def _submit(
        self, experiment: "Experiment", tags: Mapping[object, object] | None, **kwargs: object
    ) -> "core.Run": ...


@speaks_v1
class Experiment:
    """SDK v1 `Experiment`: a named set of runs, made if it is missing."""

    def __init__(self, workspace: Workspace, name: str, **kwargs: object) -> None:
        if not NAME.fullmatch(str(name)) and not _is_there(workspace, str(name)):
            raise UserErrorException(
                f"{name!r} is no experiment name: it must begin with a letter or digit, go on with letters, digits, "
                "'_' and '-', and have at most 255 characters"
            )
        self._workspace, self._name, self._place = workspace, name, workspace._place
        known = experiments.load_experiment if workspace._settings.in_job else experiments.ensure_experiment
        known(self._place, name)  # a job's token may read experiments, not make them

    @classmethod
    def _known(cls, workspace: Workspace, name: str) -> "Experiment":
        made = cls.__new__(cls)
        made._workspace, made._name, made._place = workspace, name, workspace._place
        return made

    @property
    def name(self) -> str:
        return self._name

    @property
    def workspace(self) -> Workspace:
        return self._workspace

    @property
    def workspace_object(self) -> Workspace:
        return self._workspace

    @property
    def id(self) -> str:
        return str(experiments.load_experiment(self._place, self._name)["experiment_id"])

    @property
    def identity(self) -> str:
        return f"Experiment#{self._name}"

    @property
    def tags(self) -> dict[str, str | None]:
        return dict(experiments.load_experiment(self._place, self._name)["tags"])

    @property
    def archived_time(self) -> datetime | None:
        at = experiments.load_experiment(self._place, self._name)["archived_at"]
        return datetime.fromisoformat(at) if at else None

    @property
    def portal_url(self) -> str:
        return self.get_portal_url()

    def get_portal_url(self) -> str:
        return experiments.studio_url(self._place, self._name)

    @classmethod
    def get_docs_url(cls) -> str:
        return DOCS

    def submit(self, config: Submittable, tags: Mapping[object, object] | None = None, **kwargs: object) -> "core.Run":
        submit = getattr(config, "_submit", None)
        if submit is None:
            raise UserErrorException(
                f"a {type(config).__name__} cannot be submitted; this version of Runstead takes a ScriptRunConfig"
            )
        run: core.Run = submit(self, tags, **kwargs)
        return run

    def start_logging(self, *args: object, **kwargs: object) -> "core.Run":
        return core._starts.start_run(self, *args, **kwargs)  # type: ignore[arg-type]  # v1 declares no more

    def get_runs(
        self, type: str | None = None, tags: Labels = None, properties: Labels = None, include_children: bool = False
    ) -> Iterator["core.Run"]:
        return core.Run.list(self, type=type, tags=tags, properties=properties, include_children=include_children)

    @staticmethod
    def list(
        workspace: Workspace,
        experiment_name: str | None = None,
        view_type: str = ViewType.ActiveOnly,
        tags: Labels = None,
    ) -> list["Experiment"]:
        if view_type not in (ViewType.ActiveOnly, ViewType.ArchivedOnly, ViewType.All):
            raise UserErrorException(f"view_type {view_type!r} is none of ActiveOnly, ArchivedOnly, All")
        found = experiments.list_experiments(workspace._place, include_archived=view_type != ViewType.ActiveOnly)
        return [
            Experiment._known(workspace, one["name"])
            for one in found
            if experiment_name in (None, one["name"])
            and (one["archived"] or view_type != ViewType.ArchivedOnly)
            and _matches(one["tags"], query_of(tags))
        ]

    @staticmethod
    def delete(workspace: Workspace, experiment_id: str) -> None:
        found = experiments.list_experiments(workspace._place, include_archived=True)
        names = [one["name"] for one in found if one["experiment_id"] == experiment_id]
        if not names:
            raise UserErrorException(f"there is no experiment with the id {experiment_id!r} in {workspace.name!r}")
        experiments.delete_experiment(workspace._place, names[0])

    @staticmethod
    def from_directory(path: str, auth: object = None) -> "Experiment":
        """The experiment of a folder that was attached: the one its file names, else one called as the folder."""
        folder = Path(path).absolute()
        file = config_files.find_config(folder)
        if file is None:
            raise UserErrorException(f"{folder} is not attached to a workspace; `azml folder attach` does that")
        workspace = Workspace.from_config(str(file), auth)
        return Experiment(workspace, config_files.experiment_of(file) or folder.name)

    def archive(self) -> None:
        experiments.change_experiment(self._place, self._name, archived=True)

    def reactivate(self, new_name: str | None = None) -> None:
        if new_name is not None:
            raise UserErrorException("an experiment cannot be renamed; call reactivate() without new_name")
        experiments.change_experiment(self._place, self._name, archived=False)

    def refresh(self) -> None:
        """Nothing to do: everything is read from the server when it is asked for."""

    def tag(self, key: str, value: str | None = None) -> None:
        self.set_tags({key: value})

    def set_tags(self, tags: Mapping[object, object]) -> None:
        experiments.change_experiment(self._place, self._name, tags=tags_of(tags))

    def remove_tags(self, tags: str | Sequence[str]) -> None:
        experiments.change_experiment(self._place, self._name, remove_tags=tag_keys(tags))

    def __repr__(self) -> str:
        return f"Experiment(Name: {self._name},\nWorkspace: {self._workspace.name})"

    def _repr_html_(self) -> str:
        return card(
            {
                "Name": self._name,
                "Workspace": self._workspace.name,
                "Report Page": Link(self.get_portal_url(), STUDIO),
                "Docs Page": DOCS,
            }
        )


def _matches(tags: Mapping[str, str | None], wanted: Sequence[str]) -> bool:
    return all(one in tags or any(one == f"{key}={value}" for key, value in tags.items()) for one in wanted)


def _is_there(workspace: Workspace, name: str) -> bool:
    """Whether an experiment has this name, which v1 does not give but MLflow's clients do."""
    return any(one["name"] == name for one in experiments.list_experiments(workspace._place, include_archived=True))
