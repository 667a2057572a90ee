"""SDK v1's exceptions: where they are, what they print, and which of ours becomes which."""

import importlib
import json

import pytest

import azureml.exceptions as public
from azureml._errors import translated
from azureml.exceptions import (
    ActivityFailedException,
    AuthenticationException,
    AzureMLException,
    ServiceException,
    UserErrorException,
)
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

WHERE = {
    "azureml._common.exceptions": ["AzureMLException", "AzureMLAggregatedException"],
    "azureml._restclient.exceptions": ["ServiceException"],
    "azureml.exceptions._azureml_exception": ["UserErrorException", "RunEnvironmentException", "SnapshotException"],
    "azureml.core.compute_target": ["ComputeTargetException"],
}


@pytest.mark.parametrize(("module", "names"), WHERE.items())
def test_the_defining_modules_hold_the_same_classes_as_the_public_one(module: str, names: list[str]) -> None:
    for name in names:
        assert getattr(importlib.import_module(module), name) is getattr(public, name)


def test_all_exceptions_share_the_base_and_are_one_name_each() -> None:
    classes = [getattr(public, name) for name in public.__all__]

    assert len(set(classes)) == len(classes) == 21
    assert all(issubclass(one, AzureMLException) for one in classes)


def test_str_is_the_block_that_v1_prints_and_message_is_the_text_alone() -> None:
    error = UserErrorException("no such file")

    first, message, inner, head, *body = str(error).split("\n")
    assert first == "UserErrorException:"
    assert (message, inner) == ("\tMessage: no such file", "\tInnerException None")
    assert head.startswith("\tErrorResponse")
    assert json.loads("\n".join(body)) == {"error": {"code": "UserError", "message": "no such file"}}
    assert error.message == "no such file"


def test_a_failed_activity_tells_its_error_as_json() -> None:
    details = {"error": {"code": "UserError", "message": "boom"}}

    head, _, text = ActivityFailedException(details).message.partition("\n")

    assert head == "Activity Failed:"
    assert json.loads(text) == details


@pytest.mark.parametrize(
    ("ours", "theirs", "status"),
    [
        (InvalidArgument("m"), UserErrorException, None),
        (TooLarge("m"), UserErrorException, None),
        (Unauthenticated("m"), AuthenticationException, None),
        (NotFound("m"), ServiceException, 404),
        (Forbidden("m"), ServiceException, 403),
        (Conflict("m"), ServiceException, 409),
        (Unavailable("m"), ServiceException, 503),
        (RunsteadError("m"), ServiceException, 500),
    ],
)
def test_each_of_our_errors_becomes_one_of_theirs(
    ours: RunsteadError, theirs: type[AzureMLException], status: int | None
) -> None:
    error = translated(ours)

    assert type(error) is theirs
    assert error.message == "m"
    assert getattr(error, "status_code", None) == status
