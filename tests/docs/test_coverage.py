"""The coverage table is of the code that it lies beside."""

from tests.faces.coverage import PAGE, page


def test_the_coverage_table_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run `make coverage`"
