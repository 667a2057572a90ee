"""A real server, and the stock MLflow client pointed at one of its workspaces."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import mlflow
import pytest
import urllib3
from mlflow import MlflowClient
from mlflow.entities.trace_location import MlflowExperimentLocation

from runstead.testing.servers import RealServer, running_server


@dataclass(frozen=True)
class Tracking:
    """`client` speaks to `uri`, a workspace of `server`."""

    server: RealServer
    uri: str
    client: Any  # MlflowClient, which has no types

    def experiment(self, name: str) -> str:
        """A new experiment's id."""
        made: str = self.client.create_experiment(name)
        return made

    def ours(self, method: str, path: str) -> dict[str, Any]:
        """One call of REST v1 below the workspace, as JSON."""
        url = f"{self.server.url}/api/v1/workspaces/default/{path}"
        owner = {"Authorization": f"Bearer {self.server.token}"}
        told: dict[str, Any] = urllib3.request(method, url, headers=owner).json()
        return told

    def token_of(self, run_id: str) -> str:
        """A token of one run."""
        token: str = self.ours("POST", f"runs/{run_id}/token")["token"]
        return token

    def call(self, method: str, path: str, /, **fields: object) -> tuple[int, Any]:
        """One call below the tracking URI, as JSON; of a GET the fields are its query."""
        return self.call_as(self.server.token, method, path, **fields)

    def call_as(self, token: str, method: str, path: str, /, **fields: object) -> tuple[int, Any]:
        """The same with another token than the owner's."""
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.uri}/{path}"
        if method == "GET":
            query = {name: str(value) for name, value in fields.items()}
            reply = urllib3.request(method, url, fields=query, headers=headers, retries=False)
        else:
            reply = urllib3.request(method, url, json=fields, headers=headers, retries=False)
        return reply.status, reply.json()


@pytest.fixture(scope="module")
def tracking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracking]:
    """One server for a file's tests. The client's own variable carries the token."""
    with running_server(tmp_path_factory.mktemp("mlflow") / "home") as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_TOKEN", server.token)
        patch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        uri = f"{server.url}/mlflow/default"
        mlflow.set_tracking_uri(uri)  # some calls of the client look there, whatever address it was given
        yield Tracking(server, uri, MlflowClient(tracking_uri=uri))


@pytest.fixture
def traced(tracking: Tracking, request: pytest.FixtureRequest) -> Iterator[str]:
    """An experiment into which the stock client's tracing writes at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")
        mlflow.set_tracking_uri(tracking.uri)
        yield tracking.experiment(f"traced {request.node.name}".encode("ascii", "replace").decode())


def a_trace(experiment_id: str, name: str = "call") -> str:
    """One of two spans, told by the stock client; its id."""
    with mlflow.start_span(name, trace_destination=MlflowExperimentLocation(experiment_id)) as outer:
        outer.set_inputs({"x": 1})
        with mlflow.start_span("inner") as inner:
            inner.set_attribute("depth", 2)
    trace_id: str = outer.trace_id
    return trace_id
