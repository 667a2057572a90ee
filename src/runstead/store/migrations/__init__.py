"""Brings a database to this version's schema; run whenever a server starts."""

from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory

from runstead.domain.errors import Conflict
from runstead.store.engine import Database
from runstead.store.schemas import METADATA

HERE = Path(__file__).parent


def upgrade(database: Database) -> None:
    """Apply what is missing, in one transaction; of several servers that start at once, one does it, others wait.

    Raises Conflict if the database was written by a later version.
    """
    script = ScriptDirectory(str(HERE))
    heads = set(script.get_heads())
    with database.read() as connection:
        if _versions(connection) == heads:
            return
    with database.migrating() as connection:
        _check_known(script, _versions(connection))
        _run(script, connection)


def _versions(connection: sa.Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def _check_known(script: ScriptDirectory, versions: set[str]) -> None:
    known = {revision.revision for revision in script.walk_revisions()}
    if unknown := versions - known:
        raise Conflict(
            f"the database has the schema {', '.join(sorted(unknown))}, which this version of Runstead does not know; "
            "it was written by a later version: install that one, or use another folder (--home)"
        )


def _run(script: ScriptDirectory, connection: sa.Connection) -> None:
    def steps(revision: tuple[str, ...], _context: MigrationContext) -> list[RevisionStep]:
        return script._upgrade_revs("heads", revision)  # type: ignore[arg-type]  # as alembic.command does

    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=METADATA, transaction_per_migration=False)
        environment.run_migrations()
