"""Runs with their tags and properties; filters are answered from indexes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from runstead.domain.runs import INTERACTIVE, RUNNING, Run, RunFilter, RunRef, RunWriter
from runstead.store.engine import among, insert_if_absent, upsert
from runstead.store.tables import HEAD_CHARS, experiments, run_params, run_properties, run_tags, runs, workspaces

# Everything but the definition, which is large and shown for one run only.
COLUMNS = [c for c in runs.c if c.name != "definition"]
NAMES = (workspaces.c.name.label("workspace"), experiments.c.name.label("experiment"), experiments.c.experiment_id)
WORDS = (run_tags, run_properties, run_params)
CHUNK = 500  # ids in one IN list
_LOCATE = (
    sa.select(
        runs.c.run_key,
        runs.c.workspace_key,
        runs.c.run_id,
        runs.c.parent_id,
        experiments.c.name,
        runs.c.status,
        runs.c.deleted_at_ms,
    )
    .join(workspaces, workspaces.c.workspace_key == runs.c.workspace_key)
    .join(experiments, experiments.c.experiment_key == runs.c.experiment_key)
    .where(runs.c.run_id == sa.bindparam("run_id"), workspaces.c.name == sa.bindparam("in_workspace"))
)


def insert(connection: sa.Connection, values: Mapping[str, Any]) -> int | None:
    """Make the row; returns its key, or None where the run id is taken. `values` by column name."""
    if insert_if_absent(connection, runs, [values]) == 0:
        return None
    return int(connection.execute(sa.select(runs.c.run_key).where(runs.c.run_id == values["run_id"])).scalar_one())


def find(
    connection: sa.Connection, run_id: str, *, with_definition: bool = False, for_update: bool = False
) -> Run | None:
    """One run of any workspace; `for_update` keeps other writers off it until the transaction ends."""
    query = _found(with_definition=with_definition, for_update=for_update)
    row = connection.execute(query, {"run_id": run_id}).mappings().first()
    return None if row is None else _with_words(connection, [row])[0]


def locate(connection: sa.Connection, workspace: str, run_id: str) -> RunRef | None:
    """The little of a run of this workspace that its files, logs and metrics need; much cheaper than `find`."""
    row = connection.execute(_LOCATE, {"in_workspace": workspace, "run_id": run_id}).first()
    return None if row is None else RunRef(*row)


def find_many(connection: sa.Connection, run_keys: Sequence[int]) -> list[Run]:
    """The runs of these keys, in this order; unknown keys are left out."""
    rows = connection.execute(_of_keys(), {"run_keys": run_keys}).mappings().all()
    found = {row["run_key"]: row for row in rows}
    return _with_words(connection, [found[key] for key in run_keys if key in found])


def find_of_ids(
    connection: sa.Connection, workspace_key: int, run_ids: Sequence[str], *, for_update: bool = False
) -> list[Run]:
    """The runs of these ids in a workspace, oldest first; unknown ids are left out."""
    query = _joined(COLUMNS).where(runs.c.workspace_key == workspace_key).order_by(runs.c.run_key)
    if for_update:
        query = query.with_for_update(of=runs)
    found: list[sa.RowMapping] = []
    for start in range(0, len(run_ids), CHUNK):
        some = query.where(runs.c.run_id.in_(run_ids[start : start + CHUNK]))
        found += connection.execute(some).mappings()
    return _with_words(connection, found)


def ids_of(connection: sa.Connection, run_keys: Sequence[int]) -> list[str]:
    """The ids of these keys, in this order."""
    query = sa.select(runs.c.run_key, runs.c.run_id)
    rows = connection.execute(query.where(among(runs.c.run_key, "run_keys")), {"run_keys": run_keys})
    found = {row.run_key: row.run_id for row in rows}
    return [found[key] for key in run_keys if key in found]


def below(connection: sa.Connection, run_key: int) -> list[Run]:
    """Children, their children, and so on, oldest first."""
    top = sa.select(runs.c.run_key).where(runs.c.run_key == run_key).scalar_subquery()
    return find_many(connection, sorted(connection.execute(_family(top)).scalars()))


def listed(
    connection: sa.Connection, workspace_key: int, wanted: RunFilter, *, before: int | None, limit: int
) -> list[Run]:
    """At most `limit` runs, newest first, with numbers below `before`."""
    query = _joined(COLUMNS).where(runs.c.workspace_key == workspace_key, *_conditions(wanted))
    if before is not None:
        query = query.where(runs.c.number < before)
    rows = connection.execute(query.order_by(runs.c.number.desc()).limit(limit)).mappings().all()
    return _with_words(connection, rows)


def writers_of_running(connection: sa.Connection, machine: str) -> list[RunWriter]:
    """The interactive runs of all workspaces that run, and were made by a process of this machine."""
    query = (
        sa.select(workspaces.c.name, runs.c.run_id, runs.c.node, runs.c.pid)
        .join(workspaces, workspaces.c.workspace_key == runs.c.workspace_key)
        # By workspace, although all are meant: so there is an index to take.
        .where(runs.c.workspace_key.in_(sa.select(workspaces.c.workspace_key)), runs.c.status == RUNNING)
        .where(runs.c.kind == INTERACTIVE, runs.c.node.startswith(f"{machine}/", autoescape=True))
    )
    return [RunWriter(*row) for row in connection.execute(query)]


def update(connection: sa.Connection, run_key: int, values: Mapping[str, Any]) -> None:
    """Set columns of one run; `values` by column name."""
    connection.execute(sa.update(runs).where(runs.c.run_key == run_key).values(**values))


def count_child(connection: sa.Connection, run_key: int) -> None:
    """One child more."""
    connection.execute(sa.update(runs).where(runs.c.run_key == run_key).values(child_count=runs.c.child_count + 1))


def set_tags(connection: sa.Connection, run_key: int, tags: Mapping[str, str | None]) -> None:
    """Add or overwrite."""
    upsert(connection, run_tags, _words(run_key, tags), keys=("run_key", "key"), update=("value", "value_head"))


def remove_tags(connection: sa.Connection, run_key: int, keys: Sequence[str]) -> None:
    """Take them away; unknown keys are fine."""
    connection.execute(sa.delete(run_tags).where(run_tags.c.run_key == run_key, run_tags.c.key.in_(list(keys))))


def add_properties(connection: sa.Connection, run_key: int, properties: Mapping[str, str]) -> None:
    """Add new ones; the rule that they are written once is the domain's."""
    insert_if_absent(connection, run_properties, _words(run_key, properties))


def params_of(connection: sa.Connection, run_key: int) -> dict[str, str]:
    """The params of one run."""
    return _words_of(connection, (run_params,), [run_key])[0][run_key]


def add_params(connection: sa.Connection, run_key: int, params: Mapping[str, str]) -> None:
    """Add new ones; the rule that they are written once is the service's."""
    insert_if_absent(connection, run_params, _words(run_key, params))


def mark_deleted(connection: sa.Connection, experiment_key: int, deleted_at_ms: int | None) -> None:
    """All runs of an experiment, deleted or restored."""
    of_it = runs.c.experiment_key == experiment_key
    connection.execute(sa.update(runs).where(of_it).values(deleted_at_ms=deleted_at_ms))


def _words(run_key: int, words: Mapping[str, str | None]) -> list[dict[str, Any]]:
    return [
        {"run_key": run_key, "key": key, "value": value, "value_head": None if value is None else value[:HEAD_CHARS]}
        for key, value in words.items()
    ]


@cache
def _found(*, with_definition: bool, for_update: bool) -> sa.Select[Any]:
    # Built once: thirty columns take longer to write down than SQLite takes to find them.
    query = _joined([*COLUMNS, runs.c.definition] if with_definition else COLUMNS)
    query = query.where(runs.c.run_id == sa.bindparam("run_id"))
    return query.with_for_update(of=runs) if for_update else query


@cache
def _of_keys() -> sa.Select[Any]:
    return _joined(COLUMNS).where(among(runs.c.run_key, "run_keys"))


def _joined(columns: Sequence[sa.Column[Any]]) -> sa.Select[Any]:
    return (
        sa.select(*columns, *NAMES)
        .join(workspaces, workspaces.c.workspace_key == runs.c.workspace_key)
        .join(experiments, experiments.c.experiment_key == runs.c.experiment_key)
    )


def _conditions(wanted: RunFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [runs.c.deleted_at_ms.is_(None)]
    if wanted.experiment is not None:
        conditions.append(experiments.c.name == wanted.experiment)
    if wanted.parent_id is not None:
        parent = sa.select(runs.c.run_key).where(runs.c.run_id == wanted.parent_id).scalar_subquery()
        is_below = runs.c.run_key.in_(_family(parent)) if wanted.recursive else runs.c.parent_key == parent
        conditions.append(is_below)
    elif not wanted.include_children:
        conditions.append(runs.c.parent_key.is_(None))
    if wanted.kind is not None:
        conditions.append(runs.c.kind == wanted.kind)
    if wanted.status is not None:
        conditions.append(runs.c.status == wanted.status)
    conditions += [_has_word(run_tags, key, value) for key, value in wanted.tags]
    conditions += [_has_word(run_properties, key, value) for key, value in wanted.properties]
    return conditions


def _family(top: sa.ScalarSelect[Any]) -> sa.Select[Any]:
    """The keys of all runs below this one."""
    below = sa.select(runs.c.run_key).where(runs.c.parent_key == top).cte("below", recursive=True)
    return sa.select(below.union_all(sa.select(runs.c.run_key).where(runs.c.parent_key == below.c.run_key)).c.run_key)


def _has_word(table: sa.Table, key: str, value: str | None) -> sa.ColumnElement[bool]:
    query = sa.select(table.c.run_key).where(table.c.key == key)
    if value is not None:
        query = query.where(table.c.value_head == value[:HEAD_CHARS], table.c.value == value)
    return runs.c.run_key.in_(query)


def _with_words(connection: sa.Connection, rows: Sequence[sa.RowMapping]) -> list[Run]:
    words = _words_of(connection, WORDS, [row["run_key"] for row in rows])
    return [_run(row, *(found[row["run_key"]] for found in words)) for row in rows]


def _words_of(
    connection: sa.Connection, tables: tuple[sa.Table, ...], run_keys: Sequence[int]
) -> list[defaultdict[int, dict[str, Any]]]:
    """Of each table, the words by run key."""
    found: list[defaultdict[int, dict[str, Any]]] = [defaultdict(dict) for _ in tables]
    for place, run_key, key, value in connection.execute(_words_in(tables), {"run_keys": run_keys}).all():
        found[place][run_key][key] = value
    return found


@cache
def _words_in(tables: tuple[sa.Table, ...]) -> sa.CompoundSelect[Any]:
    parts = (
        sa.select(sa.literal_column(str(place)).label("place"), table.c.run_key, table.c.key, table.c.value).where(
            among(table.c.run_key, "run_keys")
        )
        for place, table in enumerate(tables)
    )
    return sa.union_all(*parts).order_by("run_key", "key")


def _run(
    row: sa.RowMapping, tags: Mapping[str, str | None], properties: Mapping[str, str], params: Mapping[str, str]
) -> Run:
    return Run(
        key=row["run_key"],
        workspace_key=row["workspace_key"],
        experiment_key=row["experiment_key"],
        run_id=row["run_id"],
        number=row["number"],
        workspace=row["workspace"],
        experiment=row["experiment"],
        display_name=row["display_name"],
        description=row["description"],
        kind=row["kind"],
        status=row["status"],
        parent_id=row["parent_id"],
        root_id=row["root_id"],
        created_at_ms=row["created_at_ms"],
        started_at_ms=row["started_at_ms"],
        ended_at_ms=row["ended_at_ms"],
        tags=tags,
        properties=properties,
        error=row["error"],
        warnings=tuple(row["warnings"]),
        target=row["target"],
        script=row["script"],
        arguments=tuple(row["arguments"]),
        environment_name=row["environment_name"],
        environment_version=row["environment_version"],
        snapshot_id=row["snapshot_id"],
        submitted_by=row["submitted_by"],
        child_count=row["child_count"],
        definition=row.get("definition"),
        params=params,
        experiment_id=row["experiment_id"],
        deleted_at_ms=row["deleted_at_ms"],
    )


def warn(connection: sa.Connection, run_key: int, warnings: Sequence[Any]) -> None:
    """Add warnings to a run."""
    mine = runs.c.run_key == run_key
    there = connection.execute(sa.select(runs.c.warnings).where(mine).with_for_update(of=runs)).scalar_one()
    connection.execute(sa.update(runs).where(mine).values(warnings=[*there, *warnings]))


def keys_of(connection: sa.Connection, run_ids: Sequence[str] | None) -> list[tuple[int, str]]:
    """Key and id of these runs, or of all runs; unknown ids are left out."""
    query = sa.select(runs.c.run_key, runs.c.run_id).order_by(runs.c.run_key)
    if run_ids is None:
        return [(key, run_id) for key, run_id in connection.execute(query)]
    found = (
        connection.execute(query.where(runs.c.run_id.in_(run_ids[start : start + CHUNK])))
        for start in range(0, len(run_ids), CHUNK)
    )
    return [(key, run_id) for rows in found for key, run_id in rows]
