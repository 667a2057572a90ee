import pytest
from fastapi import APIRouter

from runstead.server import app as apps
from runstead.server.auth import needs, router
from runstead.server.tokens import Tokens
from runstead.testing.clocks import FakeClock
from runstead.testing.servers import House

W = "/api/v1/workspaces/default"


async def anything() -> dict[str, str]:
    return {}


def test_a_route_without_a_permission_stops_the_app_from_starting(house: House) -> None:
    careless = router()
    with pytest.raises(TypeError, match="'/forgotten' declares no permission"):
        careless.get("/forgotten")(anything)


def test_a_route_of_an_unguarded_router_stops_the_app_from_starting(house: House) -> None:
    plain = APIRouter()
    plain.get("/forgotten")(needs("read")(anything))
    with pytest.raises(TypeError, match="'/forgotten' declares no permission"):
        apps.create_app(house.unit, house.tokens, routers=[*apps.ROUTERS, plain])


def a_run(house: House, run_id: str, **more: str) -> str:
    body = {"run_id": run_id, "experiment": "e", **more}
    assert house.http.post(f"{W}/runs", json=body).status_code == 200
    return str(house.http.post(f"{W}/runs/{run_id}/token", json={}).json()["token"])


def as_run(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_run_token_writes_to_its_run_and_everything_below_and_reads_its_workspace(house: House) -> None:
    mine = as_run(a_run(house, "top"))
    a_run(house, "other")
    for run_id, parent in (("child", "top"), ("grandchild", "child")):
        body = {"run_id": run_id, "experiment": "e", "parent_id": parent}
        assert house.http.post(f"{W}/runs", json=body, headers=mine).status_code == 200
        assert (
            house.http.post(f"{W}/runs/{run_id}/status", json={"status": "Completed"}, headers=mine).status_code == 200
        )
    assert house.http.get(f"{W}/runs/other", headers=mine).status_code == 200
    assert house.http.patch(f"{W}/runs/other", json={"tags": {"a": "b"}}, headers=mine).status_code == 403


def test_a_child_does_not_write_to_its_parent(house: House) -> None:
    a_run(house, "top")
    child = as_run(a_run(house, "child", parent_id="top"))
    assert house.http.patch(f"{W}/runs/top", json={"tags": {"a": "b"}}, headers=child).status_code == 403


def test_a_run_token_lists_its_own_workspace_alone(house: House) -> None:
    house.http.put("/api/v1/workspaces/secret", json={})
    mine = as_run(a_run(house, "top"))
    seen = house.http.get("/api/v1/workspaces", headers=mine).json()["workspaces"]
    assert [w["name"] for w in seen] == ["default"]


def test_a_run_token_finds_an_experiment_and_makes_none(house: House) -> None:
    mine = as_run(a_run(house, "top"))
    assert house.http.put(f"{W}/experiments/e", headers=mine).status_code == 200
    assert house.http.put(f"{W}/experiments/new", headers=mine).status_code == 404


def test_a_heartbeat_renews_a_token_in_the_second_half_of_its_life() -> None:
    clock = FakeClock()
    tokens = Tokens("owner", b"k" * 32, now_s=lambda: clock.at_ms / 1000)
    token, ends_at_ms = tokens.run_token("default", "r1")
    assert tokens.renewed(token) is None
    clock.move(seconds=5 * 24 * 3600)
    fresh = tokens.renewed(token)
    assert fresh is not None
    clock.at_ms = ends_at_ms + 1
    assert tokens.caller_of(fresh).run_id == "r1"
    with pytest.raises(Exception, match="run out"):
        tokens.caller_of(token)
