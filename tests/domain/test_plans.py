import pytest

from runstead.domain.plans import expanded
from runstead.domain.processes import Process, stat_of


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("$A", "1"),
        ("${A}", "1"),
        ("x$A/y", "x1/y"),
        ("$A_B", "$A_B"),
        ("$", "$"),
        ("$$A", "$1"),
        ("${UNKNOWN}", "${UNKNOWN}"),
        ("$LOOP", "$A"),
        ("~", "~"),
    ],
)
def test_variables_are_expanded_once_and_unknown_ones_stay(text: str, result: str) -> None:
    assert expanded(text, {"A": "1", "LOOP": "$A"}) == result


def test_a_programs_name_cannot_confuse_its_stat() -> None:
    stat = stat_of("77 (a) Z 1 (x) S 5 70 66 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 123456 0 0")
    assert (stat.process, stat.state, stat.parent_pid, stat.session) == (Process(77, 123456), "S", 5, 66)
