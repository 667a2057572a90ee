"""Every class that the facade provides has SDK v1's names, parameters, defaults, kinds and properties (1.61)."""

import pytest

from azureml._later import Absent, not_yet
from azureml._placeholders import is_placeholder
from azureml.exceptions import UserErrorException
from tests.faces.coverage import (
    FACTS,
    attributes_of,
    compared_class,
    members_of,
    only_raises_not_yet,
    problems,
    shown,
    thing,
)


def test_nothing_differs_from_azure_without_a_reason() -> None:
    assert problems() == []


def test_the_facts_are_on_all_230_names() -> None:
    assert len(FACTS) == 230


def test_the_class_that_everybody_uses_is_compared_member_by_member() -> None:
    covered = [one.name for one in members_of("azureml.core.run.Run") if one.state == "covered"]

    assert len(covered) >= 40
    assert "constructor" in covered


def test_what_stands_for_a_name_counts_as_not_yet() -> None:
    assert [one.state for one in members_of("azureml.pipeline.core.pipeline.Pipeline")] == ["not yet"]


class Mistaken:
    """What the comparison has to notice."""

    def __init__(self, name: str, size: int = 2) -> None:
        self.name, self.size = name, size

    @classmethod
    def of_class(cls) -> None: ...

    def later(self) -> None:
        raise not_yet("Mistaken.later")

    @property
    def fixed(self) -> str:
        return self.name

    left_out = Absent("there is no need")


def test_every_kind_of_difference_is_noticed() -> None:
    facts = {
        "constructor": ["name", ["size", 1]],
        "methods": {
            "of_class": {"parameters": [], "kind": "static"},
            "later": {"parameters": []},
            "left_out": {"parameters": []},
            "gone": {"parameters": []},
        },
        "properties": {"fixed": True},
        "attributes": ["name", "colour"],
        "constants": {"LIMIT": 1},
    }

    states = {one.name: one.state for one in compared_class(Mistaken, facts)}

    assert states == {
        "constructor": "wrong",
        "of_class": "wrong",
        "later": "not yet",
        "left_out": "deviating",
        "gone": "wrong",
        "fixed": "wrong",
        "name": "covered",
        "colour": "wrong",
        "LIMIT": "wrong",
    }


def test_a_method_that_does_more_than_refuse_is_not_taken_for_a_placeholder() -> None:
    def checks(self: object, name: str) -> None:
        if not name:
            raise not_yet("a")

    assert not only_raises_not_yet(checks)
    assert shown(checks) == ["name"]
    assert attributes_of(Mistaken) == {"name", "size"}


def test_reaching_for_what_is_left_out_on_purpose_says_why() -> None:
    with pytest.raises(UserErrorException, match=r"Workspace\.list_keys is not in Runstead: it is about Azure's cred"):
        _ = thing("azureml.core.Workspace").list_keys


def test_a_class_of_the_facade_is_no_placeholder() -> None:
    assert not is_placeholder(thing("azureml.core.Run"))
