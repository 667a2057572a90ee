"""A workspace: one namespace of the server."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_WORKSPACE = "default"
DEFAULT_SUBSCRIPTION_ID = "00000000-0000-0000-0000-000000000000"
DEFAULT_RESOURCE_GROUP = "runstead"
DEFAULT_LOCATION = "local"


@dataclass(frozen=True)
class Workspace:
    """`key` is the store's own number; it never leaves the server."""

    key: int
    name: str
    subscription_id: str
    resource_group: str
    location: str
    workspace_id: str
    created_at_ms: int
    tags: Mapping[str, str | None] = field(default_factory=dict)
    description: str = ""
    friendly_name: str = ""


@dataclass(frozen=True)
class WorkspaceEdit:
    """What to change; None leaves as it is. Tags are replaced as a whole."""

    tags: Mapping[str, str | None] | None = None
    description: str | None = None
    friendly_name: str | None = None
