"""`azml environment`: list, show, download, register and scaffold environments."""

import click

from azureml._cli.choices import Place, placed
from azureml.core import Environment

group = click.Group("environment", help="List, show, register and write down environments.")
name_option = click.option("-n", "--name", required=True, help="The environment's name.")
version_option = click.option("-v", "--version", help="Its version; left out, the newest.")
folder_option = click.option("-d", "--directory", "--output-directory", required=True, help="The environment's folder.")


@group.command("list")
@placed
def list_environments(place: Place) -> None:
    """All registered environments, then the curated ones, as JSON."""
    place.tell([one._definition() for one in Environment.list(place.workspace()).values()])


@group.command()
@name_option
@version_option
@placed
def show(place: Place, name: str, version: str | None) -> None:
    """One environment, as JSON."""
    place.tell(Environment.get(place.workspace(), name, version)._definition())


@group.command()
@name_option
@version_option
@folder_option
@click.option("--overwrite", is_flag=True, help="Write into a folder that is there.")
@placed
def download(place: Place, name: str, version: str | None, directory: str, overwrite: bool) -> None:
    """Write an environment into a folder."""
    found = Environment.get(place.workspace(), name, version)
    found.save_to_directory(directory, overwrite=overwrite)
    place.tell(found._definition())


@group.command()
@folder_option
@placed
def register(place: Place, directory: str) -> None:
    """Register the environment of a folder; it, with its version, as JSON."""
    place.tell(Environment.load_from_directory(directory).register(place.workspace())._definition())


@group.command()
@name_option
@folder_option
@placed
def scaffold(place: Place, name: str, directory: str) -> None:
    """Write the files of a default environment into a new folder."""
    made = Environment(name)
    made.save_to_directory(directory)
    place.tell(made._definition())
