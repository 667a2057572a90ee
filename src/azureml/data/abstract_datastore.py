"""SDK v1 `azureml.data.abstract_datastore`."""

from azureml._errors import speaks_v1
from azureml.data._homes import Home
from azureml.exceptions import UserErrorException
from runstead.client import datastores
from runstead.client.connection import Json
from runstead.domain.errors import NotFound


@speaks_v1
class AbstractDatastore:
    """SDK v1 `AbstractDatastore`: a named place for data."""

    def __init__(self, workspace: Home, name: str, datastore_type: str) -> None:
        self._workspace = workspace
        self._name = name
        self._datastore_type = datastore_type

    @property
    def workspace(self) -> Home:
        return self._workspace

    @workspace.setter
    def workspace(self, value: Home) -> None:
        self._workspace = value

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self._name = value

    @property
    def datastore_type(self) -> str:
        return self._datastore_type

    @datastore_type.setter
    def datastore_type(self, value: str) -> None:
        self._datastore_type = value

    def set_as_default(self) -> None:
        datastores.set_default(self._workspace._place, self._name)

    def unregister(self) -> None:
        datastores.unregister_datastore(self._workspace._place, self._name)

    def _record(self) -> Json:
        """What the server keeps of it."""
        try:
            return datastores.load_datastore(self._workspace._place, self._name)
        except NotFound as error:
            raise UserErrorException(error.message) from error

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self._name!r}, datastore_type={self._datastore_type!r})"
