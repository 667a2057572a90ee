"""What must not be in the repository: places, silent exceptions to the rules, links to nowhere."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Every address that our files may name; a package registry or a mirror is none of them.
HOSTS = re.compile(
    r"[\w-]+|127\.0\.0\.\d+|0\.0\.0\.0|\[::1\]|[\w.-]+\.(?:test|example|invalid)|(?:[\w-]+\.)?example\.(?:com|org|net)"
    r"|ml\.azure\.com|www\.w3\.org|json-schema\.org|keepachangelog\.com|semver\.org|biomejs\.dev|\W.*"
)
ADDRESS = re.compile(r"https?://([^\s/:\"'`<>()|\\{},]+)")
PLACE = re.compile(r"(?<![\w./>}*-])/(?:work|root|home|opt|Users)/[\w.]+")
EXCEPTION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no cover).*")
REASONED = re.compile(
    r"#\s*noqa: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*\s+\S.*"
    r"|#\s*type: ignore\[[\w, -]+\]\s*# \S.*"
    r"|#\s*pragma: no cover\s+\S.*"
)


def listed(*options: str) -> list[Path]:
    """Files that git knows; options of `git ls-files`."""
    listing = subprocess.run(["git", "ls-files", "-z", *options], cwd=ROOT, capture_output=True, check=True).stdout
    return sorted(p for name in listing.decode().split("\0") if name and (p := ROOT / name).is_file())


def offences(found: Callable[[str], Iterable[str]], suffix: str = "") -> list[str]:
    """`path: what` for everything that `found` finds in a text file, tracked or about to be."""
    files = (p for p in listed("--cached", "--others", "--exclude-standard") if p.name.endswith(suffix))
    texts = ((p, p.read_bytes()) for p in files)
    return [
        f"{path.relative_to(ROOT)}: {what}"
        for path, content in texts
        if b"\0" not in content[:8000]
        for what in found(content.decode())
    ]


def test_no_file_names_a_foreign_host() -> None:
    assert offences(lambda text: [host for host in ADDRESS.findall(text) if not HOSTS.fullmatch(host)]) == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert offences(PLACE.findall) == []


def test_every_exception_to_a_rule_says_why_on_its_line() -> None:
    def unreasoned(text: str) -> Iterator[str]:
        for line in text.splitlines():
            found = EXCEPTION.search(line)
            if found and not REASONED.fullmatch(found[0].strip()):
                yield line.strip()

    assert [what for what in offences(unreasoned, ".py") if "test_manners.py" not in what] == []


def test_nothing_that_make_builds_is_committed() -> None:
    built = {"node_modules", "static", "dist", "__pycache__", ".venv"}
    assert [path for path in listed() if built & set(path.relative_to(ROOT).parts)] == []


def test_nothing_that_runs_code_when_it_is_read_is_imported() -> None:
    """A tracker that unpickles what a script saved runs it with the rights of whoever looks."""
    banned = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "torch", "code", "codeop"}

    def imported(text: str) -> Iterator[str]:
        for node in ast.walk(ast.parse(text)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            yield from (name for name in names if name.split(".")[0] in banned)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"):
                yield node.func.id

    assert [what for what in offences(imported, ".py") if what.startswith("src/")] == []
