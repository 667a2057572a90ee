"""What a client asks of the server itself, and the answer to every address that MLflow has and we do not."""

import re
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from runstead.server.auth import needs
from runstead.server.mlflow.wire import BASE, MOUNT, AskedIn, answer, refusal, router

# Clients choose calls by it: the newest 3.x line whose calls this face answers.
SPOKEN_VERSION = "3.17.2"
MANY_SLASHES = re.compile("/{2,}")
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

# What MLflow's server does besides tracking, by the beginning of its addresses.
NOT_OFFERED = {
    "gateway": "a gateway to language models, with their keys",
    "webhooks": "webhooks",
    "workspaces": "MLflow's own workspaces: here each has a tracking URI, and the owner's first call makes it",
    "jobs": "jobs that the server carries out for clients",
    "genai": "evaluation on the server: evaluate at the client",
    "scorer": "judging on the server: run scorers at the client",
    "scorers/online-config": "judging on the server as traces come in: run scorers at the client",
    "prompt-optimization": "optimisation of prompts on the server",
    "issues": "issues found in traces",
    "label-schemas": "labelling in MLflow's pages",
    "review-queues": "labelling in MLflow's pages",
    "demo": "the demonstration of MLflow's pages",
    "unified-traces": "traces in tables of Databricks",
    "get-online-trace-details": "traces in tables of Databricks",
    "artifacts/presigned": "presigned addresses: files come and go through the server",
}

routes = router()
rest = router()  # mounted last: it answers every other path


@routes.get(MOUNT + "/health")
@needs("public")
def health() -> Response:
    """Whether the server is there."""
    return PlainTextResponse("OK")


@routes.get(MOUNT + "/version")
@needs("public")
def version() -> Response:
    """Which MLflow it speaks like."""
    return PlainTextResponse(SPOKEN_VERSION)


@routes.get(BASE + "/server-info")
@needs("read")
def server_info(asked: AskedIn) -> Response:
    """What the server can do; artifacts are sent whole, for a body of any size is taken piece by piece."""
    return answer(
        {
            "store_type": "SqlStore",
            "workspaces_enabled": False,
            "multipart_uploads_enabled": False,
            "multipart_downloads_enabled": False,
            "trace_archival_enabled": False,
        }
    )


@routes.get(MOUNT)
@routes.get(MOUNT + "/")
@needs("public")
def page(ws: str) -> Response:
    """Studio's page of the workspace, for links that clients print: `<tracking URI>/#/experiments/…`."""
    return RedirectResponse(f"/w/{quote(ws, safe='')}", 307)


@rest.api_route("/mlflow/{path:path}", methods=METHODS)
@needs("read")
def unknown(path: str, request: Request) -> Response:
    """Not offered, in MLflow's words; doubled slashes are led to the address without them, as MLflow does."""
    if "//" in path:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(quote(f"/mlflow/{MANY_SLASHES.sub('/', path.lstrip('/'))}") + query, 308)
    _, _, call = path.partition("/mlflow/")
    what = next(
        (told for start, told in NOT_OFFERED.items() if f"{call}/".startswith((f"{start}/", f"{start}-"))), None
    )
    asked = f"{request.method} /mlflow/{path[:300]}"
    return refusal(
        404,
        "ENDPOINT_NOT_FOUND",
        f"Runstead does not offer {f'{what} ({asked})' if what else asked}; "
        "docs/notes/rest-mlflow.md lists what it does. The tracking URI of a workspace is <server>/mlflow/<workspace>",
    )
