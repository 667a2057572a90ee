"""Compares the facade with SDK v1's names (1.61), for docs/reference/coverage.md: python -m tests.faces.coverage

`signatures/*.json` are facts measured on the real package (scripts/facts.py). Nothing is listed by hand but
`deviations.json`: a name that only imports, or a method that does nothing but `raise not_yet(…)`, is "not yet"; what is
an `Absent` is absent on purpose.
"""

import ast
import functools
import importlib
import inspect
import json
import sys
import textwrap
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from azureml._later import Absent
from azureml._placeholders import is_placeholder

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs/reference/coverage.md"
Facts = dict[str, Any]  # Any: JSON
PARTS: dict[str, Facts] = {file.stem: json.loads(file.read_text()) for file in sorted(HERE.glob("signatures/*.json"))}
FACTS: Facts = {name: facts for part in PARTS.values() for name, facts in part.items()}
# Class → member → why it differs; class → why it is absent; "*" is for members of every class.
DEVIATIONS: dict[str, Any] = json.loads((HERE / "deviations.json").read_text())
KINDS = {"static": staticmethod, "class": classmethod}
HEAD = """# Coverage of SDK v1's API

The public classes and functions of SDK v1 (1.61), compared with ours by name, parameters, defaults, kind, properties.
Made by `make coverage`; a test fails while this page is out of date. "Not yet": it can be imported, and using it raises
an error that names it.
"""


class Member(NamedTuple):
    """One compared thing of a class; `state`: covered, deviating, not yet or wrong; `why`: the reason or difference."""

    name: str
    state: str
    why: str = ""


def members_of(name: str) -> list[Member]:
    """Every compared member of a class, or the one of a function."""
    facts, there = FACTS[name], thing(name)
    reasons = DEVIATIONS.get(name, {})
    if is_placeholder(there):
        return [Member("", "deviating", reasons) if isinstance(reasons, str) else Member("", "not yet")]
    found = list(compared_function(there, facts) if "function" in facts else compared_class(there, facts))
    elsewhere = [path for path in facts["paths"] if thing(path) is not there]
    found += [Member(path, "wrong", f"is another object than {name}") for path in elsewhere]
    return [reasoned(one, DEVIATIONS["*"] | reasons) for one in found]


def reasoned(member: Member, reasons: dict[str, str]) -> Member:
    """A difference that has a reason; a reason without a difference is wrong, too."""
    if member.name not in reasons:
        return member
    if member.state == "wrong":
        return Member(member.name, "deviating", reasons[member.name])
    return Member(member.name, "wrong", "deviations.json gives a reason, but nothing differs")


def compared_class(there: type[Any], facts: Facts) -> Iterator[Member]:  # Any: any class of the facade
    assigned = attributes_of(there)
    if facts["constructor"] != ["*args", "**kwargs"] and not issubclass(there, Enum):
        yield compared("constructor", shown(there.__init__), expected(facts["constructor"]))
    for name, said in facts["methods"].items():
        yield compared_method(there, name, said)
    for name, settable in facts["properties"].items():
        yield compared_property(there, name, settable=settable, assigned=assigned)
    for name in facts["attributes"]:
        has = name in assigned or hasattr(there, name)
        yield Member(name, "covered") if has else Member(name, "wrong", "no such attribute")
    for name, value in facts["constants"].items():
        yield compared_constant(there, name, value)


def compared_function(there: Callable[..., object], facts: Facts) -> Iterator[Member]:
    yield compared("", shown(there), expected(facts["function"]))


def compared_method(there: type[Any], name: str, said: Facts) -> Member:  # Any: any class of the facade
    member = inspect.getattr_static(there, name, None)
    if member is None:
        return Member(
            name, "wrong", "no such method; give it a body that says `raise not_yet(…)`, or make it Absent(…)"
        )
    if isinstance(member, Absent):
        return Member(name, "deviating", member.why)
    wanted = KINDS.get(said.get("kind", ""))
    if wanted is not None and not isinstance(member, wanted):
        return Member(name, "wrong", f"is no {wanted.__name__}")
    if wanted is None and isinstance(member, staticmethod | classmethod):
        return Member(name, "wrong", "is no method of the object")
    function = getattr(member, "__func__", member)
    same = compared(name, shown(function), expected(said["parameters"]))
    return Member(name, "not yet") if same.state == "covered" and only_raises_not_yet(function) else same


def compared_property(there: type[Any], name: str, *, settable: bool, assigned: set[str]) -> Member:  # Any: as above
    member = inspect.getattr_static(there, name, None)
    if isinstance(member, Absent):
        return Member(name, "deviating", member.why)
    if not isinstance(member, property):
        has = name in assigned or member is not None
        return Member(name, "covered") if has else Member(name, "wrong", "no such property")
    if settable and member.fset is None:
        return Member(name, "wrong", "cannot be set")
    assert member.fget is not None
    return Member(name, "not yet" if only_raises_not_yet(member.fget) else "covered")


def compared_constant(there: type[Any], name: str, value: object) -> Member:  # Any: as above
    if not hasattr(there, name):
        return Member(name, "wrong", "no such constant")
    has = getattr(there, name)
    is_class = isinstance(value, str) and value.startswith("class ")
    if is_class or getattr(has, "value", has) == value:
        return Member(name, "covered")
    return Member(name, "wrong", f"is {has!r}, not {value!r}")


def compared(name: str, has: list[object], wanted: list[object]) -> Member:
    return Member(name, "covered") if has == wanted else Member(name, "wrong", f"{has} instead of {wanted}")


def thing(path: str) -> Any:  # noqa: ANN401  whatever is there
    """What `from module import name` gives."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def shown(function: Callable[..., object]) -> list[object]:
    """A signature in the form of the facts, without self and cls."""
    shown: list[object] = []
    for one in inspect.signature(function).parameters.values():
        if one.kind is one.VAR_POSITIONAL or one.kind is one.VAR_KEYWORD:
            shown.append(("**" if one.kind is one.VAR_KEYWORD else "*") + one.name)
        elif one.default is one.empty:
            shown.append(one.name)
        else:
            shown.append([one.name, plain(one.default)])
    return shown[1:] if shown[:1] in (["self"], ["cls"]) else shown


def expected(parameters: list[Any]) -> list[object]:  # Any: JSON
    return [one if isinstance(one, str) else [one[0], plain(one[1])] for one in parameters]


def plain(default: object) -> object:
    """Mutable defaults, which JSON shows by their repr, are None with us; other objects show as their text."""
    if default in ("[]", "{}", "None"):
        return None
    return default if default is None or isinstance(default, str | int | float | list) else str(default)


def only_raises_not_yet(function: Callable[..., object]) -> bool:
    """Whether the body is `raise not_yet(…)` alone."""
    body = parsed(inspect.unwrap(function)).body[0].body  # type: ignore[attr-defined]  # a function's source is one def
    raised = body[-1].exc if isinstance(body[-1], ast.Raise) and len(body) <= 2 else None
    return isinstance(raised, ast.Call) and isinstance(raised.func, ast.Name) and raised.func.id == "not_yet"


def attributes_of(there: type[Any]) -> set[str]:  # Any: any class of the facade
    """What the class and its bases assign to `self`, anywhere."""
    written = [one for one in there.__mro__ if one.__module__ not in ("abc", "builtins", "enum", "typing")]
    return {
        target.attr
        for one in written
        for target in ast.walk(parsed(one))
        if isinstance(target, ast.Attribute)
        and isinstance(target.ctx, ast.Store)
        and isinstance(target.value, ast.Name)
        and target.value.id in ("self", "made")
    }


@functools.cache
def parsed(source: type | Callable[..., object]) -> ast.Module:
    return ast.parse(textwrap.dedent(inspect.getsource(source)))


def problems() -> list[str]:
    """What differs without a reason."""
    found = [(name, one) for name in FACTS for one in members_of(name) if one.state == "wrong"]
    return [f"{name}: {one.name} {one.why}" for name, one in found]


def page() -> str:
    """docs/reference/coverage.md. One line per name and no sums, so that two branches can change it."""
    lines = [HEAD]
    for part, facts in PARTS.items():
        lines += [f"## {part.capitalize()}", "", "| | covered | deviating on purpose | not yet |", "|---|--:|---|---|"]
        lines += [line_of(name) for name in facts]
        lines.append("")
    return "\n".join(lines)


def line_of(name: str) -> str:
    members = members_of(name)
    covered = [one for one in members if one.state == "covered"]
    deviating = [f"`{one.name}` ({one.why})" if one.name else one.why for one in members if one.state == "deviating"]
    later = [f"`{one.name}`" if one.name else "all of it" for one in members if one.state == "not yet"]
    path = min(FACTS[name]["paths"] or [name], key=len)
    count = f"{len(covered)} of {len(members)}" if covered else ""
    return f"| `{path}` | {count} | {', '.join(deviating)} | {', '.join(later)} |"


def main() -> int:
    """Write the page; differences without a reason are told and nothing is written."""
    if found := problems():
        print("\n".join(found), "differs from SDK v1: mend it, or give the reason in deviations.json", sep="\n")
        return 1
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
    states = [one.state for name in FACTS for one in members_of(name)]
    print({state: states.count(state) for state in sorted(set(states))})
    return 0


if __name__ == "__main__":
    sys.exit(main())
