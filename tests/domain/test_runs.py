import itertools

import pytest

from runstead.domain.errors import Conflict, InvalidArgument
from runstead.domain.runs import (
    FINAL,
    STAGES,
    STATUSES,
    check_transition,
    checked_status,
    display_name_for,
    may_follow,
    new_properties,
)


def test_stages_may_be_skipped_forward_and_never_taken_back() -> None:
    for earlier, later in itertools.combinations(STAGES, 2):
        assert may_follow(earlier, later)
        assert not may_follow(later, earlier)


def test_every_state_that_is_not_final_may_end_and_may_be_asked_to() -> None:
    for status in (*STAGES, "CancelRequested"):
        assert all(may_follow(status, wanted) for wanted in (*FINAL, "CancelRequested"))


def test_a_run_that_is_asked_to_end_does_not_begin_anew() -> None:
    assert not any(may_follow("CancelRequested", stage) for stage in STAGES)


def test_from_a_final_state_only_the_same_one_follows() -> None:
    for final, wanted in itertools.product(FINAL, STATUSES):
        assert may_follow(final, wanted) == (final == wanted)


def test_a_refusal_names_the_run_its_state_and_the_wish() -> None:
    with pytest.raises(Conflict, match="run r1 is Completed, which is final; it cannot become Running"):
        check_transition("r1", "Completed", "Running")
    with pytest.raises(InvalidArgument, match="'Done' is no run status"):
        checked_status("Done")


def test_new_properties_are_those_not_there_yet() -> None:
    assert new_properties("r", {"a": "1"}, {"a": "1", "b": "2"}) == {"b": "2"}
    with pytest.raises(Conflict, match="written once"):
        new_properties("r", {"a": "1"}, {"b": "2", "a": "2"})


def test_a_display_name_belongs_to_its_id() -> None:
    assert display_name_for("r1") == display_name_for("r1")
    assert len({display_name_for(f"r{n}") for n in range(1000)}) == 1000
