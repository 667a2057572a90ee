"""A conda specification as conda's own programs are given it."""

import json

import pytest

from runstead.domain.builds import Specification, key_of
from runstead.domain.condas import conda_inputs_of, conda_recipe_of, needs_conda
from runstead.domain.errors import InvalidArgument, NotFound


def file_of(*conda: str, pip: tuple[str, ...] = (), channels: tuple[str, ...] = ()) -> dict[str, list[str]]:
    given: dict[str, list[str]] = json.loads(
        conda_recipe_of(Specification(conda, pip, channels), current=(3, 12, 1)).file
    )
    return given


def test_lines_go_to_the_file_as_they_were_written_python_first() -> None:
    lines = ("numpy=1.26", "python=3.10  # as ever", "conda-forge::r-base >=4,<5", "mkl=2023.*=*_intel", "pip<24")

    assert file_of(*lines, channels=("pytorch", "conda-forge/label/rc")) == {
        "channels": ["pytorch", "conda-forge/label/rc", "nodefaults"],
        "dependencies": ["python=3.10", "numpy=1.26", "conda-forge::r-base >=4,<5", "mkl=2023.*=*_intel", "pip<24"],
    }


def test_what_is_not_said_is_conda_forge_runsteads_own_python_and_pip() -> None:
    assert file_of("jq") == {
        "channels": ["conda-forge", "nodefaults"],
        "dependencies": ["python=3.12", "jq", "pip"],
    }


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("python=3.13", "python=3.13"),
        ("python>=3.7", "python >=3.7,>=3.11"),
        ("python>=3.7,<3.13", "python >=3.7,<3.13,>=3.11"),
        ("python=3.8.13", "python=3.11"),
        ("python<3.10", "python=3.11"),
    ],
)
def test_a_python_that_runstead_can_run_on_is_asked_for_where_it_answers_a_line(asked: str, given: str) -> None:
    assert file_of(asked, pip=("azureml-core",))["dependencies"][0] == given
    assert file_of(asked)["dependencies"][0] == asked


def test_another_python_than_asked_for_is_said_or_refused() -> None:
    lines = ("python=3.8", "azureml-defaults")

    recipe = conda_recipe_of(Specification(lines), current=(3, 12, 1))
    assert recipe.warning.startswith(
        "Python 3.8 was asked for, 3.11 is used: Runstead, which answers azureml-defaults,"
    )
    assert "azureml-defaults" not in recipe.file
    with pytest.raises(NotFound, match=r"no Python 3\.8"):
        conda_recipe_of(Specification(lines, strict=True), current=(3, 12, 1))


@pytest.mark.parametrize(
    "line",
    [
        "-c evil",
        "numpy; rm -rf /",
        "numpy $(touch owned)",
        "https://evil.example.org/x-1-0.conda",
        "/tmp/x-1-0.tar.bz2",
        "numpy[url=https://evil.example.org/x]",
        "https://me:secret@example.org/c::numpy",
        "numpy\nevil",
        "@EXPLICIT",
        "../numpy",
    ],
)
def test_a_line_that_is_no_package_is_refused(line: str) -> None:
    with pytest.raises(InvalidArgument, match="conda line") as refused:
        conda_recipe_of(Specification((line,)), current=(3, 12, 1))
    assert "secret" not in refused.value.message


@pytest.mark.parametrize(
    "channel",
    ["-c", "", "../up", "/tmp/channel", "https://evil.example.org/$HOME", "https://x/`id`", "ftp://x/y", "a b", "c\nd"],
)
def test_a_channel_that_is_none_is_refused(channel: str) -> None:
    with pytest.raises(InvalidArgument, match="conda channel"):
        file_of("numpy", channels=(channel,))


def test_credentials_reach_the_program_and_neither_the_hash_nor_what_is_kept() -> None:
    def inputs(user: str, token: str) -> dict[str, object]:
        channels = (f"https://{user}@c.example.org/a", f"https://c.example.org/t/{token}/b", "file:///mnt/channel")
        asked = Specification(("jq",), (), channels)
        recipe = conda_recipe_of(asked, current=(3, 12, 1))
        assert json.loads(recipe.file)["channels"][:3] == list(channels)
        return conda_inputs_of(asked, recipe, solver="conda", platform="linux")

    one, other = inputs("me:pw", "to-ken"), inputs("you:word", "ken-2")
    assert key_of(one) == key_of(other)
    assert one["channel"] == [
        "https://****@c.example.org/a",
        "https://c.example.org/t/****/b",
        "file:///mnt/channel",
    ]


def test_channels_and_the_program_are_part_of_the_hash() -> None:
    def key(channel: str, solver: str) -> str:
        asked = Specification(("jq",), (), (channel,))
        recipe = conda_recipe_of(asked, current=(3, 12, 1))
        return key_of(conda_inputs_of(asked, recipe, solver=solver, platform="linux"))

    assert len({key("a", "conda"), key("b", "conda"), key("a", "mamba")}) == 3


@pytest.mark.parametrize(
    ("lines", "needed"),
    [
        (("python=3.9", "pip=23"), False),
        (("azureml-core",), False),
        ((), False),
        (("numpy",), True),
        (("pip", "conda-forge::gdal"), True),
    ],
)
def test_only_packages_of_conda_need_conda(lines: tuple[str, ...], needed: bool) -> None:
    assert needs_conda(Specification(lines, ("six",), ("conda-forge",))) is needed
