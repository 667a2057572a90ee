"""SDK v1's `azml`: groups of commands by name, each loaded when it is called."""

import logging
import sys
from importlib import import_module

import click

from azureml._later import not_yet
from azureml._versions import SDK_VERSION
from azureml.exceptions import AzureMLException
from runstead.domain.errors import RunsteadError

GROUPS = {
    "run": ("azureml._cli.runs", "Submit, list, follow and cancel runs."),
    "experiment": ("azureml._cli.experiments", "List experiments."),
    "folder": ("azureml._cli.folders", "Attach a folder to a workspace."),
    "environment": ("azureml._cli.environments", "List, show, register and write down environments."),
}
LATER = {
    "computetarget": "Compute targets",
    "dataset": "Datasets on the command line",
    "datastore": "Datastores on the command line",
    "endpoint": "Pipeline endpoints",
    "model": "Models on the command line",
    "pipeline": "Pipelines",
    "service": "Model services",
    "workspace": "Workspaces on the command line",
}
FAILED = 1


class Groups(click.Group):
    """All of v1's groups; one that is to come says so, with whatever is asked of it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*GROUPS, *LATER]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in LATER:
            return to_come(cmd_name, f"azml {cmd_name} ({LATER[cmd_name]})")
        if cmd_name not in GROUPS:
            return None
        group = import_module(GROUPS[cmd_name][0]).group
        return group if isinstance(group, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Groups"):
            formatter.write_dl([(name, told) for name, (_, told) in GROUPS.items()])
        with formatter.section("To come"):
            formatter.write_dl(list(LATER.items()))


def to_come(name: str, what: str) -> click.Command:
    """A command that takes anything, and says by name that it is not there yet."""

    @click.command(name, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def later(arguments: tuple[str, ...]) -> None:
        """Not in this version."""
        raise not_yet(what)

    return later


@click.command(cls=Groups, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(SDK_VERSION, prog_name="azml")
@click.option("--debug", is_flag=True, help="Log what is done.")
@click.option("--verbose", is_flag=True, help="Log the main steps.")
def azml(debug: bool, verbose: bool) -> None:
    """Azure ML SDK v1's command line, on your own server."""
    if debug or verbose:
        logging.basicConfig(level=logging.DEBUG if debug else logging.INFO)


def main() -> None:
    """Run the command; what was refused is one line, and v1's exit code."""
    try:
        azml(prog_name="azml")
    except AzureMLException as error:
        _end(error.message)
    except RunsteadError as error:
        _end(error.message)


def _end(message: str) -> None:
    print(f"azml: {message}", file=sys.stderr)
    sys.exit(FAILED)


if __name__ == "__main__":
    main()
