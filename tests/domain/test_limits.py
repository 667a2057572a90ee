"""How deep a JSON value is."""

import pytest

from runstead.domain.limits import depth_of


@pytest.mark.parametrize(
    ("content", "depth"), [(1, 0), ("[[[", 0), ([], 1), ({"a": 1}, 1), ({"a": [1, {"b": []}]}, 4), ([[], [[]]], 3)]
)
def test_the_depth_is_that_of_the_deepest_part(content: object, depth: int) -> None:
    assert depth_of(content, stop=10) == depth


def test_counting_ends_where_it_is_told_to() -> None:
    nested: list[object] = []
    for _ in range(10_000):
        nested = [nested]

    assert depth_of(nested, stop=7) == 7
