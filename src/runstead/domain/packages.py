"""Lines of a conda specification, said in the words of PyPI. A line that is anything but a requirement is refused.

Everything here ends in a requirements file, a line each, and never on a command line or in a shell.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any  # JSON values

from runstead.domain.conda_names import BROUGHT_ALONG, NOT_ON_PYPI, PYPI_NAMES
from runstead.domain.errors import InvalidArgument
from runstead.domain.requirements import normalised_name

_VERSION = r"[A-Za-z0-9](?:[A-Za-z0-9._+!*-]*)"
_CLAUSE = rf"(?:===|==|~=|!=|<=|>=|<|>)\s*{_VERSION}"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_ADDRESS = r"(?:https?|git\+https|git\+ssh)://[^\s;'\"\\]+"
_MARKER = r"[\w\s.,'\"<>=!~()+*-]*?"
_REQUIREMENT = re.compile(
    rf"(?P<name>{_NAME})\s*(?:\[[A-Za-z0-9._,\s-]*\])?\s*"
    rf"(?:@\s*{_ADDRESS}|\(?\s*(?:{_CLAUSE}(?:\s*,\s*{_CLAUSE})*)?\s*,?\s*\)?)"
    rf"\s*(?:;{_MARKER}(?:[<>=~]|\bin\b){_MARKER})?(?:\s+--hash=[a-z0-9]+:[0-9a-f]+)*"
)
_CONDA = re.compile(r"(?:[\w.:/-]+::)?(?P<name>[A-Za-z0-9_][\w.-]*)(?P<rest>.*)")
_FUZZY = re.compile(rf"=\s*({_VERSION})(?:=([\w.*+-]+))?")
_SPACED = re.compile(r"\s+([0-9][A-Za-z0-9._+!*]*)(?:\s+([\w.*+-]+))?")
_CLAUSES = re.compile(rf"\s*{_CLAUSE}(?:\s*,\s*{_CLAUSE})*")
_OPTION = re.compile(r"(--?[a-z][a-z-]*)(?:\s*=\s*|\s+|$)(.*)")
_SHORT = {"-i": "--index-url", "-f": "--find-links"}
_WITH_ADDRESS = frozenset({"--index-url", "--extra-index-url", "--find-links"})
_WITH_NAMES = frozenset({"--no-binary", "--only-binary"})
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d+)?")
_PASSED_OVER = frozenset({"--prefer-binary", "--no-cache-dir", "--upgrade", "-U", "--no-input", "--quiet", "-q"})
_SECRET = re.compile(
    r"(?<=://)[^/\s]+(?=@)|(?<=[?&]sig=)[^&\s]+|(?<=[?&]token=)[^&\s]+"
    r"|(?<=/t/)[A-Za-z0-9_.~%-]+(?=/)"  # the token of a conda channel
)


@dataclass(frozen=True)
class Line:
    """One line for the builder: a requirement or option, an argument of its program, or only a note for people."""

    name: str = ""  # of the package, as PyPI writes it: lower case, hyphens
    requirement: str = ""
    option: str = ""
    argument: str = ""
    note: str = ""


def redacted(text: str) -> str:
    """`text` with user, password and signature of every address in it hidden."""
    return _SECRET.sub("****", text)


def redacted_json(given: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON object with every text in it redacted."""
    return {key: _redacted(value) for key, value in given.items()}


def pip_line(text: str) -> Line:
    """One line of a pip section. InvalidArgument if it is no requirement and no option that is safe to take over."""
    line = bare_line(text, "pip")
    if not line:
        return Line()
    if line.startswith("-"):
        return _option(line)
    if re.fullmatch(_ADDRESS, line):
        return Line(requirement=line)
    found = _REQUIREMENT.fullmatch(line)
    if found is None:
        raise InvalidArgument(_refusal(line))
    return Line(name=normalised_name(found["name"]), requirement=line)


def conda_line(text: str) -> Line:
    """One conda requirement as PyPI has it. InvalidArgument if PyPI has nothing of the kind, or for what is none."""
    line = bare_line(text, "conda")
    found = _CONDA.fullmatch(line)
    if found is None:
        raise InvalidArgument(f"the conda line {line!r} is no requirement; write name, name=version or name>=version")
    name = found["name"].lower()
    clauses, note = conda_clauses(line, found["rest"])
    if name in BROUGHT_ALONG:
        return Line(note=f"conda {line}: left out, the wheels of PyPI or the system bring it along")
    if name in NOT_ON_PYPI or name.startswith("r-"):
        raise InvalidArgument(
            f"the conda package {name!r} has no equivalent on PyPI, where uv looks; micromamba, mamba or conda on "
            "the server's PATH would take it from its channel; else install it on the machine and take the line out"
        )
    pypi = PYPI_NAMES.get(name, name)
    requirement = f"{pypi}{clauses}"
    told = f"conda {line}: {requirement} of PyPI" if pypi != name or note else ""
    return Line(name=normalised_name(pypi), requirement=requirement, note=f"{told}{note}")


def conda_clauses(line: str, rest: str) -> tuple[str, str]:
    """What stands behind a conda package's name, as PEP 440 writes it, and what was left out of it."""
    rest = rest.rstrip()
    if not rest.strip():
        return "", ""
    for form in (_FUZZY, _SPACED):
        found = form.fullmatch(rest)
        if found is not None:
            note = f" (the build {found[2]} means nothing there)" if found[2] else ""
            return _prefix(found[1], is_fuzzy=form is _FUZZY), note
    if _CLAUSES.fullmatch(rest):
        return re.sub(r"\s", "", rest), ""
    why = "alternatives (|) have no equivalent on PyPI" if "|" in rest else "its version cannot be understood"
    raise InvalidArgument(f"the conda line {line!r}: {why}; write name, name=version or name>=version,<version")


def _prefix(version: str, *, is_fuzzy: bool) -> str:
    """Conda's `=1.2` is any 1.2.x; a release that is none of numbers alone is only itself."""
    bare = re.sub(r"\.?\*$", "", version)
    is_open = bare != version or (is_fuzzy and re.fullmatch(r"[\d.]+", bare) is not None)
    return f"=={bare}.*" if is_open else f"=={version}"


def _redacted(value: object) -> object:
    if isinstance(value, Mapping):
        return redacted_json(value)
    if isinstance(value, list | tuple):
        return [_redacted(item) for item in value]
    return redacted(value) if isinstance(value, str) else value


def _option(line: str) -> Line:
    found = _OPTION.fullmatch(line)
    name, value = (_SHORT.get(found[1], found[1]), found[2].strip()) if found else (line.split()[0], "")
    if name in _WITH_ADDRESS and re.fullmatch(r"https?://[^\s'\"\\]+", value):
        return Line(option=f"{name} {value}")
    if name in _WITH_NAMES and re.fullmatch(r"[A-Za-z0-9.,:_-]+", value):
        return Line(option=f"{name} {value}")
    if name == "--trusted-host" and _HOST.fullmatch(value):
        return Line(argument=f"--allow-insecure-host={value}")
    if name in ("--pre", "--no-index") and not value:
        return Line(argument="--prerelease=allow") if name == "--pre" else Line(option=name)
    if name in _PASSED_OVER and not value:
        return Line(note=f"pip {name}: left out, it means nothing to uv")
    raise InvalidArgument(_option_refusal(name, line))


def _option_refusal(name: str, line: str) -> str:
    shown = redacted(line)
    if name in ("-e", "--editable"):
        return f"the pip line {shown!r} asks for an editable install, which needs a folder here; put it into the source"
    if name in ("-r", "--requirement", "-c", "--constraint"):
        return f"the pip line {shown!r} names a file that is not part of the environment; write its lines there instead"
    if name in _WITH_ADDRESS:
        return f"the pip line {shown!r} needs one http or https address"
    return f"the pip line {shown!r} is an option that environments do not take"


def _refusal(line: str) -> str:
    shown = redacted(line)
    if re.search(r"(?:^|[@\s])(?:file:|[./~])", line):
        return f"the pip line {shown!r} names a file of one machine; put it into the source folder or on an index"
    if re.search(r"\s-", line):
        return f"the pip line {shown!r} carries an option; give options as lines of their own (set_pip_option)"
    return f"the pip line {shown!r} is no requirement; write name, name==version or name @ https://…"


def bare_line(text: str, kind: str) -> str:
    """A line without its comment; empty if there is nothing else. InvalidArgument for control characters."""
    if any((ord(c) < 32 and c != "\t") or ord(c) == 127 or "\ud800" <= c <= "\udfff" for c in text):
        raise InvalidArgument(f"the {kind} line {redacted(text)!r} has a line break or another control character in it")
    bare = re.sub(r"(?:^|\s+)#.*$", "", text)
    return bare.strip()
