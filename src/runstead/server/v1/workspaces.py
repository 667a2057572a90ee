"""Workspaces."""

from dataclasses import dataclass

from runstead.domain.workspaces import WorkspaceEdit
from runstead.server.auth import CallerIn, UnitIn, needs, router
from runstead.server.v1.shapes import WorkspaceShape, workspace_shape
from runstead.service import workspaces

routes = router()


@dataclass(frozen=True)
class WorkspaceBody:
    """What a workspace is made with."""

    subscription_id: str | None = None
    resource_group: str | None = None
    location: str | None = None


@dataclass(frozen=True)
class WorkspaceChangeBody:
    """What to change; tags are replaced as a whole."""

    tags: dict[str, str | None] | None = None
    description: str | None = None
    friendly_name: str | None = None


@dataclass(frozen=True)
class WorkspacesShape:
    """All of them."""

    workspaces: list[WorkspaceShape]


@routes.get("/api/v1/workspaces")
@needs("read")
def list_workspaces(unit: UnitIn, caller: CallerIn) -> WorkspacesShape:
    """All workspaces; a run's token sees its own alone."""
    seen = [w for w in workspaces.listed(unit) if caller.is_owner or w.name == caller.workspace]
    return WorkspacesShape([workspace_shape(w) for w in seen])


@routes.put("/api/v1/workspaces/{ws}")
@needs("write")
def put_workspace(ws: str, unit: UnitIn, body: WorkspaceBody) -> WorkspaceShape:
    """The workspace; made if missing."""
    made = workspaces.ensure(
        unit,
        ws,
        subscription_id=body.subscription_id,
        resource_group=body.resource_group,
        location=body.location,
    )
    return workspace_shape(made)


@routes.get("/api/v1/workspaces/{ws}")
@needs("read")
def get_workspace(ws: str, unit: UnitIn) -> WorkspaceShape:
    """One workspace."""
    return workspace_shape(workspaces.load(unit, ws))


@routes.patch("/api/v1/workspaces/{ws}")
@needs("write")
def patch_workspace(ws: str, unit: UnitIn, body: WorkspaceChangeBody) -> WorkspaceShape:
    """Change what is given."""
    change = WorkspaceEdit(body.tags, body.description, body.friendly_name)
    return workspace_shape(workspaces.edit(unit, ws, change))


@routes.delete("/api/v1/workspaces/{ws}")
@needs("admin")
def delete_workspace(ws: str, unit: UnitIn) -> dict[str, str]:
    """Delete the workspace with everything in it."""
    workspaces.delete(unit, ws)
    return {}
