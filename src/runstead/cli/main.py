"""The runstead command: one file per group, loaded only when it is used."""

import importlib
import json
import sys

import click

from runstead import __version__
from runstead.domain.errors import Conflict, Forbidden, InvalidArgument, NotFound, RunsteadError, Unauthenticated

COMMANDS = {
    "up": ("runstead.cli.servers", "Start the server of this machine."),
    "down": ("runstead.cli.servers", "Stop it."),
    "status": ("runstead.cli.servers", "Say whether it runs, and where."),
    "open": ("runstead.cli.servers", "Open Studio in the browser, signed in."),
    "sync": ("runstead.cli.journals", "Deliver metrics that ended processes left behind."),
    "environment": ("runstead.cli.environments", "Explain, list and throw away environments that were built."),
    "verify": ("runstead.cli.journals", "Check journals and the store, and say what is found."),
}
EXIT_CODES: dict[type[RunsteadError], int] = {
    InvalidArgument: 2,
    NotFound: 3,
    Conflict: 4,
    Unauthenticated: 5,
    Forbidden: 5,
}


class Table(click.Group):
    """Commands by name; the module of one is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).COMMANDS[cmd_name]
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in --help, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, told) for name, (_, told) in COMMANDS.items()])


@click.command(cls=Table, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="runstead")
def cli() -> None:
    """Runstead: record, run and show machine-learning experiments."""


def main() -> None:
    """Run the command; errors made on purpose become one line (or one JSON object) and an exit code."""
    try:
        cli()
    except RunsteadError as error:
        if "--json" in sys.argv:
            print(json.dumps({"error": {"code": error.code, "message": error.message}}))
        else:
            print(f"runstead: {error.message}", file=sys.stderr)
        sys.exit(EXIT_CODES.get(type(error), 1))


if __name__ == "__main__":
    main()
