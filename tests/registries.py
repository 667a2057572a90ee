"""A package index of our own, on loopback: tiny wheels, so that environments are really built without any network."""

import base64
import hashlib
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# What every environment with Runstead in it asks for, under the names and versions that it asks for.
NEEDED = (("pip", "26.0"), ("urllib3", "2.2.0"), ("pathspec", "0.12.1"), ("pyyaml", "6.0.2"))
PASSWORD = "s3cret-word"
TOKEN = "to-ken-1234"  # of a conda channel
_TOKEN_PATH = f"/t/{TOKEN}"  # conda's way to show it


def a_wheel(folder: Path, name: str, version: str, *, needs: Sequence[str] = (), size_bytes: int = 0) -> Path:
    """A wheel with one module, `<name>.__version__`, and as much ballast."""
    info = f"{name}-{version}.dist-info"
    requires = "".join(f"Requires-Dist: {need}\n" for need in needs)
    files = {
        f"{name}.py": f"__version__ = {version!r}\n".encode(),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if size_bytes:
        files[f"{name}_ballast.bin"] = b"\0" * size_bytes
    lines = []
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(content)}\n")
    files[f"{info}/RECORD"] = "".join([*lines, f"{info}/RECORD,,\n"]).encode()
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return wheel


class Registry:
    """An index of a folder's wheels. `gate`: while it is not set, wheels are not handed out; `asked` counts them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[str] = []
        self.waiting = threading.Event()
        self.needs_password = False
        self.newest = ""

    def add(self, name: str, version: str, *, needs: Sequence[str] = (), size_bytes: int = 0) -> None:
        a_wheel(self.folder, name, version, needs=needs, size_bytes=size_bytes)
        self.newest = f"{name}=={version}"

    @property
    def option(self) -> str:
        """The line of a specification that names this index."""
        return f"--index-url {self.url}"

    @property
    def option_with_password(self) -> str:
        return f"--index-url {self.url.replace('://', f'://me:{PASSWORD}@')}"

    @property
    def channel(self) -> str:
        """The address of the folder's conda channel."""
        return self.url.replace("/simple", "/channel")


@contextmanager
def running_registry(folder: Path) -> Iterator[Registry]:
    """An index on a free port with what every environment needs."""
    folder.mkdir(parents=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    registry = Registry(folder, f"http://127.0.0.1:{server.server_address[1]}/simple")
    server.RequestHandlerClass = _handler(registry)
    for name, version in NEEDED:
        registry.add(name, version)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        registry.gate.set()
        server.shutdown()
        server.server_close()


def _page(folder: Path, name: str) -> bytes:
    """Of the wheels of this name; empty if there are none."""
    wheels = sorted(folder.glob(f"{name.strip('/').replace('-', '_')}-*.whl"))
    known = 'data-core-metadata="true"'  # so that uv asks for a wheel only to install it
    links = "".join(f'<a href="/files/{one.name}" {known}>{one.name}</a>\n' for one in wheels)
    return f"<!DOCTYPE html><html><body>{links}</body></html>".encode() if wheels else b""


def _handed_out(registry: Registry, file: Path) -> bytes:
    """What is in it; empty if it is not there. A package waits for the gate."""
    if not file.exists():
        return b""
    if file.suffix in (".whl", ".bz2"):
        registry.asked.append(file.name)
        registry.waiting.set()
        registry.gate.wait(30)
    return file.read_bytes()


def _metadata(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith("/METADATA")))


def _handler(registry: Registry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if registry.needs_password and not self._is_known():
                return self._answer(401, b"")
            path = self.path.removeprefix(_TOKEN_PATH).strip("/")
            kind, _, name = path.partition("/")
            if kind == "simple":
                page = _page(registry.folder, name)
                return self._answer(200 if page else 404, page)
            if name.endswith(".metadata"):
                return self._answer(200, _metadata(registry.folder / name.removesuffix(".metadata")))
            found = _handed_out(registry, registry.folder / (path if kind == "channel" else name))
            return self._answer(200 if found else 404, found, "application/octet-stream")

        def _is_known(self) -> bool:
            wanted = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
            return self.path.startswith(_TOKEN_PATH) or self.headers.get("Authorization") == f"Basic {wanted}"

        def _answer(self, status: int, content: bytes, kind: str = "text/html") -> None:
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="tests"')
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", "no-cache")
            self.end_headers()
            with suppress(ConnectionError):  # whoever asked may have been killed
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a test's output is its own."""

    return Handler
