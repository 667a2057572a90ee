"""SDK v1 `azureml.core.databricks`: libraries of a Databricks cluster, as data of an environment."""

from typing import ClassVar

from azureml.core._elements import _AbstractRunConfigElement

Text = str | None


class MavenLibrary(_AbstractRunConfigElement):
    """SDK v1 `MavenLibrary`."""

    def __init__(self, coordinates: Text = None, repo: Text = None, exclusions: list[str] | None = None) -> None:
        self.coordinates = coordinates
        self.repo = repo
        self.exclusions = exclusions or []


class PyPiLibrary(_AbstractRunConfigElement):
    """SDK v1 `PyPiLibrary`."""

    def __init__(self, package: Text = None, repo: Text = None) -> None:
        self.package = package
        self.repo = repo


class RCranLibrary(_AbstractRunConfigElement):
    """SDK v1 `RCranLibrary`."""

    def __init__(self, package: Text = None, repo: Text = None) -> None:
        self.package = package
        self.repo = repo


class JarLibrary(_AbstractRunConfigElement):
    """SDK v1 `JarLibrary`."""

    def __init__(self, library: Text = None) -> None:
        self.library = library


class EggLibrary(_AbstractRunConfigElement):
    """SDK v1 `EggLibrary`."""

    def __init__(self, library: Text = None) -> None:
        self.library = library


class DatabricksSection(_AbstractRunConfigElement):
    """SDK v1 `DatabricksSection`: kept with an environment; there is no Databricks here to use it."""

    _ITEMS: ClassVar = {
        "maven_libraries": MavenLibrary,
        "pypi_libraries": PyPiLibrary,
        "rcran_libraries": RCranLibrary,
        "jar_libraries": JarLibrary,
        "egg_libraries": EggLibrary,
    }

    def __init__(self) -> None:
        self.maven_libraries: list[MavenLibrary] = []
        self.pypi_libraries: list[PyPiLibrary] = []
        self.rcran_libraries: list[RCranLibrary] = []
        self.jar_libraries: list[JarLibrary] = []
        self.egg_libraries: list[EggLibrary] = []
