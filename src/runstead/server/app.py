"""The app: routes, guards, errors, and the services that run beside it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol

from anyio.to_thread import current_default_thread_limiter
from fastapi import APIRouter, FastAPI
from starlette.concurrency import run_in_threadpool

from runstead import __version__
from runstead.launch.builds import Builds
from runstead.server import errors, studio
from runstead.server.auth import needs_of
from runstead.server.hosts import HostGuard
from runstead.server.mlflow import artifacts as mlflow_artifacts
from runstead.server.mlflow import assessments as mlflow_assessments
from runstead.server.mlflow import correlations as mlflow_correlations
from runstead.server.mlflow import evaluation_datasets as mlflow_evaluation_datasets
from runstead.server.mlflow import experiments as mlflow_experiments
from runstead.server.mlflow import graphs as mlflow_graphs
from runstead.server.mlflow import inputs as mlflow_inputs
from runstead.server.mlflow import logged_models as mlflow_logged_models
from runstead.server.mlflow import metrics as mlflow_metrics
from runstead.server.mlflow import multiparts as mlflow_multiparts
from runstead.server.mlflow import pages as mlflow_pages
from runstead.server.mlflow import registries as mlflow_registries
from runstead.server.mlflow import runs as mlflow_runs
from runstead.server.mlflow import scorers as mlflow_scorers
from runstead.server.mlflow import searches as mlflow_searches
from runstead.server.mlflow import servers as mlflow_servers
from runstead.server.mlflow import trace_metrics as mlflow_trace_metrics
from runstead.server.mlflow import trace_spans as mlflow_trace_spans
from runstead.server.mlflow import traces as mlflow_traces
from runstead.server.mlflow import versions as mlflow_versions
from runstead.server.tokens import Tokens
from runstead.server.v1 import (
    artifacts,
    builds,
    changes,
    charts,
    datasets,
    datastores,
    environments,
    experiments,
    jobs,
    lines,
    logins,
    logs,
    metrics,
    models,
    run_groups,
    run_selections,
    run_tables,
    runs,
    secrets,
    servers,
    snapshots,
    views,
    workspaces,
)
from runstead.service.unit import Unit
from runstead.service.workspaces import ensure_default

# Looked through in this order: first what running jobs call all the time, since a look at every other route costs as
# much as a commit.
ROUTERS: tuple[APIRouter, ...] = (
    metrics.routes,
    logs.routes,
    mlflow_metrics.routes,
    mlflow_runs.routes,
    servers.routes,
    workspaces.routes,
    experiments.routes,
    environments.routes,
    runs.routes,
    run_tables.routes,
    run_groups.routes,
    run_selections.routes,
    views.routes,
    artifacts.routes,
    lines.routes,
    charts.routes,
    snapshots.routes,
    models.routes,
    jobs.routes,
    builds.routes,
    secrets.routes,
    logins.routes,
    datastores.routes,
    datasets.routes,
    changes.routes,
    mlflow_servers.routes,
    mlflow_experiments.routes,
    mlflow_searches.routes,
    mlflow_inputs.routes,
    mlflow_logged_models.routes,
    mlflow_registries.routes,
    mlflow_versions.routes,
    mlflow_artifacts.routes,
    mlflow_multiparts.routes,
    mlflow_pages.routes,
    mlflow_graphs.routes,
    mlflow_trace_spans.routes,
    mlflow_trace_metrics.routes,
    mlflow_traces.routes,
    mlflow_assessments.routes,
    mlflow_correlations.routes,
    mlflow_evaluation_datasets.routes,
    mlflow_scorers.routes,
    mlflow_servers.rest,  # answers every other path of MLflow's
    studio.routes,  # last: it answers every other path
)

# Writers wait for one another in a thread each; enough are left for readers meanwhile.
THREADS = 96


class Background(Protocol):
    """Something that runs beside the server: the launcher's controller, a sweep."""

    def start(self) -> None:
        """Begin, and return at once."""
        ...

    def stop(self) -> None:
        """End, and return when it has ended."""
        ...


def create_app(
    unit: Unit,
    tokens: Tokens,
    *,
    background: Sequence[Background] = (),
    on_listening: Callable[[], None] | None = None,
    stop: Callable[[], None] | None = None,
    building: Builds | None = None,
    routers: Sequence[APIRouter] = ROUTERS,
) -> FastAPI:
    """The server's app. TypeError if a route declares no permission.

    `on_listening` is called when everything is up; `stop` is what POST shutdown calls.
    """
    routes = [route for each in routers for route in each.routes]
    for route in routes:
        needs_of(route)
    app = FastAPI(
        title="Runstead",
        version=__version__,
        routes=routes,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # FastAPI would send traces to wherever the environment says. Runstead sends nothing anywhere.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        lifespan=_lifespan(unit, background, on_listening),
    )
    app.state.unit = unit
    app.state.tokens = tokens
    app.state.builds = building or Builds(unit.settings.environments, {})
    app.state.started_at_ms = unit.now_ms()
    app.state.mlflow_workspaces = set()  # those that were asked for, and are there
    app.state.closing = asyncio.Event()
    app.state.stop = stop or (lambda: None)
    errors.install(app)
    app.add_middleware(HostGuard, settings=unit.settings)
    return app


def _lifespan(
    unit: Unit, background: Sequence[Background], on_listening: Callable[[], None] | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = THREADS
        await run_in_threadpool(ensure_default, unit)
        async with AsyncExitStack() as stack:
            for service in background:
                await run_in_threadpool(service.start)
                stack.push_async_callback(run_in_threadpool, service.stop)
            if on_listening is not None:
                on_listening()
            yield

    return lifespan
