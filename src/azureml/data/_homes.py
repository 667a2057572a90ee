"""What data needs of a workspace. `azureml.core` imports `azureml.data`, so this side names it by its shape."""

from typing import Any, Protocol

from runstead.client.config import Settings
from runstead.client.workspaces import Workspace as Place


class Home(Protocol):
    """A `Workspace` of SDK v1."""

    _place: Place
    _settings: Settings

    @property
    def name(self) -> str:
        """The workspace's name."""
        ...

    def get_details(self) -> dict[str, Any]:  # Any: as SDK v1's values
        """The record, with SDK v1's keys."""
        ...
