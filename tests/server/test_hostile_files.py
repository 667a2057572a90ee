"""Files with names and content that attack whoever downloads, unpacks or looks at them."""

import hashlib
import io
import json
import stat
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest

from runstead.domain.snapshots import SnapshotFile, manifest_json, snapshot_id_of
from tests.server.grounds import Grounds, W

RUN = f"{W}/runs/mine"
# Allowed, since scripts make such files; each is a trap for some file system, shell, header or page.
NAMES = (
    "outputs/<img src=x onerror=alert(1)>.txt",
    'outputs/"; filename="evil.exe',
    "outputs/a;b=c.txt",
    "outputs/%2e%2e%2fx",
    "outputs/%00.txt",
    "outputs/-rf",
    "outputs/~",
    "outputs/$(touch x)`id`",
    "outputs/CON",
    "outputs/trailing ",
    "outputs/dots...",
    "outputs/same.txt",
    "outputs/SAME.TXT",
    "outputs/\u202egnp.exe",
    "outputs/C:evil",
    "outputs/caf\u00e9",
    "outputs/cafe\u0301",
    "outputs/" + "x" * 255,
    "outputs/" + "deep/" * 200 + "end",
    "outputs/=cmd|'/c calc'!A1.csv",
    ".bashrc",
    "outputs/\U0001f4a3",
)
# Refused: no name may mean another place, another line or half a character.
NO_NAMES = (
    "../x",
    "outputs/../../x",
    "/etc/cron.d/x",
    "outputs/..",
    "..",
    "outputs\\x",
    "outputs/a\\..\\..\\x",
    "outputs/a\nb",
    "outputs/a\rb",
    "outputs/a\x00b",
    "outputs/\x1b[2J",
    "outputs/" + "x" * 256,
    "x/" * 3000,
    "outputs/\x7f",
    "outputs/\x85",
)
PAGE = b"<!doctype html><script>alert(document.cookie)</script>"
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'
PICKLE = b"\x80\x04cos\nsystem\n(S'touch /tmp/x'\ntR."
INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain; charset=utf-8", "text/plain")


def put(grounds: Grounds, name: str, content: bytes = b"x") -> int:
    return grounds.send("PUT", f"{RUN}/artifacts/{quote(name)}?overwrite=true", body=content).status


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_that_means_another_place_is_refused(grounds: Grounds, name: str) -> None:
    before = grounds.outside()
    assert put(grounds, name) in (400, 404)
    assert grounds.send("POST", f"{RUN}/logs/{quote(name)}?offset=0", body=b"x").status in (400, 404)
    assert grounds.outside() == before


def test_a_zip_of_hostile_names_unpacks_inside_its_folder_and_holds_plain_files(
    grounds: Grounds, tmp_path: Path
) -> None:
    assert [put(grounds, name) for name in NAMES] == [200] * len(NAMES)
    reply = grounds.send("GET", f"{RUN}/zip")
    assert reply.status == 200
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        entries = archive.infolist()
        assert set(NAMES) <= {entry.filename for entry in entries}
        assert len(entries) == len({entry.filename for entry in entries})
        for entry in entries:
            mode = entry.external_attr >> 16
            assert not Path(entry.filename).is_absolute()
            assert ".." not in Path(entry.filename).parts
            assert stat.S_IFMT(mode) in (0, stat.S_IFREG), entry.filename
            assert not mode & (stat.S_ISUID | stat.S_ISGID | 0o022), entry.filename
        archive.extractall(tmp_path / "in")
    assert {path.name for path in tmp_path.iterdir()} == {"in"}


@pytest.mark.parametrize("name", NAMES)
def test_a_download_is_an_attachment_whatever_its_name(grounds: Grounds, name: str) -> None:
    assert put(grounds, name, PAGE) == 200
    reply = grounds.send("GET", f"{RUN}/artifacts/{quote(name)}")
    assert reply.body == PAGE
    disposition = reply.header("Content-Disposition")
    assert disposition.startswith("attachment")
    assert disposition.isascii()
    assert "evil.exe" not in disposition.replace('\\"', "").partition('filename="evil.exe')[2]
    assert reply.header("X-Content-Type-Options") == "nosniff"


@pytest.mark.parametrize(
    "content", [PAGE, PICTURE, PICKLE, b"%PDF-1.7 /JS (app.alert(1))", b"GIF89a/*" + PAGE], ids=repr
)
@pytest.mark.parametrize(
    "suffix", ["html", "svg", "png", "xml", "xhtml", "js", "pdf", "pkl", "txt", "md", "json", "ipynb", "mht"]
)
def test_nothing_is_shown_inline_as_anything_that_can_run(grounds: Grounds, suffix: str, content: bytes) -> None:
    name = f"outputs/x.{suffix}"
    assert put(grounds, name, content) == 200
    reply = grounds.send("GET", f"{RUN}/artifacts/{name}?inline=1")
    shown = reply.header("Content-Disposition").startswith("inline") or not reply.header("Content-Disposition")
    assert not shown or reply.header("Content-Type").lower() in INLINE
    assert "html" not in reply.header("Content-Type")
    assert "svg" not in reply.header("Content-Type")
    assert reply.header("X-Content-Type-Options") == "nosniff"
    assert "default-src 'none'" in reply.header("Content-Security-Policy")


@pytest.mark.parametrize(
    "ranges",
    [
        "bytes=" + ",".join(["0-"] * 1000),
        "bytes=5-2",
        "bytes=-0",
        "bytes=99999999999999999999-",
        "bytes=--1",
        "bytes=0-" + "9" * 400,
        "bytes=",
        "lines=0-1",
        "bytes=0x1-2",
        "bytes=\u0661-",
        "bytes=-" + "9" * 400,
    ],
)
def test_no_range_multiplies_or_breaks_an_answer(grounds: Grounds, ranges: str) -> None:
    put(grounds, "outputs/range.bin", b"0123456789")
    headers = [*grounds.bearer, ("Range", ranges.encode().decode("latin-1"))]
    reply = grounds.send("GET", f"{RUN}/artifacts/outputs/range.bin", headers)
    assert reply.status in (200, 206, 400, 416)
    assert len(reply.body) < 1000


def test_a_log_takes_bytes_as_they_are_and_gives_them_back_as_text(grounds: Grounds) -> None:
    hostile = (
        b"\x1b]8;;http://evil.test\x07click\x1b]8;;\x07 \x1b]52;c;ZXZpbA==\x07 <script>alert(1)</script>\x00\xff\n"
    )
    assert grounds.send("POST", f"{RUN}/logs/logs/hostile.txt?offset=0", body=hostile).status == 200
    reply = grounds.send("GET", f"{RUN}/logs/logs/hostile.txt?offset=0")
    assert reply.body == hostile
    assert reply.header("Content-Type").split(";")[0] in ("text/plain", "application/octet-stream")
    assert reply.header("X-Content-Type-Options") == "nosniff"


@pytest.mark.parametrize("name", [*NO_NAMES, "./a", "a//b", "a/", "", "a/./b"])
def test_a_snapshot_holds_no_name_that_means_another_place(grounds: Grounds, name: str) -> None:
    """A job unpacks its snapshot where it runs."""
    content = b"print('hello')"
    digest = hashlib.sha256(content)
    framed = digest.digest() + len(content).to_bytes(8, "little") + content
    assert grounds.send("POST", f"{W}/blobs", body=framed).status == 200
    file = SnapshotFile(name, digest.hexdigest(), len(content))
    manifest = json.dumps({"files": manifest_json([file])}).encode()
    headers = [*grounds.bearer, ("Content-Type", "application/json")]
    assert grounds.send("PUT", f"{W}/snapshots/{snapshot_id_of([file])}", headers, manifest).status == 400


@pytest.mark.parametrize("content", [PAGE, PICTURE], ids=["page", "picture"])
@pytest.mark.parametrize("suffix", ["html", "HTM", "svg"])
@pytest.mark.parametrize("scripts", ["", "?scripts=1"])
def test_a_page_of_a_run_is_sandboxed_wherever_it_is_opened(
    grounds: Grounds, suffix: str, content: bytes, scripts: str
) -> None:
    name = f"outputs/page.{suffix}"
    assert put(grounds, name, content) == 200
    reply = grounds.send("GET", f"{RUN}/pages/{name}{scripts}")
    assert (reply.status, reply.body) == (200, content)
    policy = [part.strip() for part in reply.header("Content-Security-Policy").split(";")]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    sandbox = "sandbox allow-scripts" if scripts else "sandbox"
    assert [part for part in policy if part.startswith("sandbox")] == [sandbox]
    assert [part for part in policy if "http" in part or "'self'" in part] == ["frame-ancestors 'self'"]
    assert any(part.startswith("script-src") for part in policy) == bool(scripts)
    assert reply.header("X-Content-Type-Options") == "nosniff"
    assert reply.header("Referrer-Policy") == "no-referrer"


@pytest.mark.parametrize("suffix", ["xhtml", "xml", "js", "pdf", "txt", "mht", "html.txt", "shtml", "svgz", ""])
def test_no_other_file_is_a_page(grounds: Grounds, suffix: str) -> None:
    name = f"outputs/other.{suffix}" if suffix else "outputs/html"
    assert put(grounds, name, PAGE) == 200
    assert grounds.send("GET", f"{RUN}/pages/{name}").status == 400


def test_a_zip_of_chosen_files_holds_these_and_no_others(grounds: Grounds) -> None:
    for name in ("outputs/chosen/a", "outputs/chosen/deep/b", "outputs/c&d", "outputs/e"):
        assert put(grounds, name) == 200
    wanted = "path=outputs%2Fchosen%2F&path=outputs%2Fc%26d&path=outputs%2Fchosen%2Fa"
    reply = grounds.send("GET", f"{RUN}/zip?{wanted}")
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        assert sorted(archive.namelist()) == ["outputs/c&d", "outputs/chosen/a", "outputs/chosen/deep/b"]


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "outputs/missing", "missing/", "/", "", "..%2F", "%00"])
def test_a_zip_of_what_is_not_there_is_refused(grounds: Grounds, path: str) -> None:
    assert grounds.send("GET", f"{RUN}/zip?path={path}").status == 404
