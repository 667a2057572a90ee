"""What a client asks of the server itself, and the answer to every address that MLflow has and we do not."""

from fastapi import Request
from fastapi.responses import PlainTextResponse, Response

from runstead.server.auth import needs
from runstead.server.mlflow.wire import BASE, MOUNT, AskedIn, answer, refusal, router

# Clients choose calls by it: the newest 3.x line whose calls this face answers.
SPOKEN_VERSION = "3.17.2"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

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


@rest.api_route("/mlflow/{path:path}", methods=METHODS)
@needs("read")
def unknown(path: str, request: Request) -> Response:
    """Not offered, in MLflow's words."""
    return refusal(
        404,
        "ENDPOINT_NOT_FOUND",
        f"Runstead does not offer {request.method} /mlflow/{path[:300]}; docs/notes/rest-mlflow.md lists what it does. "
        "The tracking URI of a workspace is <server>/mlflow/<workspace>",
    )
