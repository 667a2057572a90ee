"""MLflow's GraphQL: a few queries of its pages. Its grammar is read when the first one comes; most servers get none."""

from collections.abc import Callable
from importlib import import_module

from fastapi.responses import Response

from runstead.server.auth import needs
from runstead.server.mlflow.wire import MOUNT, Asked, AskedIn, router

routes = router()


@routes.api_route(MOUNT + "/graphql", methods=["GET", "POST"])
@needs("read")
def graphql(asked: AskedIn) -> Response:
    """One query."""
    answered: Callable[[Asked], Response] = import_module("runstead.server.mlflow.graph_queries").answered
    return answered(asked)
