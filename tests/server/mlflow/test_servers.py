import json
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from hypothesis import given, settings
from hypothesis import strategies as st

from runstead.domain.runs import RunDraft
from runstead.server.app import ROUTERS
from runstead.server.mlflow.wire import MOUNT
from runstead.service import runs
from runstead.service.settings import Settings
from runstead.testing.servers import House, house_of
from tests.server.mlflow.conftest import Tracking
from tests.server.wires import send

ROUTES = [
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.path.startswith(f"{MOUNT}/") and "{path" not in route.path
    for method in sorted(route.methods or ())
    if route.path != f"{MOUNT}/"  # the page for browsers
]
PUBLIC = ("/health", "/version")


def filled(path: str, ws: str = "default") -> str:
    for name, value in {"ws": ws, "door": "api", "version": "2.0"}.items():
        path = path.replace(f"{{{name}}}", value)
    return path.replace("{model_id}", "m-1").replace("{key}", "k")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_call_is_answered_without_a_token(tracking: Tracking, method: str, path: str) -> None:
    reply = send(tracking.server.url, method, filled(path), [("Content-Type", "application/json")], b"{}")
    if path.endswith(PUBLIC):
        assert reply.status == 200
    else:
        assert (reply.status, json.loads(reply.body)["error_code"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_call_is_answered_to_a_foreign_host_or_page(tracking: Tracking, method: str, path: str) -> None:
    """CVE-2025-14279, CVE-2026-27482: on every method."""
    owner = ("Authorization", f"Bearer {tracking.server.token}")
    for foreign in (("Host", "evil.example.com"), ("Origin", "https://evil.example.com")):
        assert send(tracking.server.url, method, filled(path), [owner, foreign], b"{}").status == 403


@pytest.mark.parametrize(("method", "path"), [one for one in ROUTES if not one[1].endswith(PUBLIC)])
def test_a_runs_token_changes_nothing_of_another_run_or_workspace(tracking: Tracking, method: str, path: str) -> None:
    """CVE-2026-2734, -3198, -33866: every call of the face, also those that a list of permissions would forget."""
    mine, other = (tracking.client.create_run("0").info.run_id for _ in range(2))
    token = tracking.token_of(mine)
    before = tracking.client.get_run(other).to_dictionary()
    fields = {"run_id": other, "key": "k", "value": "1", "timestamp": "1", "new_name": "n", "experiment_id": "0"}
    body = json.dumps(fields | {"name": "n", "run_uuid": other, "source_run_id": other}).encode()
    headers = [("Authorization", f"Bearer {token}"), ("Content-Type", "application/json")]
    send(tracking.server.url, method, filled(path), headers, body)
    assert tracking.client.get_run(other).to_dictionary() == before
    assert send(tracking.server.url, method, filled(path, "foreign"), headers, body).status == 403


def test_an_address_that_is_not_offered_says_so_in_mlflows_words(tracking: Tracking) -> None:
    for path in ("api/2.0/mlflow/webhooks", "api/2.0/mlflow/no/such", "api/9.9/mlflow/runs/get", ""):
        status, told = tracking.call("POST", path)
        assert (status, told["error_code"]) == (404, "ENDPOINT_NOT_FOUND")
        assert "rest-mlflow.md" in told["message"]


def test_the_server_says_that_it_is_there_and_how_it_speaks(tracking: Tracking) -> None:
    assert send(tracking.server.url, "GET", "/mlflow/default/health").body == b"OK"
    assert send(tracking.server.url, "GET", "/mlflow/default/version").body.startswith(b"3.")
    status, told = tracking.call("GET", "api/3.0/mlflow/server-info")
    assert (status, told["workspaces_enabled"]) == (200, False)


@pytest.mark.parametrize("body", [b"{", b"[]", b"5", b"[" * 100_000, b'{"name": "\xff"}', b'{"name": "\\ud800"}'])
def test_a_body_that_is_no_object_is_refused(tracking: Tracking, body: bytes) -> None:
    owner = [("Authorization", f"Bearer {tracking.server.token}")]
    reply = send(tracking.server.url, "POST", "/mlflow/default/api/2.0/mlflow/experiments/create", owner, body)
    assert (reply.status, json.loads(reply.body)["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


PAIRS = st.dictionaries(st.sampled_from(["key", "value", "step", "model_id"]), st.one_of(st.text(), st.integers()))
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
WORDS = st.one_of(PLAIN, st.lists(st.text(max_size=3), max_size=3), st.lists(PAIRS, max_size=3))
FIELDS = """run_id experiment_id experiment_ids name key value timestamp step tags params metrics filter order_by
max_results page_token view_type run_view_type status end_time start_time metric_key run_ids path models datasets
version alias source new_name stage stages description model_id source_run_id model_json archive_existing_versions"""
NAMES = st.sampled_from(FIELDS.split())


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_request_makes_the_face_fail(fuzzed: House, method: str, path: str) -> None:
    @given(st.dictionaries(NAMES, WORDS, max_size=6), st.booleans())
    @settings(max_examples=12)
    def try_one(fields: dict[str, object], known: bool) -> None:
        told = {**fields, "run_id": "mine", "experiment_id": "0", "name": "known"} if known else fields
        if method == "GET":
            reply = fuzzed.http.request(method, filled(path), params={k: str(v) for k, v in told.items()})
        else:
            reply = fuzzed.http.request(method, filled(path), content=json.dumps(told))
        assert reply.status_code < 500, (told, reply.text)

    try_one()


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_of(Settings(home=tmp_path_factory.mktemp("fuzzed"))) as house:
        runs.create(house.unit, "default", RunDraft("mine", "Default"))
        yield house


@pytest.mark.parametrize("tail", ["", "/"])
def test_the_tracking_uri_leads_a_browser_to_studio(tracking: Tracking, tail: str) -> None:
    """Clients print links such as `<tracking URI>/#/experiments/0`."""
    reply = send(tracking.server.url, "GET", f"/mlflow/default{tail}")
    assert (reply.status, reply.header("Location")) == (307, "/w/default")


def test_doubled_slashes_are_led_to_the_address_without_them(tracking: Tracking) -> None:
    owner = [("Authorization", f"Bearer {tracking.server.token}")]
    reply = send(tracking.server.url, "GET", "/mlflow/default//api//2.0/mlflow/experiments/get?experiment_id=0", owner)
    assert (reply.status, reply.header("Location")) == (
        308,
        "/mlflow/default/api/2.0/mlflow/experiments/get?experiment_id=0",
    )
    assert (
        send(tracking.server.url, "GET", "/mlflow///evil.example.com/x", owner)
        .header("Location")
        .startswith("/mlflow/")
    )
