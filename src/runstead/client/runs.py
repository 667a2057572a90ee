"""Runs of a workspace: make, find, change, end."""

from collections.abc import Iterator, Mapping, Sequence

from runstead.client.connection import Json, quoted
from runstead.client.workspaces import Workspace
from runstead.domain.runs import INTERACTIVE
from runstead.journal import processes

PAGE = 200
Tags = Mapping[str, str | None]


def create_run(workspace: Workspace, run_id: str, *, experiment: str, kind: str, **fields: object) -> Json:
    """A new run under an id of ours, so that a repeat answers the same run. fields: as POST runs in rest-v1.md."""
    body = {"run_id": run_id, "experiment": experiment, "kind": kind, **fields}
    return workspace.connection.call("POST", f"{workspace.path}/runs", _signed(body))


def create_runs(workspace: Workspace, drafts: Sequence[Mapping[str, object]]) -> list[Json]:
    """Several new runs, all or none. drafts: as POST runs in rest-v1.md."""
    return list(
        workspace.connection.call("POST", f"{workspace.path}/runs/batch", {"runs": [_signed(one) for one in drafts]})[
            "runs"
        ]
    )


def _signed(draft: Mapping[str, object]) -> Json:
    """An interactive run says which process it belongs to: should that vanish, the run has failed."""
    here = processes.this_process() if draft["kind"] == INTERACTIVE else None
    return {**draft, **({"node": here[0], "pid": here[1]} if here else {})}


def load_run(workspace: Workspace, run_id: str) -> Json:
    """Raises NotFound."""
    return workspace.connection.call("GET", run_path(workspace, run_id))


def list_runs(
    workspace: Workspace,
    *,
    experiment: str | None = None,
    parent: str | None = None,
    kind: str | None = None,
    status: str | None = None,
    tags: Sequence[str] = (),
    properties: Sequence[str] = (),
    include_children: bool = False,
    recursive: bool = False,
) -> Iterator[Json]:
    """Newest first, page by page as they are taken. tags and properties: `k` or `k=v`, all of which must match.

    recursive: with a parent, its children's children, too, and so on, whether or not those between pass.
    """
    query: dict[str, object] = {
        "experiment": experiment,
        "parent": parent,
        "kind": kind,
        "status": status,
        "tag": list(tags),
        "property": list(properties),
        "include_children": include_children,
        "recursive": recursive,
        "limit": PAGE,
    }
    cursor: str | None = None
    while True:
        page = workspace.connection.call("GET", f"{workspace.path}/runs", query={**query, "cursor": cursor})
        yield from page["runs"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def change_run(workspace: Workspace, run_id: str, **changes: object) -> Json:
    """changes: display_name, description, tags, remove_tags, properties. Conflict on a property's second value."""
    return workspace.connection.call("PATCH", run_path(workspace, run_id), changes)


def set_status(workspace: Workspace, run_id: str, *, status: str, **details: object) -> Json:
    """details: error ({code, message}), warnings. Raises Conflict if the state table refuses."""
    return workspace.connection.call("POST", f"{run_path(workspace, run_id)}/status", {"status": status, **details})


def cancel_run(workspace: Workspace, run_id: str) -> Json:
    """Asks for the end; a job's driver obeys, an interactive run is canceled at once."""
    return workspace.connection.call("POST", f"{run_path(workspace, run_id)}/cancel", {})


def studio_url(workspace: Workspace, run_id: str) -> str:
    """The run's page."""
    return f"{workspace.studio_url}/runs/{quoted(run_id)}"


def run_path(workspace: Workspace, run_id: str) -> str:
    """The run's address below the server's root."""
    return f"{workspace.path}/runs/{quoted(run_id)}"
