from datetime import datetime

import pytest

from runstead.domain.errors import InvalidArgument
from runstead.domain.partitions import partition_format, partition_values


@pytest.mark.parametrize(
    ("text", "path", "values"),
    [
        ("/{d}/{day:yyyy/MM/dd}/data.csv", "x/2020/01/31/data.csv", {"d": "x", "day": "2020-01-31"}),
        ("/{d}/{day:yyyy/MM/dd}/data.csv", "far/above/x/2020/01/31/data.csv", {"d": "x", "day": "2020-01-31"}),
        ("{name}.csv", "a/b.csv", {"name": "b"}),
        ("/{a}/*.parquet", "1/part-0.parquet", {"a": "1"}),
        ("/{d}/{day:yyyy/MM/dd}/data.csv", "x/2020/13/31/data.csv", None),
        ("/{d}/data.csv", "x/other.csv", None),
    ],
)
def test_the_columns_stand_in_the_path(text: str, path: str, values: dict[str, str] | None) -> None:
    found = partition_values(text, path)
    shown = found and {k: v.date().isoformat() if isinstance(v, datetime) else v for k, v in found.items()}
    assert shown == values


@pytest.mark.parametrize("text", ["/data.csv", "/{a}/{a}", ""])
def test_a_format_without_columns_or_with_one_twice_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument):
        partition_format(text)


def test_the_columns_are_in_the_order_of_the_format() -> None:
    assert partition_format("/{b}/{a:yyyy}/x").columns == ["b", "a"]
