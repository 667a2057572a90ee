"""`runstead environment`: why one would be built, which are there, and throwing them away."""

import json
from dataclasses import replace
from pathlib import Path

import click
import yaml

from runstead.cli.servers import home_option, json_option
from runstead.client import builds, environments, local
from runstead.client.config import from_environment, is_strict
from runstead.client.connection import Connection, Json
from runstead.client.logins import forget_login
from runstead.client.workspaces import Workspace
from runstead.domain.containers import wanted_of
from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.images import DEFAULT_CPU_IMAGE
from runstead.domain.requirements import requirement_lines

DAY_S = 24 * 3600
GIB = 1 << 30


@click.group(name="environment")
def group() -> None:
    """Environments that the server built for runs."""


@group.command()
@click.argument("environment")
@click.option("--workspace", default="default", show_default=True, help="The workspace of the runs.")
@click.option("--version", help="Which version of a registered environment; not given: the newest.")
@click.option("--container/--no-container", default=None, help="With or without; not given: as the environment says.")
@home_option
@json_option
def explain(
    environment: str,
    workspace: str,
    version: str | None,
    home: Path | None,
    *,
    container: bool | None,
    as_json: bool,
) -> None:
    """Say what preparing a run with ENVIRONMENT would do, and why. Nothing is built.

    ENVIRONMENT: a file (a conda specification .yml, an environment .json, pip requirements .txt), or the name of one
    that is registered or curated.
    """
    file = Path(environment)
    is_file = file.suffix in (".yml", ".yaml", ".json", ".txt")
    place = Workspace(_connection(home), workspace)
    name = file.name if is_file else environment
    if is_file:
        definition = _definition(file)
    else:
        definition = environments.find_environment(place, environment, version=version)["definition"]
    told = builds.explain_build(place, name, wanted_of(definition, boxed=container, strict=is_strict()))
    print(json.dumps(told) if as_json else "\n".join(told["told"]))


@group.command(name="list")
@home_option
@json_option
def list_all(home: Path | None, *, as_json: bool) -> None:
    """List the environments that are there, the last used first."""
    _tell(builds.list_built(_connection(home)), as_json=as_json, none="no environment was built yet")


@group.command()
@click.option("--unused-days", type=click.FloatRange(min=0), help="Throw away what was not used for so many days.")
@click.option("--keep-gib", type=click.FloatRange(min=0), help="Throw away the longest unused beyond so many GiB.")
@click.option("--dry-run", is_flag=True, help="Only say which.")
@home_option
@json_option
def prune(
    unused_days: float | None, keep_gib: float | None, home: Path | None, *, dry_run: bool, as_json: bool
) -> None:
    """Throw environments away, by age and by size; they are built again when they are needed.

    What a running job uses, or was used in the last minute, stays.
    """
    if unused_days is None and keep_gib is None:
        raise InvalidArgument("say what to throw away: --unused-days, --keep-gib or both")
    gone = builds.prune_built(
        _connection(home),
        unused_for_s=None if unused_days is None else unused_days * DAY_S,
        keep_bytes=None if keep_gib is None else int(keep_gib * GIB),
        dry=dry_run,
    )
    _tell(gone, as_json=as_json, none="nothing to throw away")


@group.command()
@click.argument("registry")
@click.argument("username")
@click.option("--workspace", default="default", show_default=True, help="The workspace that keeps the password.")
@home_option
def logout(registry: str, username: str, workspace: str, home: Path | None) -> None:
    """Forget the password of USERNAME at the image registry REGISTRY, which an environment brought along.

    REGISTRY: its address as the environment gave it; docker.io for Docker Hub.
    """
    forget_login(Workspace(_connection(home), workspace), registry, username)
    print(f"the password of {username} at {registry} is forgotten; images of it that are here stay")


def _connection(home: Path | None) -> Connection:
    settings = from_environment()
    return local.connect(replace(settings, home=home.expanduser().absolute()) if home else settings)


def _definition(file: Path) -> Json:
    """The environment in a file, as SDK v1 writes it."""
    try:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".json":
            found = json.loads(text)
        elif file.suffix == ".txt":
            found = {"dependencies": [{"pip": requirement_lines(text)}]}
        else:
            found = yaml.safe_load(text)
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, yaml.YAMLError) as error:
        raise InvalidArgument(f"{file} is no environment: {' '.join(str(error).split())}") from error
    if file.suffix == ".json":
        if not isinstance(found, dict) or not isinstance(found.get("python"), dict):
            raise InvalidArgument(f"{file} is no environment: SDK v1 writes an object with a part named 'python'")
        return found
    return {"name": file.name, "python": {"condaDependencies": found}, "docker": {"baseImage": DEFAULT_CPU_IMAGE}}


def _tell(found: list[Json], *, as_json: bool, none: str) -> None:
    if as_json:
        print(json.dumps({"environments": found}))
        return
    for one in found:
        size = f"{one['size_bytes'] / (1 << 20):8.1f} MiB"
        print(f"{one['key']}  {size}  Python {one['python']}  last used {one['used_at']}  {one['name'] or '-'}")
    if not found:
        print(none)


COMMANDS = {"environment": group}
