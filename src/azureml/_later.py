"""What SDK v1 has and this version has not: said aloud, never a silent stub."""

from azureml.exceptions import UserErrorException


def not_yet(what: str, *, instead: str = "") -> UserErrorException:
    """The error that names the missing thing; `instead` says what would do."""
    hint = f" {instead}" if instead else ""
    return UserErrorException(f"{what} is not in this version of Runstead yet.{hint} docs/guide/sdk.md lists what is.")
