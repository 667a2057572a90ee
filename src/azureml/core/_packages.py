"""What has to be built for an environment, and the builds that a script asks for itself."""

from collections.abc import Mapping
from typing import Any  # JSON values

from azureml.core._sections import PythonSection
from azureml.exceptions import UserErrorException
from runstead.client import config as settings
from runstead.domain.builds import Specification, specification_of
from runstead.domain.containers import Wanted, wanted_of
from runstead.domain.errors import InvalidArgument


def packages_of(name: str | None, python: PythonSection, *, in_container: bool = False) -> Specification | None:
    """What has to be built; None where an interpreter is there already.

    Where nobody asked for any packages, the current interpreter is what people expect on a laptop; in a container,
    which does not have it, what SDK v1 puts there by default.
    """
    plain = {**PythonSection()._definition(), "interpreterPath": python.interpreter_path}
    is_plain = python._definition() == plain and not in_container
    if python.user_managed_dependencies or is_plain:
        return None
    return specification_in(name, python)


def wanted_in(definition: Mapping[str, Any], *, boxed: bool | None = None) -> Wanted:
    """What is built for an environment by hand; boxed: whether an image, None: as it says itself."""
    try:
        return wanted_of(definition, boxed=boxed, strict=settings.is_strict())
    except InvalidArgument as error:
        raise UserErrorException(f"the environment {definition.get('name')!r}: {error.message}") from error


def specification_in(name: str | None, python: PythonSection) -> Specification:
    """The packages of an environment, also those of one that nobody has touched."""
    dependencies = python.conda_dependencies
    try:
        return specification_of({} if dependencies is None else dependencies.as_dict(), strict=settings.is_strict())
    except InvalidArgument as error:
        raise UserErrorException(f"the environment {name!r}: {error.message}") from error
