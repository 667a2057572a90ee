"""Options that most commands of `azml` have, and what they print: JSON on standard output, and to a file if asked."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from azureml.core import Workspace
from azureml.core._config_files import find_config

Command = TypeVar("Command", bound=Callable[..., None])


class Place(NamedTuple):
    """Which workspace is meant, and where its JSON goes besides standard output."""

    workspace_name: str | None
    subscription_id: str | None
    resource_group: str | None
    path: str
    output_metadata_file: str | None

    def workspace(self) -> Workspace:
        """The workspace named, else that of the folder's config.json, else the default one."""
        if self.workspace_name:
            return Workspace(self.subscription_id, self.resource_group, self.workspace_name)
        return Workspace.from_config(self.path if find_config(Path(self.path)) else None)

    def tell(self, answer: object) -> None:
        """Print the answer as v1 does."""
        text = json.dumps(answer, indent=2, default=str)
        click.echo(text)
        if self.output_metadata_file:
            Path(self.output_metadata_file).write_text(text, encoding="utf-8")


def placed(command: Command) -> Command:
    """Adds the options that say where; the function gets them as its first argument, a Place."""

    def placing(
        workspace_name: str | None,
        subscription_id: str | None,
        resource_group: str | None,
        path: str,
        output_metadata_file: str | None,
        **chosen: object,
    ) -> None:
        command(Place(workspace_name, subscription_id, resource_group, path, output_metadata_file), **chosen)

    placing.__name__, placing.__doc__ = command.__name__, command.__doc__
    made: Any = placing  # Any: click's decorators know no signatures
    for option in (
        click.option("-t", "--output-metadata-file", help="Also write the JSON to this file."),
        click.option("--path", default=".", show_default=True, help="The folder whose config.json counts."),
        click.option("-g", "--resource-group", help="The workspace's resource group."),
        click.option("--subscription-id", "--subscription", help="The workspace's subscription."),
        click.option("-w", "--workspace-name", help="The workspace; left out, that of config.json."),
    ):
        made = option(made)
    return made  # type: ignore[no-any-return]  # it is a Command to click


def key_value(text: str) -> tuple[str, str | None]:
    """`k=v` or `k`."""
    key, equals, value = text.partition("=")
    return key, value if equals else None
