"""Wheels of a workspace as pip requirements: which lines name one, and what a build finds in their place."""

import pytest

from runstead.domain.errors import InvalidArgument
from runstead.domain.packages import pip_line
from runstead.domain.wheels import local_line, wheel_path, wheel_paths, wheel_url

SHA = "ab" * 32
PATH = wheel_path(SHA, "mine-2.0-py3-none-any.whl")
URL = wheel_url(PATH)


@pytest.mark.parametrize(
    ("line", "local"),
    [
        (URL, f"./wheels/{PATH}"),
        (f"mine @ {URL}", f"./wheels/{PATH}"),
        (f"mine[fast] @ {URL} ; python_version > '3'", f"./wheels/{PATH}[fast] ; python_version > '3'"),
    ],
)
def test_a_line_that_names_a_wheel_of_the_workspace_becomes_a_file_of_the_build(line: str, local: str) -> None:
    assert pip_line(line).requirement == line
    assert (local_line(line), wheel_paths([line, line, "numpy"])) == (local, [PATH])


@pytest.mark.parametrize(
    "line",
    [
        "numpy==1.0",
        URL.replace("https", "http"),
        URL.replace("runstead.invalid", "runstead.invalid.example.org"),
        URL.replace(SHA[:8], "../../xx"),
        URL.replace("mine-", "../mine-"),
        f"{URL}/../../secret",
        f"{URL} --index-url x",
    ],
)
def test_any_other_line_is_left_alone_and_names_no_file(line: str) -> None:
    assert (local_line(line), wheel_paths([line])) == (line, [])


@pytest.mark.parametrize("name", ["mine.whl", "mine-1.tar.gz", "../mine-1-py3-none-any.whl", "a b-1-py3-none-any.whl"])
def test_what_is_no_name_of_a_wheel_is_refused(name: str) -> None:
    with pytest.raises(InvalidArgument, match="no name of a wheel"):
        wheel_path(SHA, name)
