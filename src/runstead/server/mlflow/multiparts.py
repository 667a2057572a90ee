"""MLflow's multipart uploads and presigned addresses: not needed, since a body of any size is taken piece by piece."""

from fastapi.responses import Response

from runstead.server.auth import needs
from runstead.server.mlflow.wire import MOUNT, refusal, router

routes = router()
PROXY = MOUNT + "/{door}/{version}/mlflow-artifacts"


@routes.post(PROXY + "/mpu/{call}/{path:path}")
@needs("run", body="stream")
def multipart(call: str, path: str) -> Response:
    """Refused in the words at which a client sends the file whole."""
    return _refused("Multipart upload", "the file whole: a body of any size is taken piece by piece")


@routes.get(PROXY + "/presigned/{path:path}")
@needs("read")
def presigned(path: str) -> Response:
    """Refused in the words at which a client reads the file itself."""
    return _refused("Presigned URL download", "for the file itself, whole or in ranges")


def _refused(what: str, instead: str) -> Response:
    told = f"{what} is not supported for the current artifact repository. Ask {instead}"
    return refusal(404, "ENDPOINT_NOT_FOUND", told)
