"""The one table from Runstead's kinds of error to SDK v1's exceptions, and the decorator that applies it."""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from azureml.exceptions import AuthenticationException, AzureMLException, ServiceException, UserErrorException
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

HTTP_STATUS: dict[type[RunsteadError], int] = {NotFound: 404, Conflict: 409, Forbidden: 403, Unavailable: 503}
Class = TypeVar("Class", bound=type)


def translated(error: RunsteadError) -> AzureMLException:
    """The exception of SDK v1 that says the same."""
    if isinstance(error, InvalidArgument | TooLarge):
        return UserErrorException(error.message)
    if isinstance(error, Unauthenticated):
        return AuthenticationException(error.message)
    status = HTTP_STATUS.get(type(error), 500)
    return ServiceException(error, status_code=status, error_code=error.code)


def speaks_v1(face: Class) -> Class:
    """Class decorator: whatever a method or property raises of Runstead's own comes out as SDK v1's exception.

    `log` is left alone: it is called in training loops and translates by itself.
    """
    for name, member in list(vars(face).items()):
        if name == "log" or (name.startswith("_") and name not in ("__init__", "__enter__", "__exit__")):
            continue
        if isinstance(member, staticmethod | classmethod):
            setattr(face, name, type(member)(_translating(member.__func__)))
        elif isinstance(member, property):
            setter = _translating(member.fset) if member.fset else None
            setattr(face, name, property(member.fget and _translating(member.fget), setter, doc=member.__doc__))
        elif inspect.isfunction(member):
            setattr(face, name, _translating(member))
    return face


def _translating(function: Callable[..., Any]) -> Callable[..., Any]:  # Any: any method
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def generating(*args: object, **kwargs: object) -> Iterator[object]:
            try:
                yield from function(*args, **kwargs)
            except RunsteadError as error:
                raise translated(error) from error

        return generating

    @functools.wraps(function)
    def calling(*args: object, **kwargs: object) -> object:
        try:
            return function(*args, **kwargs)
        except RunsteadError as error:
            raise translated(error) from error

    return calling
