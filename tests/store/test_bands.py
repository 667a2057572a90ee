"""Bands against what NumPy says of all the points."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from runstead.domain.errors import InvalidArgument, NotFound, TooLarge
from runstead.domain.runs import RunDraft
from runstead.service import bands, runs
from runstead.service.bands import Band, Group
from runstead.service.charts import Question
from runstead.service.settings import Settings
from runstead.service.unit import Unit, opened
from runstead.service.workspaces import ensure_default
from tests.store.test_charts import FIRST_US, Model, stored


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unit]:
    opened_unit = opened(Settings(home=Path(tmp_path_factory.mktemp("bands"))))
    ensure_default(opened_unit)
    yield opened_unit
    opened_unit.close()


def a_run(unit: Unit, values: Sequence[float], steps: Sequence[int] | None = None, *, compacted: int = 0) -> str:
    size = len(values)
    at = np.arange(size) if steps is None else np.array(steps)
    return stored(unit, Model(np.array(values, float), at, FIRST_US + np.arange(size) * 1_000_000), compacted=compacted)


def band(unit: Unit, run_ids: Sequence[str], asked: Question) -> Band:
    [found] = bands.bands_of(unit, "default", [Group(run_ids, "y", asked)])
    return found


def test_the_mean_of_runs_has_its_spread_and_its_bounds(unit: Unit) -> None:
    found = band(unit, [a_run(unit, [0, 2]), a_run(unit, [10, 4]), a_run(unit, [2, 0])], Question(pixels=100))
    assert found.x.tolist() == [0, 1]
    assert found.mean.tolist() == [4, 2]
    assert found.deviation.tolist() == pytest.approx([np.std([0, 10, 2], ddof=1), 2.0])
    assert (found.low.tolist(), found.high.tolist()) == ([0, 0], [10, 4])
    assert (found.present.tolist(), found.runs, found.total) == ([3, 3], 3, 6)


def test_between_its_points_a_run_is_on_the_straight_line_and_beyond_its_ends_it_is_not(unit: Unit) -> None:
    sparse = a_run(unit, [0, 10], [1, 3])
    dense = a_run(unit, [4, 4, 4, 4, 4], [0, 1, 2, 3, 4])
    found = band(unit, [sparse, dense], Question(pixels=100))
    assert found.x.tolist() == [0, 1, 2, 3, 4]
    assert found.mean.tolist() == [4, 2, 4.5, 7, 4]
    assert found.present.tolist() == [1, 2, 2, 2, 1]


def test_a_mean_over_stretches_is_that_of_all_their_points_in_chunks_or_not(unit: Unit) -> None:
    """Nodes of the pyramid carry their sums: thinning takes nothing away from a mean."""
    size, pixels = 40_960, 10
    rng = np.random.default_rng(3)
    values = rng.normal(size=(2, size))
    ids = [a_run(unit, row.tolist(), compacted=size) for row in values]
    found = band(unit, ids, Question(pixels=pixels, x="index"))
    wanted = values.reshape(2, pixels, -1).mean(axis=2)
    # A node lies on one side of a border of stretches: at most one of its width is counted with the neighbour.
    assert np.abs(found.mean - wanted.mean(axis=0)).max() < 0.05
    assert (found.total, found.mean.size) == (2 * size, pixels)
    assert found.low.min() == values.min()
    assert found.high.max() == values.max()
    assert np.dot(found.mean, np.full(pixels, 1 / pixels)) == pytest.approx(values.mean(), abs=0.002)


def test_runs_without_the_metric_are_left_out_and_no_run_at_all_is_an_empty_band(unit: Unit) -> None:
    bare = unit.new_id()
    runs.create(unit, "default", RunDraft(bare, "e"))
    found = band(unit, [bare, a_run(unit, [1, 2])], Question(pixels=10))
    assert (found.runs, found.mean.tolist()) == (1, [1, 2])
    assert (band(unit, [bare], Question(pixels=10)).runs, band(unit, [], Question(pixels=10)).x.size) == (0, 0)
    with pytest.raises(NotFound):
        band(unit, ["nobody"], Question(pixels=10))


def test_elapsed_time_begins_where_each_run_did(unit: Unit) -> None:
    ids = [a_run(unit, [1, 3]), a_run(unit, [3, 5])]
    began_ms = [runs.load(unit, "default", run_id).started_at_ms or 0 for run_id in ids]
    found = band(unit, ids, Question(x="elapsed", pixels=1))
    assert found.x_kind == "elapsed"
    assert found.x.tolist() == [FIRST_US + 500_000 - sum(began_ms) / 2 * 1_000]
    assert found.mean.tolist() == [3]


def test_what_is_too_much_is_refused(unit: Unit) -> None:
    one = a_run(unit, [1])
    with pytest.raises(InvalidArgument, match="pixels"):
        band(unit, [one], Question(pixels=0))
    with pytest.raises(TooLarge, match="at most 2000"):
        band(unit, [one] * 2001, Question(pixels=10))
    with pytest.raises(TooLarge, match="at most 20"):
        bands.bands_of(unit, "default", [Group([one], "y", Question())] * 21)
