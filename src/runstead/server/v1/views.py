"""Saved views of a workspace's run tables."""

from dataclasses import dataclass

from runstead.domain.views import View, ViewEdit
from runstead.server.auth import UnitIn, needs, router
from runstead.server.v1.shapes import at
from runstead.service import views

routes = router()
W = "/api/v1/workspaces/{ws}"


@dataclass(frozen=True)
class ViewBody:
    """A view to be kept; `experiment` null: of the table of all runs."""

    name: str
    search: str
    experiment: str | None = None
    is_default: bool = False


@dataclass(frozen=True)
class ViewEditBody:
    """What to change."""

    name: str | None = None
    search: str | None = None
    is_default: bool | None = None


@dataclass(frozen=True)
class ViewShape:
    """View."""

    view_id: str
    name: str
    experiment: str | None
    search: str
    is_default: bool
    created_at: str
    changed_at: str


@dataclass(frozen=True)
class ViewsShape:
    """By name."""

    views: list[ViewShape]


@routes.get(W + "/views")
@needs("read")
def list_views(ws: str, unit: UnitIn) -> ViewsShape:
    """The saved views of all tables of a workspace."""
    return ViewsShape([_shape(view) for view in views.listed(unit, ws)])


@routes.post(W + "/views")
@needs("write")
def post_view(ws: str, unit: UnitIn, body: ViewBody) -> ViewShape:
    """Keep a view under a name."""
    made = views.create(unit, ws, body.name, experiment=body.experiment, search=body.search, is_default=body.is_default)
    return _shape(made)


@routes.patch(W + "/views/{view_id}")
@needs("write")
def patch_view(ws: str, view_id: str, unit: UnitIn, body: ViewEditBody) -> ViewShape:
    """Rename a view, change what it shows, make it the one that its table opens with."""
    return _shape(views.edit(unit, ws, view_id, ViewEdit(body.name, body.search, body.is_default)))


@routes.delete(W + "/views/{view_id}")
@needs("write")
def delete_view(ws: str, view_id: str, unit: UnitIn) -> dict[str, str]:
    """Forget a view."""
    views.delete(unit, ws, view_id)
    return {}


def _shape(view: View) -> ViewShape:
    return ViewShape(
        view_id=view.view_id,
        name=view.name,
        experiment=view.experiment,
        search=view.search,
        is_default=view.is_default,
        created_at=at(view.created_at_ms),
        changed_at=at(view.changed_at_ms),
    )
