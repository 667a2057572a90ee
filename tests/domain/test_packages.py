"""Requirement lines: what conda writes said in the words of PyPI, and hostile lines refused."""

import pytest

from runstead.domain.errors import InvalidArgument
from runstead.domain.packages import conda_line, pip_line, redacted, redacted_json


@pytest.mark.parametrize(
    ("conda", "pypi"),
    [
        ("scikit-learn", "scikit-learn"),
        ("numpy=1.26", "numpy==1.26.*"),
        ("numpy=1.26.4=py311_0", "numpy==1.26.4.*"),
        ("numpy==1.26.4", "numpy==1.26.4"),
        ("numpy 1.26.*", "numpy==1.26.*"),
        ("numpy 1.26.4", "numpy==1.26.4"),
        ("numpy>=1.20,<2", "numpy>=1.20,<2"),
        ("numpy >= 1.20, < 2", "numpy>=1.20,<2"),
        ("numpy=1.0rc1", "numpy==1.0rc1"),
        ("conda-forge::pytorch=2.1", "torch==2.1.*"),
        ("msgpack-python", "msgpack"),
        ("Matplotlib-base", "matplotlib"),
        ("cudatoolkit=11.3", ""),
        ("pip", "pip"),
    ],
)
def test_a_conda_line_is_said_in_the_words_of_pypi(conda: str, pypi: str) -> None:
    assert conda_line(conda).requirement == pypi


def test_what_is_translated_or_left_out_is_noted() -> None:
    assert conda_line("pytorch=2.1").note == "conda pytorch=2.1: torch==2.1.* of PyPI"
    assert "left out" in conda_line("cudnn").note
    assert conda_line("numpy").note == ""


@pytest.mark.parametrize("line", ["r-base=4.1", "openmpi", "gcc_linux-64", "nodejs>=16"])
def test_a_conda_package_that_pypi_does_not_have_is_named_in_the_error(line: str) -> None:
    with pytest.raises(InvalidArgument, match=r"has no equivalent on PyPI"):
        conda_line(line)


@pytest.mark.parametrize("line", ["numpy=1|2", "numpy[version=1]", "-e .", "$(id)", "numpy; id", "numpy=1 --x=y z", ""])
def test_a_conda_line_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(InvalidArgument):
        conda_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "numpy",
        "numpy==1.26.4",
        "pandas[parquet, excel] >=2,<3",
        "pandas (>=2)",
        "six ; python_version < '3.12' and sys_platform == \"linux\"",
        "torch==2.1.0+cpu",
        "tool @ https://example.org/tool-1.0-py3-none-any.whl",
        "tool @ git+https://example.org/tool.git@main#egg=tool",
        "https://example.org/tool-1.0-py3-none-any.whl?sig=abc",
        "six==1.16.0 --hash=sha256:8abb2f1d86890a2dfb989f9a77cfcfd3e47c2a354b01111771326f8aa26e0254",
    ],
)
def test_a_pip_requirement_is_taken_over_as_it_is(line: str) -> None:
    assert pip_line(line).requirement == line


def test_comments_and_empty_lines_are_nothing() -> None:
    assert pip_line("  # why") == pip_line("") == pip_line("   ")
    assert pip_line("numpy  # why").requirement == "numpy"


@pytest.mark.parametrize(
    "line",
    [
        "numpy --index-url https://evil.example.org",
        "numpy -i https://evil.example.org",
        "numpy\n--index-url https://evil.example.org",
        "numpy\r--index-url https://evil.example.org",
        "numpy \\",
        "numpy; id",
        "numpy && id",
        "$(id)",
        "`id`",
        "| id",
        "-e .",
        "-e git+https://example.org/x.git",
        "--editable=.",
        "-r /etc/passwd",
        "--requirement=../secret.txt",
        "-c constraints.txt",
        "tool @ file:///etc/passwd",
        "file:///tmp/x.whl",
        "/tmp/x.whl",
        "./x.whl",
        "../x",
        "~/x",
        "tool @ /tmp/x.whl",
        "tool @ ftp://example.org/x.whl",
        "--python=/tmp/evil",
        "--target /",
        "--config-settings=x=y",
        "--index-url file:///tmp/index",
        "--index-url https://a.example.org --extra-index-url https://b.example.org",
        "--extra-index-url",
        "--find-links /wheels",
        "--trusted-host a;id",
        "--no-binary :all: --pre",
        "--pre numpy",
        "-",
        "--",
        "numpy\0",
        "n\u0000umpy",
        "\ud800",
        "numpy==",
        "numpy==1.0; extra == 'a' \\\n--index-url https://evil.example.org",
    ],
)
def test_a_line_that_smuggles_something_is_refused(line: str) -> None:
    with pytest.raises(InvalidArgument, match="pip line"):
        pip_line(line)


def test_index_options_are_taken_over_and_their_passwords_never_shown() -> None:
    line = pip_line("-i https://me:pa@ss@packages.example.org/simple")

    assert line.option == "--index-url https://me:pa@ss@packages.example.org/simple"
    assert redacted(line.option) == "--index-url https://****@packages.example.org/simple"
    assert redacted("https://x.example.org/a.whl?sv=1&sig=s%3D&x=2") == "https://x.example.org/a.whl?sv=1&sig=****&x=2"
    with pytest.raises(InvalidArgument) as refused:
        pip_line("numpy --index-url https://me:secret@packages.example.org")
    assert "secret" not in refused.value.message


def test_a_definition_is_redacted_wherever_an_address_stands_in_it() -> None:
    given = {"a": [{"pip": ["--index-url https://u:p@h/simple", "six"]}], "n": 1}

    assert redacted_json(given) == {"a": [{"pip": ["--index-url https://****@h/simple", "six"]}], "n": 1}


def test_options_that_uv_names_otherwise_become_its_arguments() -> None:
    assert pip_line("--trusted-host packages.example.org:8080").argument == (
        "--allow-insecure-host=packages.example.org:8080"
    )
    assert pip_line("--pre").argument == "--prerelease=allow"
    assert "left out" in pip_line("--prefer-binary").note
