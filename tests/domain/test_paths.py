import pytest
from hypothesis import given
from hypothesis import strategies as st

from runstead.domain.errors import InvalidArgument
from runstead.domain.paths import normalised_path

HOSTILE = (
    "/etc/passwd",
    "//etc/passwd",
    "../x",
    "a/../../x",
    "a/..",
    "..",
    "./..",
    "a\\..\\x",
    "..\\x",
    "C:\\x",
    "a\x00b",
    "a\nb",
    "a\x7fb",
    "\ud800",
    "",
    ".",
    "./",
    "x" * 256,
    "x/" * 3000,
)


@pytest.mark.parametrize("path", HOSTILE, ids=lambda p: repr(p)[:30])
def test_a_path_that_could_leave_its_folder_or_break_a_name_is_refused(path: str) -> None:
    with pytest.raises(InvalidArgument):
        normalised_path(path)


@pytest.mark.parametrize(
    ("given_path", "stored"),
    [
        ("outputs/model.pkl", "outputs/model.pkl"),
        ("./outputs//model.pkl", "outputs/model.pkl"),
        ("outputs/", "outputs"),
        ("a..b/...x", "a..b/...x"),
        ("größe/日本 語.txt", "größe/日本 語.txt"),
        ("%2e%2e/x", "%2e%2e/x"),
    ],
)
def test_what_scripts_write_is_kept_or_tidied(given_path: str, stored: str) -> None:
    assert normalised_path(given_path) == stored


@given(st.text(max_size=60))
def test_whatever_passes_is_relative_normalised_and_passes_again_unchanged(path: str) -> None:
    try:
        stored = normalised_path(path)
    except InvalidArgument:
        return
    parts = stored.split("/")
    assert all(part not in ("", ".", "..") for part in parts)
    assert normalised_path(stored) == stored
