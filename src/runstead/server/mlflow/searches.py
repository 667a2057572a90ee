"""MLflow's `runs/search`: its filter and order become a question to the run table."""

from fastapi.responses import Response

from runstead.domain.run_tables import (
    Both,
    Column,
    Comparison,
    Dataset,
    Field,
    Filter,
    Metric,
    Not,
    Param,
    Sort,
    TableQuery,
    Tag,
)
from runstead.server.auth import needs
from runstead.server.mlflow.experiments import view_of
from runstead.server.mlflow.filters import Condition, Key, Order, holds
from runstead.server.mlflow.grammars import Grammar
from runstead.server.mlflow.runs import NAME, NOTE, PARENT, RUNS, STATUSES, run_text
from runstead.server.mlflow.wire import AskedIn, Page, answer, compact, router
from runstead.service import histories

routes = router()
FIELDS = {
    "run_id": "run_id",
    "run_name": "display_name",
    "Run name": "display_name",
    "run name": "display_name",
    "Run Name": "display_name",
    "user_id": "submitted_by",
    "User": "submitted_by",
    "status": "status",
    "start_time": "started_at",
    "created": "started_at",
    "Created": "started_at",
    "end_time": "ended_at",
    "experiment_id": "experiment_id",
}
FILTERS = Grammar(
    texts=[name for name, field in FIELDS.items() if not field.endswith("_at")],
    numbers=[name for name, field in FIELDS.items() if field.endswith("_at")],
    words=("param", "tag", "dataset"),
    measures=("metric",),
    named={"dataset": ("name", "digest", "context")},
)
TIES = (Sort(Field("started_at"), True), Sort(Field("run_id"), False))
OF_TAGS = {NAME: "display_name", NOTE: "description", PARENT: "parent_id"}
DELETED = {"ACTIVE_ONLY": False, "DELETED_ONLY": True, "ALL": None}


@routes.post(RUNS + "/search")
@needs("read")
def search(asked: AskedIn) -> Response:
    """Runs of some experiments: filtered, sorted, by the page."""
    page = asked.page(1_000)
    ids = asked.texts("experiment_ids")
    if not ids:
        return answer({})
    conditions = [_filter_of(one) for one in FILTERS.conditions(asked.maybe("filter"))]
    query = TableQuery(
        columns=(),
        sorts=(*(_sort_of(one) for one in FILTERS.orders(asked.texts("order_by"))), *TIES),
        filter=Both((*conditions, Comparison(Field("experiment_id"), "in", tuple(ids))), every=True),
        experiment=None,
        include_children=True,
        limit=page.limit,
        offset=page.offset,
        deleted=DELETED[view_of(asked.fields.get("run_view_type"))],
    )
    return _answer(asked, query, page)


def _answer(asked: AskedIn, query: TableQuery, page: Page) -> Response:
    found = histories.table(asked.unit, asked.workspace, query)
    runs = ",".join([run_text(run, found.metrics[run.key], found.inputs[run.key]) for run in found.runs])
    rest = "".join(f',"{name}":{compact(value)}' for name, value in page.token(found.more).items())
    return Response(f'{{"runs":[{runs}]{rest}}}', media_type="application/json")


def _sort_of(order: Order) -> Sort:
    return Sort(_column_of(order.key), order.descending)


def _column_of(key: Key) -> Column:
    match key:
        case Key("metric", name):
            return Metric(name, "last")
        case Key("param", name):
            return Param(name)
        case Key("tag", name):
            return Field(OF_TAGS[name]) if name in OF_TAGS else Tag(name)
        case Key("dataset", "name" | "digest" | "context" as name):
            return Dataset(name)
    return Field(FIELDS[key.name])


def _filter_of(condition: Condition) -> Filter:
    column = _column_of(condition.key)
    if column == Field("status"):
        return _status_filter(condition)
    op, value = condition.op, condition.value
    there = Comparison(column, "exists", True)
    if op in ("IS NULL", "IS NOT NULL"):
        return Not(there) if op == "IS NULL" else there
    if op in ("!=", "NOT IN"):
        same = Comparison(column, "=" if op == "!=" else "in", value)
        # As in MLflow, what a run does not have differs from nothing.
        return Both((there, Not(same)), every=True)
    return Comparison(column, op.lower(), value)


def _status_filter(condition: Condition) -> Filter:
    same = tuple(ours for ours, theirs in STATUSES.items() if holds(condition, theirs))
    return Comparison(Field("status"), "in", same)
