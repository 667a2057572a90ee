"""The queries of MLflow's GraphQL, answered by the calls of the REST API."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fastapi.responses import Response
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLResolveInfo,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    execute_sync,
    parse,
    validate,
)

from runstead.domain.errors import InvalidArgument, RunsteadError
from runstead.server.mlflow import artifacts, experiments, graph_schemas, inputs, metrics, runs, searches, versions
from runstead.server.mlflow.graph_schemas import SCHEMA, Said, snake
from runstead.server.mlflow.wire import Asked, answer

CALLS: Mapping[str, Callable[[Asked], Response]] = {
    "mlflowGetExperiment": experiments.get,
    "mlflowGetRun": runs.get,
    "mlflowSearchRuns": searches.search,
    "mlflowSearchDatasets": inputs.search_datasets,
    "mlflowListArtifacts": artifacts.list_artifacts,
    "mlflowSearchModelVersions": versions.search_versions,
    "mlflowGetMetricHistoryBulkInterval": metrics.get_history_bulk_interval,
}
MOST_ROOTS, MOST_ALIASES, MOST_DEPTH, MOST_FIELDS, MOST_CHARS, MOST_TOKENS = 10, 10, 10, 1_000, 100_000, 10_000


def answered(asked: Asked) -> Response:
    """The answer to one query; errors are told in it, as GraphQL has it."""
    query, operation, variables = asked.text("query"), asked.maybe("operationName"), asked.fields.get("variables")
    if len(query) > MOST_CHARS:
        raise InvalidArgument(f"the query has {len(query)} characters; at most {MOST_CHARS} are read")
    if variables is not None and not isinstance(variables, dict):
        raise InvalidArgument("'variables' is an object")
    try:
        document = parse(query, max_tokens=MOST_TOKENS)
        _check_size(document)
    except (GraphQLError, RecursionError) as error:
        return _answer(None, [str(getattr(error, "message", error))])
    if errors := validate(SCHEMA, document):
        return _answer(None, [error.message for error in errors])
    done = execute_sync(
        SCHEMA,
        document,
        root_value=asked,
        variable_values=variables,
        operation_name=operation,
        field_resolver=_resolved,
    )
    return _answer(done.data, [error.message for error in done.errors or ()])


def _answer(found: Mapping[str, Any] | None, errors: Sequence[str]) -> Response:  # Any: JSON
    return answer({"data": found, "errors": list(errors) or None})


def _resolved(
    source: Asked | Said,
    info: GraphQLResolveInfo[Any],  # Any: the context, of which there is none
    **arguments: object,
) -> object:
    asked: Asked = info.root_value
    if source is asked:
        if info.field_name not in CALLS:
            return {"output": arguments.get("inputString")}
        fields = arguments.get("input")
        told = {snake(name): one for name, one in fields.items()} if isinstance(fields, dict) else {}
        return _called(asked, CALLS[info.field_name], {name: one for name, one in told.items() if one is not None})
    assert isinstance(source, Mapping)
    if info.parent_type.name == "MlflowRunExtension" and info.field_name in ("experiment", "modelVersions"):
        about: Said = source["info"]
        if info.field_name == "experiment":
            return _called(asked, experiments.get, {"experiment_id": about["experiment_id"]})["experiment"]
        of_run = {"filter": f"run_id = '{about['run_id']}'"}
        return _called(asked, versions.search_versions, of_run).get("model_versions", [])
    return graph_schemas.read(source, info)


def _called(asked: Asked, call: Callable[[Asked], Response], fields: Said) -> Said:
    """What one of our calls answers; its refusal is an error of this field only."""
    try:
        said: Said = json.loads(bytes(call(asked.part(fields)).body))
    except RunsteadError as error:
        raise GraphQLError(error.message) from error
    return said


def _check_size(document: DocumentNode) -> None:
    """MLflow's limits: how many fields, aliases at a level, and levels a query may have, its fragments spread out."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    roots = aliases = total = 0
    for operation in (one for one in document.definitions if isinstance(one, OperationDefinitionNode)):
        levels = [(operation.selection_set.selections, 1)]
        while levels:
            selections, depth = levels.pop()
            if depth > MOST_DEPTH:
                raise GraphQLError(f"Query exceeds maximum depth of {MOST_DEPTH}")
            fields = list(_fields(selections, fragments, set()))
            total += len(fields)
            if total > MOST_FIELDS:
                raise GraphQLError(f"Query exceeds maximum total selections of {MOST_FIELDS}")
            roots += len(fields) if depth == 1 else 0
            aliases = max(aliases, sum(field.alias is not None for field in fields))
            levels += [(field.selection_set.selections, depth + 1) for field in fields if field.selection_set]
    for count, most, what in ((roots, MOST_ROOTS, "root fields"), (aliases, MOST_ALIASES, "aliases")):
        if count > most:
            raise GraphQLError(f"GraphQL queries should have at most {most} {what}, got {count} {what}.")


def _fields(
    selections: Sequence[SelectionNode], fragments: Mapping[str, FragmentDefinitionNode], seen: set[str]
) -> Iterator[FieldNode]:
    """The fields of one level; each fragment once, so that a ring of them ends."""
    for one in selections:
        if isinstance(one, FieldNode):
            yield one
        elif isinstance(one, FragmentSpreadNode):
            if one.name.value in fragments and one.name.value not in seen:
                seen.add(one.name.value)
                yield from _fields(fragments[one.name.value].selection_set.selections, fragments, seen)
        elif isinstance(one, InlineFragmentNode):
            yield from _fields(one.selection_set.selections, fragments, seen)
