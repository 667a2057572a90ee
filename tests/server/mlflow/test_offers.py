"""Every call that MLflow's client knows is offered, or refused in words that the documentation has."""

import re
from pathlib import Path

from mlflow.protos import (
    databricks_pb2,
    mlflow_artifacts_pb2,
    model_registry_pb2,
    service_pb2,
    webhooks_pb2,
)

from runstead.server.app import ROUTERS
from runstead.server.mlflow.servers import NOT_OFFERED, rest
from tests.server.mlflow.conftest import Tracking

NOTES = Path(__file__).parents[3] / "docs/notes/rest-mlflow.md"
FILES = (service_pb2, model_registry_pb2, mlflow_artifacts_pb2, webhooks_pb2)


def their_calls() -> set[tuple[str, str]]:
    """(method, address with {} for what varies) of each call of MLflow's services."""
    services = [one for file in FILES for one in file.DESCRIPTOR.services_by_name.values()]
    options = [call.GetOptions().Extensions[databricks_pb2.rpc] for service in services for call in service.methods]
    return {
        (one.method, re.sub(r"\{[^}]*\}|<[^>]*>", "{}", one.path)) for option in options for one in option.endpoints
    }


def our_calls() -> set[tuple[str, str]]:
    """The same of our routes, but for the one that answers everything else."""
    found = set()
    for router in ROUTERS:
        for route in router.routes if router is not rest else ():
            path = re.sub(r"^/mlflow/\{ws\}(/\{door\}/\{version\})?", "", getattr(route, "path", ""))
            found |= {(method, re.sub(r"\{[^}]*\}", "{}", path)) for method in getattr(route, "methods", ())}
    return found


def test_every_call_of_mlflows_client_is_offered_or_refused_on_purpose(tracking: Tracking) -> None:
    missing = their_calls() - our_calls()
    assert len(their_calls()) > 150
    silent = []
    for method, path in sorted(missing):
        status, answer = tracking.call(method, f"api/3.0{path.replace('{}', 'x')}")
        assert (status, answer["error_code"]) == (404, "ENDPOINT_NOT_FOUND")
        if not any(f"does not offer {told} (" in answer["message"] for told in NOT_OFFERED.values()):
            silent.append((method, path))
    assert silent == []


def test_what_is_not_offered_is_in_the_documentation() -> None:
    page = NOTES.read_text()
    assert [start for start in NOT_OFFERED if f"`{start}" not in page] == []
