"""Datasets: what is saved has an id; what is registered has a name and versions, too."""

from collections.abc import Mapping, Sequence

from runstead.domain.datasets import Dataset, checked_dataset_name, checked_definition
from runstead.domain.errors import Conflict, NotFound
from runstead.domain.names import checked_text
from runstead.service import workspaces
from runstead.service.experiments import checked_tags
from runstead.service.unit import Unit
from runstead.store import datasets


def save(unit: Unit, workspace: str, definition: object) -> Dataset:
    """The dataset of this definition; the same definition is the same dataset."""
    checked = checked_definition(definition)
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        key = datasets.save(tx.connection, home.key, checked, dataset_id=unit.new_id(), at_ms=tx.at_ms)
        saved = datasets.find_saved(tx.connection, key)
    if saved is None:
        raise NotFound("the dataset that was just saved is gone")
    return saved


def load(unit: Unit, workspace: str, dataset_id: str) -> Dataset:
    """The dataset of this id, or NotFound."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        there = datasets.find(connection, home.key, dataset_id)
    if there is None:
        raise NotFound(f"there is no dataset with the id {dataset_id!r} in workspace {workspace!r}")
    return there


def load_named(unit: Unit, workspace: str, name: str, version: int | None = None) -> Dataset:
    """The dataset that is registered under this name, or NotFound; the newest version where none is named."""
    with unit.read() as connection:
        home = workspaces.found(connection, workspace)
        there = datasets.find_named(connection, home.key, name, version)
    if there is None:
        raise _unknown(workspace, name, version)
    return there[1]


def listed(unit: Unit, workspace: str) -> list[Dataset]:
    """The newest version of every registered dataset, by name."""
    with unit.read() as connection:
        return datasets.listed(connection, workspaces.found(connection, workspace).key)


def register(
    unit: Unit,
    workspace: str,
    name: str,
    definition: object,
    *,
    description: str | None = None,
    tags: Mapping[str, str | None] | None = None,
    create_new_version: bool = False,
) -> Dataset:
    """Give a definition a name. Under a name that is taken the same definition stays what it is; another one becomes
    the next version with `create_new_version`, and is Conflict without.
    """
    checked_dataset_name(name)
    checked = checked_definition(definition)
    said = _checked_words(unit, description, tags)
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        key = datasets.save(tx.connection, home.key, checked, dataset_id=unit.new_id(), at_ms=tx.at_ms)
        newest = datasets.find_named(tx.connection, home.key, name, None)
        if newest is None or (newest[0] != key and create_new_version):
            version = 1 if newest is None else (newest[1].version or 0) + 1
            values = {"description": "", "tags": {}, **said, "dataset_key": key, "created_at_ms": tx.at_ms}
            if not datasets.add_version(tx.connection, home.key, name, version, values):
                raise Conflict(f"version {version} of dataset {name!r} was registered at the same moment; try again")
        elif newest[0] == key:
            if said:
                datasets.update_version(tx.connection, home.key, name, newest[1].version or 1, said)
        else:
            raise Conflict(
                f"there is already a dataset registered under name {name!r}, with another definition; specify "
                "create_new_version=True to register this one as a new version"
            )
    return load_named(unit, workspace, name)


def edit(
    unit: Unit,
    workspace: str,
    name: str,
    version: int,
    *,
    description: str | None = None,
    tags: Mapping[str, str | None] | None = None,
    remove_tags: Sequence[str] = (),
) -> Dataset:
    """Change what is given of one version; tags are added to those that are there."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        there = datasets.find_named(tx.connection, home.key, name, version)
        if there is None:
            raise _unknown(workspace, name, version)
        merged = {k: v for k, v in {**(there[1].tags or {}), **(tags or {})}.items() if k not in remove_tags}
        said = _checked_words(unit, description, merged)
        datasets.update_version(tx.connection, home.key, name, version, said)
    return load_named(unit, workspace, name, version)


def unregister(unit: Unit, workspace: str, name: str) -> None:
    """Forget a name with all its versions; the data stays, and ids go on to work."""
    with unit.write() as tx:
        home = workspaces.found(tx.connection, workspace)
        if not datasets.delete_versions(tx.connection, home.key, name):
            raise _unknown(workspace, name, None)


def _checked_words(unit: Unit, description: str | None, tags: Mapping[str, str | None] | None) -> dict[str, object]:
    limits = unit.settings.limits
    said: dict[str, object] = {}
    if description is not None:
        said["description"] = checked_text("description", description, limits.description_chars)
    if tags is not None:
        said["tags"] = checked_tags(tags, limits)
    return said


def _unknown(workspace: str, name: str, version: int | None) -> NotFound:
    which = "" if version is None else f" in version {version}"
    return NotFound(f"no dataset {name!r}{which} is registered in workspace {workspace!r}")
