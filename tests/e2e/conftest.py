"""A real browser on a real server: every page is watched, and may neither fail nor run what it should not."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from runstead.testing.servers import RealServer, running_server
from tests.machine import NO_CHROMIUM, find_chromium, skip_without

# A busy machine needs its time; a test that waits for the wrong thing fails all the same.
expect.set_options(timeout=60_000)
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
# Called by hostile content; nothing ever may.
TRAP = "window.trapped = []; window.alert = (...words) => window.trapped.push(words.join(' '))"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        skip_without(NO_CHROMIUM)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """One server for the tests of a file."""
    with running_server(tmp_path_factory.mktemp("studio") / "home") as server:
        yield server


@pytest.fixture(scope="module")
def sdk_environment(studio: RealServer) -> dict[str, str]:
    """What a script that uses `azureml.core` finds: this server's home, and nothing of the machine's."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RUNSTEAD_", "AZUREML_"))}
    return clean | {"RUNSTEAD_HOME": str(studio.home), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    fresh = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    fresh.set_default_timeout(60_000)
    fresh.add_init_script(TRAP)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page whose errors fail the test: scripts that fail or are refused, files that are missing, alerts."""
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: _complain_of_foreign(request.url, complaints))
    yield opened
    trapped = opened.evaluate("window.trapped ?? []") if opened.url.startswith("http") else []
    assert (complaints, trapped) == ([], [])


@pytest.fixture
def signed_in(page: Page, studio: RealServer) -> Page:
    """The page after the one-time link."""
    page.goto(one_time_link(studio))
    return page


def one_time_link(server: RealServer, path: str = "/") -> str:
    """What `runstead open` prints."""
    return str(server.connection().call("POST", "/api/v1/tickets", {"path": path})["url"])


def script_output(code: str, environment: dict[str, str], cwd: Path, *, stdin: str = "") -> dict[str, str]:
    """Run a script of a user; its last line is the JSON it tells us."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=cwd, env=environment, input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, str] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def _complain_of_foreign(url: str, complaints: list[str]) -> None:
    if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
        complaints.append(f"asked another host: {url}")
