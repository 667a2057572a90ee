"""MLflow's multipart uploads: a large file in parts, sent side by side; presigned addresses are not needed."""

import contextlib
import re
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from runstead.domain.errors import InvalidArgument, NotFound, TooLarge
from runstead.server import uploads
from runstead.server.auth import CallerIn, UnitIn, needs
from runstead.server.mlflow.artifacts import Place, writable
from runstead.server.mlflow.wire import MOUNT, Asked, AskedIn, answer, invalid, refusal, router
from runstead.service import artifacts

routes = router()
PROXY = MOUNT + "/{door}/{version}/mlflow-artifacts"
MOST_PARTS = 10_000


@routes.post(PROXY + "/mpu/create/{folder:path}")
@needs("run")
def create(folder: str, request: Request, asked: AskedIn) -> Response:
    """Begin one; the answer says where each part is to be sent, with the caller's own token."""
    place, file = _meant(asked, folder)
    count = asked.whole("num_parts") or 0
    if not 1 <= count <= MOST_PARTS:
        raise invalid("num_parts", count, f"It must be between 1 and {MOST_PARTS}")
    artifacts.check_free(asked.unit, asked.workspace, place.run_id, place.path)
    upload_id = asked.unit.parts.begin({"workspace": asked.workspace, "file": file, "count": count})
    before = f"{str(request.base_url).rstrip('/')}/mlflow/{quote(asked.workspace, safe='')}/api/2.0/mlflow-artifacts"
    headers = {"Authorization": request.headers["authorization"]} if "authorization" in request.headers else {}
    parts = [
        {"url": f"{before}/mpu/parts/{upload_id}/{number}", "part_number": number, "headers": headers}
        for number in range(1, count + 1)
    ]
    return answer({"upload_id": upload_id, "credentials": parts})


@routes.put(PROXY + "/mpu/parts/{upload_id}/{number}")
@needs("run", body="stream")
async def put_part(ws: str, upload_id: str, number: int, request: Request, unit: UnitIn, caller: CallerIn) -> Response:
    """The bytes of one part; sent again, it is replaced."""
    asked = Asked(unit, caller, ws, {})
    count = await run_in_threadpool(_own, asked, upload_id)
    if not 1 <= number <= count:
        raise InvalidArgument(f"the upload {upload_id} has parts 1 to {count}, and no part {number}")
    with await run_in_threadpool(unit.parts.writer, upload_id, number) as writer:
        await uploads.written(request, unit, writer.write)
        await run_in_threadpool(writer.commit)
    return Response(headers={"ETag": f'"{upload_id}-{number}"'})


@routes.post(PROXY + "/mpu/complete/{folder:path}")
@needs("run")
def complete(folder: str, asked: AskedIn) -> Response:
    """Make the file of its parts, all of them, in order."""
    place, file = _meant(asked, folder)
    upload_id = asked.text("upload_id")
    count = _own(asked, upload_id, file)
    told = sorted(asked.part(one).whole("part_number") or 0 for one in asked.objects("parts"))
    if told != list(range(1, count + 1)):
        raise InvalidArgument(f"the upload {upload_id} has {count} parts; 'parts' names each of them once")
    size_bytes, most = 0, asked.unit.settings.limits.upload_bytes
    with asked.unit.blobs.writer() as writer:
        for piece in asked.unit.parts.pieces(upload_id, told):
            size_bytes += len(piece)
            if size_bytes > most:
                raise TooLarge(f"the parts together have more than {most} bytes, which is what is taken here")
            writer.write(piece)
        artifacts.put(asked.unit, asked.workspace, place.run_id, place.path, writer.commit(), overwrite=True)
    asked.unit.parts.forget(upload_id)
    return answer({})


@routes.post(PROXY + "/mpu/abort/{folder:path}")
@needs("run")
def abort(folder: str, asked: AskedIn) -> Response:
    """Throw its parts away; fine if there are none (any more)."""
    _, file = _meant(asked, folder)
    upload_id = asked.text("upload_id")
    with contextlib.suppress(NotFound):
        _own(asked, upload_id, file)
        asked.unit.parts.forget(upload_id)
    return answer({})


@routes.get(PROXY + "/presigned/{path:path}")
@needs("read")
def presigned(path: str) -> Response:
    """Refused in the words at which a client reads the file itself."""
    told = "Presigned URL download is not supported for the current artifact repository. Ask for the file itself, "
    return refusal(404, "ENDPOINT_NOT_FOUND", f"{told}whole or in ranges")


def _meant(asked: Asked, folder: str) -> tuple[Place, str]:
    """The file that a call is about: a folder in the address, and its name in `path`, as clients tell it."""
    name = re.split(r"[/\\]", asked.text("path"))[-1]
    file = f"{folder.strip('/')}/{name}"
    return writable(asked, file), file


def _own(asked: Asked, upload_id: str, file: str | None = None) -> int:
    """How many parts the upload has; NotFound if it is not of this workspace and file, or not there."""
    about = asked.unit.parts.about(upload_id)
    if about["workspace"] != asked.workspace or file not in (None, about["file"]):
        raise NotFound(f"there is no upload {upload_id[:40]!r} of this file")
    writable(asked, str(about["file"]))
    count = about["count"]
    assert isinstance(count, int)
    return count
