"""What is unknown, or there already, among data: SDK v1 calls both a mistake of the user's."""

from collections.abc import Iterator
from contextlib import contextmanager

from azureml.exceptions import UserErrorException
from runstead.domain.errors import Conflict, NotFound


@contextmanager
def user_errors() -> Iterator[None]:
    """NotFound and Conflict as UserErrorException; trap 23: notebooks catch exactly that."""
    try:
        yield
    except (NotFound, Conflict) as error:
        raise UserErrorException(error.message) from error
