"""Passwords of image registries, which environments and jobs bring along: none is told, one can be forgotten."""

from runstead.domain.logins import login_of
from runstead.server.auth import UnitIn, needs, router
from runstead.service import logins

routes = router()


@routes.delete("/api/v1/workspaces/{ws}/logins")
@needs("write")
def delete_login(ws: str, unit: UnitIn, username: str, address: str = "") -> dict[str, str]:
    """Forget the password of this user at this registry; without an address it is Docker Hub."""
    logins.forget(unit, ws, login_of({"address": address, "username": username}))
    return {}
