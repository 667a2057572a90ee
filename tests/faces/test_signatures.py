"""Every class that the facade provides has SDK v1's names, parameters and defaults (1.61).

`signatures.json` holds facts on the public API, measured on the real package; classes of later issues are not in it.
A parameter without a default is a text, one with a default a pair.
"""

import importlib
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FACTS: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "signatures.json").read_text())  # Any: JSON
CLASSES = {name: facts for name, facts in FACTS.items() if "function" not in facts}
METHODS = [(name, method) for name, facts in CLASSES.items() for method in facts["methods"]]
# What SDK v1 has and this version does not: each a decision, not an oversight.
ABSENT = {
    "azureml.core.workspace.Workspace": {
        "add_private_endpoint": "Azure's network",
        "delete_private_endpoint_connection": "Azure's network",
        "private_endpoints": "Azure's network",
        "delete_connection": "Azure's credentials",
        "get_connection": "Azure's credentials",
        "list_connections": "Azure's credentials",
        "set_connection": "Azure's credentials",
        "list_keys": "Azure's credentials",
        "sync_keys": "Azure's credentials",
        "diagnose_workspace": "Azure's resources",
        "update_dependencies": "Azure's resources",
        "linked_services": "Azure's resources",
        "service_context": "Azure's resources",
        "images": "retired before 1.61",
        "update": "to come",
    },
}
# Mutable defaults and enumerations, which JSON shows by their repr.
SAME_DEFAULT = {"[]": None, "None": None}


def found(path: str) -> type[Any]:  # Any: whatever is there
    module, _, name = path.rpartition(".")
    there: type[Any] = getattr(importlib.import_module(module), name)
    return there


def shown(function: Callable[..., object]) -> list[object]:
    """A signature in the form of the facts, without self and cls."""
    parameters = list(inspect.signature(function).parameters.values())
    shown: list[object] = []
    for one in parameters:
        if one.kind is one.VAR_POSITIONAL or one.kind is one.VAR_KEYWORD:
            shown.append(("**" if one.kind is one.VAR_KEYWORD else "*") + one.name)
        elif one.default is one.empty:
            shown.append(one.name)
        else:
            shown.append([one.name, plain(one.default)])
    return shown[1:] if shown[:1] in (["self"], ["cls"]) else shown


def plain(default: object) -> object:
    return SAME_DEFAULT.get(default, default) if isinstance(default, str) else default


def expected(parameters: list[Any]) -> list[object]:  # Any: JSON
    return [one if isinstance(one, str) else [one[0], plain(one[1])] for one in parameters]


def is_absent(name: str, member: str) -> bool:
    return member in ABSENT.get(name, {})


@pytest.mark.parametrize("name", CLASSES)
def test_the_class_is_where_users_import_it_from(name: str) -> None:
    assert all(found(path) is found(name) for path in CLASSES[name]["paths"])


@pytest.mark.parametrize("name", [n for n in CLASSES if not n.endswith("ViewType")])
def test_the_constructor_has_azures_parameters(name: str) -> None:
    assert shown(found(name).__init__) == expected(CLASSES[name]["constructor"])


@pytest.mark.parametrize(("name", "method"), [pair for pair in METHODS if not is_absent(*pair)])
def test_the_method_has_azures_parameters_and_kind(name: str, method: str) -> None:
    facts = CLASSES[name]["methods"][method]
    member = inspect.getattr_static(found(name), method)

    kinds = {"static": staticmethod, "class": classmethod}
    assert isinstance(member, kinds.get(facts.get("kind", ""), type(shown)))
    assert shown(getattr(member, "__func__", member)) == expected(facts["parameters"])


@pytest.mark.parametrize("name", CLASSES)
def test_the_class_has_azures_properties(name: str) -> None:
    for prop, settable in CLASSES[name]["properties"].items():
        if is_absent(name, prop):
            continue
        member = inspect.getattr_static(found(name), prop, None)
        assert member is None or isinstance(member, property), prop
        if isinstance(member, property):
            assert member.fget is not None
            assert not settable or member.fset is not None, prop
        else:
            assert prop in vars(found(name)(*["a-name"] if name.endswith("Environment") else [])), prop


@pytest.mark.parametrize("name", [n for n, facts in CLASSES.items() if facts["attributes"] and ".core." in n])
def test_a_new_object_has_azures_attributes(name: str) -> None:
    required = [p for p in CLASSES[name]["constructor"] if isinstance(p, str) and not p.startswith("*")]

    made = found(name)(*["a-name" for _ in required])

    assert [one for one in CLASSES[name]["attributes"] if not hasattr(made, one)] == []


@pytest.mark.parametrize("name", [n for n in FACTS if "function" in FACTS[n]])
def test_the_function_has_azures_parameters(name: str) -> None:
    assert shown(found(name)) == expected(FACTS[name]["function"])


def test_nothing_is_called_absent_that_is_there() -> None:
    there = [(name, one) for name, absent in ABSENT.items() for one in absent if hasattr(found(name), one)]
    assert there == []
