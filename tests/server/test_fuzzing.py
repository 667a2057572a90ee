"""Requests made at random from the API's own description: none may make the server fail."""

from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from runstead.server.app import ROUTERS
from tests.server.grounds import Grounds

# An endless answer, and the end of the server.
LEFT_OUT = ("/api/v1/workspaces/{ws}/events", "/api/v1/shutdown")
ROUTES = [route for router in ROUTERS for route in router.routes]
DESCRIBED = schemathesis.openapi.from_dict(FastAPI(title="Runstead", routes=ROUTES).openapi())
API = DESCRIBED.exclude(lambda context: context.operation.path in LEFT_OUT)
# Of a path, what does not exist is soon found out; behind what exists there is more to break.
EXISTING = {"ws": "default", "run_id": "mine", "name": "ours"}


@API.parametrize()
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_request_makes_the_server_fail(
    grounds: Grounds, case: schemathesis.Case[Any]
) -> None:  # Any: one kind of API only
    case.path_parameters |= {name: known for name, known in EXISTING.items() if name in case.path_parameters}
    if "wait_s" in case.query:
        case.query["wait_s"] = 0  # the wait is honest, and long
    reply = case.call(base_url=grounds.url, headers={"Authorization": f"Bearer {grounds.token}"})
    case.validate_response(reply, checks=[not_a_server_error])
