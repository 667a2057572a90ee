"""What was done to systems like ours, done to every route of this one: whoever adds a route adds a target."""

import json
import time
from itertools import product
from urllib.parse import unquote

import jwt
import pytest

from tests.server.grounds import Door, Grounds, W, doors
from tests.server.wires import Headers, Reply, connected, reply_on, request_bytes, seconds_since, send_raw

pytestmark = pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
DOORS = doors()
GUARDED = [door for door in DOORS if door.permission != "public"]
READS = [door for door in DOORS if door.method == "GET"]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND")
SHUTDOWN = "/api/v1/shutdown"  # takes no body: any request of the owner ends the server
TAKES_JSON = [d for d in GUARDED if d.method != "GET" and d.body == "json" and d.path != SHUTDOWN]
# Everything that has been read as "go up": each was a published hole in a tracker, or the way around its fix.
SPELLINGS = r"""
    ../../canary.txt  ..%2f..%2fcanary.txt  %2e%2e/%2e%2e/canary.txt  %2e%2e%2f%2e%2e%2fcanary.txt
    %252e%252e%252fcanary.txt  ..%252f..%252fcanary.txt  ..%5c..%5ccanary.txt  ..\..\canary.txt  ..;/..;/canary.txt
    ..%3b/canary.txt  %23/../../canary.txt  %3f/../../canary.txt  x/../../../canary.txt  /etc/passwd  %2fetc%2fpasswd
    //etc/passwd  file:///etc/passwd  file:%2f%2f%2fetc%2fpasswd  ....//....//canary.txt  ..%c0%afcanary.txt
    %c0%ae%c0%ae/canary.txt  %uff0e%uff0e/canary.txt  ..%ef%bc%8fcanary.txt  canary.txt%00.png  ..%00/canary.txt  %00
    .  ..  %2e  %2e%2e  ~/canary.txt  %7eroot/.ssh/id_rsa  C:%5cwindows%5cwin.ini  %5c%5chost%5cshare
    outputs/..%2f..%2f..%2f..%2ftoken  ../token  ..%2f..%2fsigning.key  outputs/%0d%0aX-Injected:%201
    outputs/%0aknown.txt  %ed%a0%80  %ff%fe
"""
TRAVERSALS = (*SPELLINGS.split(), "a" * 6000, "a/" * 3000)


def each(items: list[Door]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("door", items, ids=str)


def json_headers(headers: Headers) -> Headers:
    return [*headers, ("Content-Type", "application/json")]


def is_refused(reply: Reply) -> bool:
    return 400 <= reply.status < 500


# --- who may come in -------------------------------------------------------------------------------------------------


def strangers(grounds: Grounds) -> dict[str, Headers]:
    """Credentials that are none."""
    claims = {"aud": "run", "ws": "default", "run": "mine", "exp": time.time() + 3600}
    key = (grounds.home / "signing.key").read_bytes()
    head, payload, signature = grounds.run_token.split(".")
    tokens = {
        "an empty token": "",
        "a wrong token": "x" * len(grounds.token),
        "the token but its end": grounds.token[:-1],
        "the token and more": grounds.token + "x",
        "an unsigned token": jwt.encode(claims, key="", algorithm="none"),
        "a token of another key": jwt.encode(claims, key="0" * 64, algorithm="HS256"),
        "a token that ended": jwt.encode({**claims, "exp": time.time() - 1}, key, algorithm="HS256"),
        "a token without an end": jwt.encode({k: v for k, v in claims.items() if k != "exp"}, key, algorithm="HS256"),
        "a token for another audience": jwt.encode({**claims, "aud": "studio"}, key, algorithm="HS256"),
        "a token signed in another way": jwt.encode(claims, key, algorithm="HS512"),
        "a token with a changed payload": f"{head}.{payload[:-2]}AA.{signature}",
        "a token of bytes": "\udcff\udcfe",
    }
    cookie = f"runstead_{grounds.url.rpartition(':')[2]}"
    return {
        "nothing": [],
        **{what: [("Authorization", f"Bearer {token}")] for what, token in tokens.items()},
        "the token as a password": [("Authorization", f"Basic {grounds.token}")],
        "the token without its scheme": [("Authorization", grounds.token)],
        "the token as a cookie": [("Cookie", f"{cookie}={grounds.token}"), ("Origin", grounds.url)],
        "a run's token as a cookie": [("Cookie", f"{cookie}={grounds.run_token}"), ("Origin", grounds.url)],
    }


@each(GUARDED)
def test_a_stranger_is_turned_away_from_every_route(grounds: Grounds, door: Door) -> None:
    answers = {what: grounds.send(door.method, door.target(), sent) for what, sent in strangers(grounds).items()}
    assert {what: reply.status for what, reply in answers.items() if reply.status not in (400, 401)} == {}
    assert {what: found for what, reply in answers.items() if (found := grounds.leaks(reply))} == {}


def test_a_token_in_the_address_opens_nothing(grounds: Grounds) -> None:
    for name in ("token", "access_token", "authorization", "ticket"):
        assert grounds.send("GET", f"/api/v1/server?{name}={grounds.token}", []).status == 401


@each([door for door in GUARDED if "ws" in door.parameters])
def test_a_runs_token_does_not_reach_another_workspace(grounds: Grounds, door: Door) -> None:
    target = door.target({"ws": "other", "run_id": "foreign"})
    assert grounds.send(door.method, target, json_headers(grounds.run_bearer), b"{}").status in (403, 404)


@each([door for door in GUARDED if door.permission == "run" and "run_id" in door.parameters])
def test_a_runs_token_does_not_write_to_another_run(grounds: Grounds, door: Door) -> None:
    reply = grounds.send(door.method, door.target({"run_id": "theirs"}), json_headers(grounds.run_bearer), b"{}")
    assert reply.status == 403


@each([door for door in GUARDED if door.permission in ("write", "admin")])
def test_a_runs_token_is_not_the_owners(grounds: Grounds, door: Door) -> None:
    assert grounds.send(door.method, door.target(), json_headers(grounds.run_bearer), b"{}").status == 403


def test_a_runs_token_makes_no_run_beside_its_own(grounds: Grounds) -> None:
    for draft in ({"run_id": "x1", "experiment": "e"}, {"run_id": "x2", "experiment": "e", "parent_id": "theirs"}):
        assert (
            grounds.send("POST", f"{W}/runs", json_headers(grounds.run_bearer), json.dumps(draft).encode()).status
            == 403
        )


# --- through whose browser -------------------------------------------------------------------------------------------


def foreign_hosts(grounds: Grounds) -> list[str]:
    port = grounds.url.rpartition(":")[2]
    return [
        "evil.test", f"evil.test:{port}", f"127.0.0.1.evil.test:{port}", f"localhost.evil.test:{port}",
        f"evil.test@127.0.0.1:{port}", f"127.0.0.1:{port}@evil.test", "127.0.0.1:1", "127.0.0.1", "localhost",
        f"127.0.0.1:{port}:{port}", f"127.0.0.1:0{port}x", f"127.0.0.1 evil.test:{port}", f"0.0.0.0:{port}",
        f"[::]:{port}", "",
    ]  # fmt: skip


@each(DOORS)
def test_a_request_under_a_foreign_name_is_refused(grounds: Grounds, door: Door) -> None:
    """DNS rebinding: the browser believes that the page's own host is our address."""
    statuses = {
        host: grounds.send(door.method, door.target(), [*grounds.bearer, ("Host", host)], b"{}").status
        for host in foreign_hosts(grounds)
    }
    assert {host: status for host, status in statuses.items() if status not in (400, 403)} == {}


@pytest.mark.parametrize("method", METHODS)
def test_no_method_is_forgotten_by_the_guard(grounds: Grounds, method: str) -> None:
    for path, headers in product(
        ("/", "/health", "/api/v1/server", SHUTDOWN, "/api/v1/nothing"),
        ([("Host", "evil.test")], [("Origin", "http://evil.test")], [("Origin", "null")]),
    ):
        assert is_refused(grounds.send(method, path, [*grounds.bearer, *headers])), (path, headers)


def test_two_hosts_or_none_are_refused(grounds: Grounds) -> None:
    port = grounds.url.rpartition(":")[2]
    ours = f"127.0.0.1:{port}"
    for pairs in ([("Host", ours), ("Host", "evil.test")], [("Host", "evil.test"), ("Host", ours)], []):
        content = request_bytes("GET", "/health", [*pairs, ("Connection", "close")], b"")
        assert is_refused(send_raw(grounds.url, content)), pairs
    assert is_refused(grounds.send("GET", "http://evil.test/health", [("Host", "evil.test")]))


@each(DOORS)
def test_a_foreign_page_can_use_no_route(grounds: Grounds, door: Door) -> None:
    origins = (
        "http://evil.test",
        "null",
        "https://127.0.0.1.evil.test",
        "http://127.0.0.1:1",
        "file://",
        "chrome-extension://x",
    )
    replies = [grounds.send(door.method, door.target(), [*grounds.bearer, ("Origin", o)], b"{}") for o in origins]
    assert [reply.status for reply in replies] == [403] * len(origins)
    assert not [reply for reply in replies if reply.header("Access-Control-Allow-Origin")]


@each(DOORS)
def test_no_preflight_is_granted(grounds: Grounds, door: Door) -> None:
    asks = [("Origin", "http://evil.test"), ("Access-Control-Request-Method", door.method)]
    reply = grounds.send("OPTIONS", door.target(), asks)
    assert is_refused(reply)
    assert not reply.header("Access-Control-Allow-Origin")


def signed_in(grounds: Grounds) -> str:
    """Studio's cookie, as a browser gets it."""
    ticket = json.loads(grounds.send("POST", "/api/v1/tickets", json_headers(grounds.bearer), b"{}").body)["url"]
    reply = grounds.send("GET", ticket.removeprefix(grounds.url), [])
    assert reply.status == 303
    again = grounds.send("GET", ticket.removeprefix(grounds.url), [])
    assert again.status == 401, "a link works once"
    cookie = reply.header("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower() or "samesite=strict" in cookie.lower()
    return cookie.split(";")[0]


def test_a_cookie_changes_something_only_with_our_own_origin(grounds: Grounds) -> None:
    cookie = ("Cookie", signed_in(grounds))
    body = b'{"tags": {"seen": "1"}}'
    for origin in ([], [("Origin", "http://evil.test")], [("Origin", "null")], [("Referer", grounds.url)]):
        assert grounds.send("PATCH", f"{W}/runs/mine", json_headers([cookie, *origin]), body).status == 403
    ours = json_headers([cookie, ("Origin", grounds.url)])
    assert grounds.send("PATCH", f"{W}/runs/mine", ours, body).status == 200


@pytest.mark.parametrize(
    "path",
    ["//evil.test", "/\\evil.test", "http://evil.test", "/%09/evil.test", "/\t/evil.test", "\\\\evil.test",
     "javascript:alert(1)", "/\r\nSet-Cookie: x=1", "", "evil.test", "///evil.test", "/\x00", "https:evil.test"],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(grounds: Grounds, path: str) -> None:
    asked = grounds.send("POST", "/api/v1/tickets", json_headers(grounds.bearer), json.dumps({"path": path}).encode())
    if is_refused(asked):
        return
    reply = grounds.send("GET", json.loads(asked.body)["url"].removeprefix(grounds.url), [])
    place = reply.header("Location")
    assert place.startswith("/")
    assert not place.startswith(("//", "/\\"))
    assert not [c for c in place if c in "\t\r\n\\"]
    assert "x=1" not in reply.header("Set-Cookie")


@each(DOORS)
def test_every_answer_tells_the_browser_to_trust_nothing(grounds: Grounds, door: Door) -> None:
    for reply in (
        grounds.send(door.method, door.target(), []),
        grounds.send(door.method, "/x", [("Host", "evil.test")]),
    ):
        assert reply.header("X-Content-Type-Options") == "nosniff"
        policy = reply.header("Content-Security-Policy")
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert "Server" not in dict(reply.headers)


# --- which file ------------------------------------------------------------------------------------------------------


@each([door for door in DOORS if door.parameters])
def test_no_spelling_of_a_path_leaves_its_folder(grounds: Grounds, door: Door) -> None:
    before = grounds.outside()
    body = b"" if door.method == "GET" else b"{}"
    replies = {
        target: grounds.send(door.method, target, json_headers(grounds.bearer), body)
        for spelling in TRAVERSALS
        for target in door.raw_targets(spelling)
    }
    assert {target[:90]: reply.status for target, reply in replies.items() if reply.status >= 500} == {}
    assert {target[:90]: found for target, reply in replies.items() if (found := grounds.leaks(reply))} == {}
    assert not [reply for reply in replies.values() if reply.header("X-Injected")]
    assert grounds.outside() == before


@each([door for door in READS if door.query])
def test_no_spelling_in_a_query_leaves_its_folder(grounds: Grounds, door: Door) -> None:
    once = {unquote(spelling): spelling for spelling in TRAVERSALS}.values()  # a query is decoded, and that is all
    for target in (target for spelling in once for target in door.raw_queries(spelling)):
        reply = grounds.send("GET", target)
        assert reply.status < 500, target
        assert grounds.leaks(reply) == [], target


# --- what is sent ----------------------------------------------------------------------------------------------------


@each(TAKES_JSON)
def test_a_body_that_is_no_json_is_an_error_of_the_caller(grounds: Grounds, door: Door) -> None:
    bodies = {
        "nothing": b"", "half": b'{"a": ', "not UTF-8": b"\xff\xfe{}", "deep lists": b"[" * 100_000, "a number": b"1",
        "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "null": b"null",
        "a list": b"[]", "NaN": b'{"a": NaN}',
        "a huge number": b'{"limit": 1' + b"0" * 5_000 + b"}", "a NUL": b'{"name": "\\u0000"}',
        "a lone surrogate": b'{"experiment": "\\ud800", "run_id": "\\udfff"}', "a text": b'"text"',
        "another type": json.dumps({"run_id": {"a": 1}, "tags": 3, "columns": "x", "status": []}).encode(),
    }  # fmt: skip
    start = time.monotonic()
    replies = {
        what: grounds.send(door.method, door.target(), json_headers(grounds.bearer), b) for what, b in bodies.items()
    }
    assert {what: reply.status for what, reply in replies.items() if not 200 <= reply.status < 500} == {}
    assert {what: found for what, reply in replies.items() if (found := grounds.leaks(reply))} == {}
    assert seconds_since(start) < 60


@each([door for door in GUARDED if door.method != "GET"])
def test_a_stranger_gets_no_body_in(grounds: Grounds, door: Door) -> None:
    """A huge body announced by somebody unknown is answered before it is taken."""
    content = request_bytes(
        door.method,
        door.target(),
        [("Host", grounds.url.partition("//")[2]), ("Content-Length", str(1 << 40)), ("Connection", "close")],
        b"x" * 1000,
    )
    start = time.monotonic()
    assert send_raw(grounds.url, content).status == 401
    assert seconds_since(start) < 30


@each(TAKES_JSON)
def test_json_that_is_nested_deep_is_an_error_of_the_caller_or_none(grounds: Grounds, door: Door) -> None:
    """It can be read; each level of what is written from it later takes several of the writer's."""
    for depth in (96, 300):
        value = "[" * depth + "]" * depth
        parts = f'{{"python": {{}}, "docker": {{}}, "value": {value}}}'
        body = f'{{"name": "deep", "definition": {parts}, "error": {parts}, "spec": {{"definition": {parts}}}}}'
        assert grounds.send(door.method, door.target(), json_headers(grounds.bearer), body.encode()).status < 500


def test_what_is_nested_too_deep_is_not_kept(grounds: Grounds) -> None:
    value = "[" * 300 + "]" * 300
    body = f'{{"name": "too-deep", "definition": {{"python": {{}}, "docker": {{}}, "value": {value}}}}}'

    reply = grounds.send("POST", f"{W}/environments", json_headers(grounds.bearer), body.encode())

    assert (reply.status, b"nested more than 100 deep" in reply.body) == (400, True)
    assert b"too-deep" not in grounds.send("GET", f"{W}/environments", grounds.bearer).body


def test_a_json_body_beyond_the_limit_is_refused(grounds: Grounds) -> None:
    """Slow: 65 megabytes."""
    body = b'{"description": "' + b"x" * (65 << 20) + b'"}'
    assert grounds.send("PATCH", f"{W}/runs/mine", json_headers(grounds.bearer), body).status == 413


@pytest.mark.parametrize(
    "content",
    [
        b"GET /health HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
        b"POST /api/v1/tickets HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
        b"POST /api/v1/tickets HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n{}",
        b"POST /api/v1/tickets HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
        b"GET /health\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
        b"GET / HTTP/1.1\r\nHost: {host}\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: {host}\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: {host}\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(20_000)) + b"\r\n",
    ],
    ids=[
        "both lengths",
        "two lengths",
        "negative",
        "huge chunk",
        "http 0.9",
        "tls",
        "long header",
        "long path",
        "many headers",
    ],
)
def test_a_malformed_request_ends_alone(grounds: Grounds, content: bytes) -> None:
    host = grounds.url.partition("//")[2].encode()
    with connected(grounds.url) as wire:
        wire.settimeout(5)
        try:
            wire.sendall(content.replace(b"{host}", host))
            reply = reply_on(wire)
        except (TimeoutError, ConnectionResetError, BrokenPipeError):
            reply = Reply(0)
    assert reply.status in (0, 200, 400, 401, 403, 404, 413, 414, 431)
    assert grounds.leaks(reply) == []
    assert grounds.send("GET", "/health").status == 200


def test_slow_callers_hold_up_nobody(grounds: Grounds) -> None:
    """Slow loris: 200 connections that never finish their request, half of them within a body."""
    host = grounds.url.partition("//")[2]
    half = f"GET /api/v1/server HTTP/1.1\r\nHost: {host}\r\nX-A: ".encode()
    upload = request_bytes(
        "PATCH", f"{W}/runs/mine", [("Host", host), *json_headers(grounds.bearer), ("Content-Length", "100")], b"{"
    )
    wires = [connected(grounds.url) for _ in range(200)]
    try:
        for number, wire in enumerate(wires):
            wire.sendall(half if number % 2 else upload)
        start = time.monotonic()
        for _ in range(10):
            assert grounds.send("GET", f"{W}/runs/mine").status == 200
        assert seconds_since(start) < 30
    finally:
        for wire in wires:
            wire.close()


def test_after_all_of_this_the_server_still_serves(grounds: Grounds) -> None:
    assert json.loads(grounds.send("GET", f"{W}/runs/mine").body)["experiment"] == "ours"
