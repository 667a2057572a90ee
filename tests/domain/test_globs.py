import time

import pytest

from runstead.domain.globs import fixed_start, has_wildcard, matches, shared_folder


@pytest.mark.parametrize(
    ("path", "pattern", "meant"),
    [
        ("a/b.csv", "a", True),
        ("a/b.csv", "", True),
        ("ab/b.csv", "a", False),
        ("a/b.csv", "a/*.csv", True),
        ("a/x/b.csv", "a/*.csv", False),
        ("a/b.csv", "a/**/*.csv", True),
        ("a/x/y/b.csv", "a/**/*.csv", True),
        ("a/x/y/b.csv", "a/**", True),
        ("a/b.csv", "?/b.csv", True),
        ("a/b+csv", "a/b.csv", False),
        ("a/b.csv", "a/[b].csv", False),
    ],
)
def test_a_pattern_means_these_paths(path: str, pattern: str, *, meant: bool) -> None:
    assert matches(path, pattern) is meant


def test_everything_that_matches_is_below_the_fixed_start() -> None:
    assert [fixed_start(p) for p in ("a/b/*.csv", "**", "a/x?/c", "a/b")] == ["a/b", "", "a", "a/b"]
    assert (has_wildcard("a/*"), has_wildcard("a/b")) == (True, False)
    assert shared_folder(["a/b/c", "a/b", "a/b/d"]) == "a/b"
    assert shared_folder(["a", "b"]) == shared_folder([]) == ""


def test_a_pattern_of_many_stars_is_refused_quickly() -> None:
    began = time.process_time()
    assert not matches("a" * 60, "a*" * 6 + "b")
    assert not matches("/".join("a" * 30), "**/**/**/b")
    assert time.process_time() - began < 1
