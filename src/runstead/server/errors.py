"""The one table from kinds of error to HTTP, and the shape of an error answer."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from runstead.domain.errors import (
    Conflict,
    Forbidden,
    InvalidArgument,
    NotFound,
    RunsteadError,
    TooLarge,
    Unauthenticated,
    Unavailable,
)

STATUS: dict[type[RunsteadError], int] = {
    InvalidArgument: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Unavailable: 503,
    RunsteadError: 500,
}
KIND = {status: kind for kind, status in STATUS.items()}
log = logging.getLogger(__name__)


def answer_of(error: RunsteadError) -> JSONResponse:
    """The answer that says this error."""
    status = STATUS.get(type(error), 500)
    headers = {"Retry-After": "1"} if error.transient else {}
    return JSONResponse({"error": {"code": error.code, "message": error.message, **error.details}}, status, headers)


def install(app: FastAPI) -> None:
    """Answer every error in one shape."""
    app.add_exception_handler(RunsteadError, _domain)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(UnicodeEncodeError, _unwritable)
    app.add_exception_handler(Exception, _unexpected)


async def _domain(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RunsteadError):
        return await _unexpected(request, error)
    if type(error) is RunsteadError:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return answer_of(error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        return await _unexpected(request, error)
    told = "; ".join(f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()[:5])
    return answer_of(InvalidArgument(f"{request.method} {request.url.path} was not understood: {told}"))


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        return await _unexpected(request, error)
    kind = KIND.get(error.status_code, RunsteadError if error.status_code >= 500 else InvalidArgument)
    said = f"{request.method} {request.url.path}: {error.detail}"
    answer = JSONResponse({"error": {"code": kind.code, "message": said}}, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


async def _unwritable(request: Request, error: Exception) -> JSONResponse:
    # JSON can spell half a character (a lone surrogate), no database can keep one, and only its driver notices.
    log.info("%s %s was refused", request.method, request.url.path, exc_info=error)
    return answer_of(InvalidArgument(f"{request.method} {request.url.path}: a text holds half a character: {error}"))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    message = f"{request.method} {request.url.path} failed in the server; its log (server.log) says why"
    return JSONResponse({"error": {"code": "internal", "message": message}}, 500)
