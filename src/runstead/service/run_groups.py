"""Runs in groups, with their figures."""

from runstead.domain.run_groups import GroupQuery
from runstead.service import workspaces
from runstead.service.unit import Unit
from runstead.store import run_groups
from runstead.store.run_groups import Groups


def answer(unit: Unit, workspace: str, query: GroupQuery) -> Groups:
    """The page of groups that `query` asks for."""
    with unit.read() as connection:
        return run_groups.page(connection, workspaces.found(connection, workspace).key, query)
