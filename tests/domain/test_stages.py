"""Which stages a run shows, and how long each took."""

from runstead.domain.stages import Stage, moment, stages_of


def test_stages_follow_one_another_without_a_gap_and_building_is_a_part_of_preparing() -> None:
    marks = {"Preparing": 10, "Building": 12, "Built": 40, "Running": 50, "Finalizing": 80}

    assert stages_of(marks, created_at_ms=0, ended_at_ms=90, is_interactive=False) == [
        Stage("Queued", None, 0, 10),
        Stage("Preparing", None, 10, 50),
        Stage("Building", "Preparing", 12, 40),
        Stage("Running", None, 50, 80),
        Stage("Finalizing", None, 80, 90),
    ]


def test_the_stage_that_goes_on_has_no_end() -> None:
    assert stages_of({"Preparing": 10}, created_at_ms=0, ended_at_ms=None, is_interactive=False) == [
        Stage("Queued", None, 0, 10),
        Stage("Preparing", None, 10, None),
    ]


def test_a_build_that_failed_ends_with_its_run() -> None:
    found = stages_of({"Preparing": 5, "Building": 6}, created_at_ms=0, ended_at_ms=9, is_interactive=False)

    assert found[-1] == Stage("Building", "Preparing", 6, 9)


def test_a_run_that_was_canceled_in_the_queue_was_only_queued() -> None:
    assert stages_of({}, created_at_ms=3, ended_at_ms=9, is_interactive=False) == [Stage("Queued", None, 3, 9)]


def test_an_interactive_run_runs_from_the_beginning() -> None:
    assert stages_of({}, created_at_ms=3, ended_at_ms=None, is_interactive=True) == [Stage("Running", None, 3, None)]


def test_a_node_is_believed_when_it_tells_of_the_past_but_stages_never_go_back_nor_into_the_future() -> None:
    assert moment(None, after_ms=10, now_ms=20) == 20
    assert moment(15, after_ms=10, now_ms=20) == 15
    assert moment(5, after_ms=10, now_ms=20) == 10
    assert moment(99, after_ms=10, now_ms=20) == 20
    assert moment(5, after_ms=30, now_ms=20) == 20, "the server's clock was set back"
