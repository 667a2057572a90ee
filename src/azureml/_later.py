"""What SDK v1 has and this version has not: said aloud, never a silent stub."""

from typing import NoReturn

from azureml.exceptions import UserErrorException


def not_yet(what: str, *, instead: str = "") -> UserErrorException:
    """The error that names the missing thing; `instead` says what would do."""
    hint = f" {instead}" if instead else ""
    return UserErrorException(
        f"{what} is not in this version of Runstead yet.{hint} docs/reference/coverage.md lists what is."
    )


class Absent:
    """A member that SDK v1 has and Runstead leaves out on purpose: reaching for it raises the error that says why."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"{owner.__name__}.{name}"

    def __get__(self, instance: object, owner: type) -> NoReturn:
        raise UserErrorException(
            f"{self._name} is not in Runstead: {self.why}. docs/reference/coverage.md lists what is."
        )
