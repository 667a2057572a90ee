"""SDK v1 `azureml.core.conda_dependencies`: a conda specification as plain data."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from azureml._versions import SDK_VERSION
from azureml.exceptions import UserErrorException
from runstead.domain.requirements import answered

DEFAULT_PYTHON = "3.8.13"
FILE_NAME = "conda_dependencies.yml"
SDK_PREFIX = "azureml-"
_PACKAGE = re.compile(r"^\s*(?:[\w\-./]+::)?([\w\-.]+)")


class CondaDependencies:
    """SDK v1 `CondaDependencies`: channels, conda packages and pip packages."""

    DEFAULT_NUMBER_OF_CONDA_PACKAGES = 0
    DEFAULT_NUMBER_OF_PIP_PACKAGES = 0

    def __init__(self, conda_dependencies_file_path: str | None = None) -> None:
        if conda_dependencies_file_path is None:
            self._spec = _default_specification()
        else:
            self._spec = _read_specification(Path(conda_dependencies_file_path))

    @classmethod
    def _from_specification(cls, specification: dict[str, Any]) -> "CondaDependencies":  # Any: YAML
        made = cls()
        made._spec = specification
        return made

    @classmethod
    def _from_text(cls, text: str, source: str) -> "CondaDependencies":
        return cls._from_specification(_specification(text, source))

    @staticmethod
    def create(
        pip_indexurl: str | None = None,
        pip_packages: Sequence[str] | None = None,
        conda_packages: Sequence[str] | None = None,
        python_version: str = "3.10.18",
        pin_sdk_version: bool = True,
    ) -> "CondaDependencies":
        made = CondaDependencies()
        made.set_python_version(python_version)
        if pip_packages is not None:
            made._set_pip([])
        for package in pip_packages or ():
            made.add_pip_package(_pinned(package) if pin_sdk_version else package)
        for package in conda_packages or ():
            made.add_conda_package(package)
        if pip_indexurl:
            made.set_pip_index_url(pip_indexurl)
        return made

    @staticmethod
    def merge_requirements(requirements: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(requirements))

    @staticmethod
    def sdk_origin_url() -> str:
        return ""

    @property
    def conda_channels(self) -> Iterator[str]:
        return iter(self._spec.get("channels") or [])

    @property
    def conda_packages(self) -> Iterator[str]:
        return iter([one for one in self._dependencies() if isinstance(one, str)])

    @property
    def pip_packages(self) -> Iterator[str]:
        return iter([one for one in self._pip() if not one.lstrip().startswith("-")])

    @property
    def pip_options(self) -> Iterator[str]:
        return iter([one for one in self._pip() if one.lstrip().startswith("-")])

    def add_channel(self, channel: str) -> None:
        channels = self._spec.setdefault("channels", [])
        if channel not in channels:
            channels.append(channel)

    def remove_channel(self, channel: str) -> None:
        self._spec["channels"] = [one for one in self.conda_channels if one != channel]

    def add_conda_package(self, conda_package: str) -> None:
        self.remove_conda_package(conda_package)
        self._dependencies().append(conda_package)

    def remove_conda_package(self, conda_package: str) -> None:
        name = _package_name(conda_package)
        kept = [one for one in self._dependencies() if not (isinstance(one, str) and _package_name(one) == name)]
        self._spec["dependencies"] = kept

    def add_pip_package(self, pip_package: str) -> None:
        self.remove_pip_package(pip_package)
        self._set_pip([*self._pip(), pip_package])

    def remove_pip_package(self, pip_package: str) -> None:
        name = _package_name(pip_package)
        self._set_pip([one for one in self._pip() if one.lstrip().startswith("-") or _package_name(one) != name])

    def set_pip_requirements(self, pip_requirements: Iterable[str]) -> None:
        self._set_pip(list(pip_requirements))

    def set_pip_option(self, pip_option: str) -> None:
        self.remove_pip_option(pip_option)
        self._set_pip([pip_option, *self._pip()])

    def remove_pip_option(self, pip_option: str) -> None:
        option = pip_option.split()[0]
        self._set_pip([one for one in self._pip() if one.split()[0] != option])

    def set_pip_index_url(self, index_url: str) -> None:
        self.set_pip_option(f"--index-url {index_url}")

    def set_python_version(self, version: str) -> None:
        self.remove_conda_package("python")
        self._dependencies().insert(0, f"python={version}")

    def get_python_version(self) -> str | None:
        found = [one for one in self.conda_packages if _package_name(one) == "python"]
        return found[0].partition("=")[2].lstrip("=") or None if found else None

    def get_default_number_of_packages(self) -> int:
        return self.DEFAULT_NUMBER_OF_CONDA_PACKAGES + self.DEFAULT_NUMBER_OF_PIP_PACKAGES

    def add_tensorflow_conda_package(self, core_type: str = "cpu", version: str | None = None) -> None:
        self.add_conda_package(_tensorflow(core_type, version, pin="="))

    def add_tensorflow_pip_package(self, core_type: str = "cpu", version: str | None = None) -> None:
        self.add_pip_package(_tensorflow(core_type, version, pin="=="))

    def add_cntk_package(self, core_type: str = "cpu") -> None:
        self.add_pip_package("cntk-gpu" if core_type == "gpu" else "cntk")

    def as_dict(self) -> dict[str, Any]:  # Any: YAML
        return self._spec

    def serialize_to_string(self) -> str:
        return str(yaml.safe_dump(self._spec, sort_keys=False, default_flow_style=False))

    def save(self, path: str | None = None) -> str:
        target = Path(path or FILE_NAME)
        target.write_text(self.serialize_to_string(), encoding="utf-8")
        return str(target)

    def save_to_file(self, base_directory: str, conda_file_path: str | None = None) -> str:
        name = conda_file_path or FILE_NAME
        self.save(str(Path(base_directory) / name))
        return name

    def _dependencies(self) -> list[Any]:  # Any: str or {"pip": [...]}
        return self._spec.setdefault("dependencies", [])  # type: ignore[no-any-return]  # the YAML says what it says

    def _pip(self) -> list[str]:
        return next((list(one["pip"]) for one in self._dependencies() if isinstance(one, dict) and "pip" in one), [])

    def _set_pip(self, packages: list[str]) -> None:
        there = [isinstance(one, dict) and "pip" in one for one in self._dependencies()]
        others = [one for one, is_pip in zip(self._dependencies(), there, strict=True) if not is_pip]
        place = there.index(True) if True in there else len(others)
        self._spec["dependencies"] = [*others[:place], *([{"pip": packages}] if packages else []), *others[place:]]

    def __repr__(self) -> str:
        return f"CondaDependencies({self._spec!r})"


def _default_specification() -> dict[str, Any]:  # Any: YAML
    return {
        "name": "project_environment",
        "dependencies": [f"python={DEFAULT_PYTHON}", {"pip": ["azureml-defaults"]}],
        "channels": ["anaconda", "conda-forge"],
    }


def _read_specification(path: Path) -> dict[str, Any]:  # Any: YAML
    try:
        return _specification(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UserErrorException(f"the conda specification {path} cannot be read: {error}") from error


def _specification(text: str, source: str) -> dict[str, Any]:  # Any: YAML
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserErrorException(f"the conda specification {source} cannot be read: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("dependencies", []), list):
        raise UserErrorException(f"{source} is no conda specification: it needs a list named 'dependencies'")
    return content


def _package_name(requirement: str) -> str:
    if "://" in requirement.partition("@")[0]:  # the address of a wheel names it, that of anything else only itself
        return answered(requirement).name or requirement.strip()
    found = _PACKAGE.match(requirement)
    return (found[1] if found else requirement).lower().replace("_", "-")


def _pinned(package: str) -> str:
    bare = package.strip().lower().startswith(SDK_PREFIX) and not re.search(r"[=<>~!@]", package)
    return f"{package}~={SDK_VERSION}" if bare else package


def _tensorflow(core_type: str, version: str | None, *, pin: str) -> str:
    name = "tensorflow-gpu" if core_type == "gpu" else "tensorflow"
    return f"{name}{pin}{version}" if version else name
