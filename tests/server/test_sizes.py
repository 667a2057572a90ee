"""Large things pass through a server whose memory does not grow with them."""

import http.client
import re
from pathlib import Path
from urllib.parse import urlsplit

from runstead.testing.servers import RealServer

RUN = "/api/v1/workspaces/default/runs/r1"
PIECE = bytes(range(256)) * 4096
PIECES = 128
ALLOWED_GROWTH_MIB = 40


def peak_mib(server: RealServer) -> int:
    told = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text())
    assert told is not None
    return int(told[1]) >> 10


def test_an_upload_its_download_and_its_zip_need_no_memory_of_their_size(server: RealServer) -> None:
    """Slow: 128 megabytes three times."""
    connection = server.connection()
    connection.call("POST", "/api/v1/workspaces/default/runs", {"run_id": "r1", "experiment": "e"})
    before_mib = peak_mib(server)
    upload = http.client.HTTPConnection(urlsplit(server.url).netloc)
    size_bytes = PIECES * len(PIECE)
    headers = {"Authorization": f"Bearer {server.token}", "Content-Length": str(size_bytes)}
    upload.request("PUT", f"{RUN}/artifacts/big", body=(PIECE for _ in range(PIECES)), headers=headers)
    assert upload.getresponse().status == 200
    upload.close()
    assert sum(len(piece) for piece in connection.stream("GET", f"{RUN}/artifacts/big")) == size_bytes
    assert sum(len(piece) for piece in connection.stream("GET", f"{RUN}/zip", timeout_s=60)) > 0
    assert peak_mib(server) - before_mib < ALLOWED_GROWTH_MIB
