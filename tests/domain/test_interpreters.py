"""Which Python an environment gets."""

import pytest

from runstead.domain.errors import InvalidArgument, NotFound
from runstead.domain.interpreters import Choice, Interpreter, chosen

THERE = [Interpreter(v, f"/py/{v}") for v in [(3, 8, 18), (3, 11, 2), (3, 11, 7), (3, 13, 0)]]


def choice(asked: str, *, least: tuple[int, ...] = (3, 6), strict: bool = False) -> Choice:
    return chosen(asked, THERE, least=least, why_least="Runstead", current=(3, 11, 7), strict=strict)


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ("", "3.11.7"),
        ("==3.8.*", "3.8.18"),
        ("==3.11", "3.11.7"),
        ("==3.11.2.*", "3.11.2"),
        (">=3.9", "3.11.7"),
        (">=3.12", "3.13.0"),
        (">=3.7,<3.10", "3.8.18"),
        (">3.11", "3.13.0"),
        ("<=3.8", "3.8.18"),
        ("~=3.8", "3.11.7"),
        ("!=3.11", "3.13.0"),
    ],
)
def test_one_that_fits_is_used_and_nothing_is_said(asked: str, version: str) -> None:
    assert (choice(asked).interpreter.name, choice(asked).told) == (version, "")


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ("==3.8.13.*", "3.8.18"),
        ("==3.11.5.*", "3.11.7"),
        ("==3.10.18.*", "3.11.7"),
        ("==3.12.*", "3.13.0"),
        ("==3.6.2.*", "3.8.18"),
        ("==3.99.*", "3.13.0"),
    ],
)
def test_without_it_the_nearest_is_used_and_that_is_said(asked: str, version: str) -> None:
    found = choice(asked)

    assert found.interpreter.name == version
    assert f"{version} is used" in found.told


def test_what_runstead_itself_needs_wins_over_what_was_asked() -> None:
    found = choice("==3.8.*", least=(3, 11))

    assert found.interpreter.name == "3.11.7"
    assert "Runstead needs 3.11 or later" in found.told


@pytest.mark.parametrize("asked", ["==2.7.*", "==4.0"])
def test_another_major_version_never_comes_near(asked: str) -> None:
    with pytest.raises(NotFound, match="there is no Python"):
        choice(asked)


def test_a_strict_choice_refuses_the_nearest_and_says_what_is_there() -> None:
    with pytest.raises(NotFound, match=r"no Python 3\.10\.18 .* has 3\.11\.2, 3\.11\.7, .* strict"):
        choice("==3.10.18.*", strict=True)
    assert choice("==3.8.*", strict=True).interpreter.name == "3.8.18"


def test_a_version_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="cannot be understood"):
        choice("==three")
