"""Charts against brute force: no extreme is lost, nothing is made up (docs/notes/charts.md)."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runstead.domain.errors import InvalidArgument, NotFound, TooLarge
from runstead.domain.records import NO_STEP, Kind, Opening, Series, encode_opening, encode_series
from runstead.domain.runs import RunDraft
from runstead.service import charts, compactions, metrics, runs
from runstead.service.charts import Answer, Question, Wanted
from runstead.service.settings import Settings
from runstead.service.unit import Unit, opened
from runstead.service.workspaces import ensure_default
from runstead.store.records import SLOT, slot_checksums

FIRST_US = 1_700_000_000_000_000


class Model:
    """What was logged, as arrays."""

    def __init__(self, values: np.ndarray, steps: np.ndarray, times: np.ndarray) -> None:
        self.values, self.steps, self.times = values, steps, times

    def x(self, kind: str) -> np.ndarray:
        return {"step": self.steps, "time": self.times, "index": np.arange(self.values.size)}[kind]


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Several thousand points: smooth, noisy or flat; steps in order, resumed, sparse, missing; pauses; NaN and Inf."""
    size = draw(st.integers(1, 6_000))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    shape = draw(st.sampled_from(["noise", "smooth", "flat", "spikes"]))
    values = {
        "noise": rng.normal(size=size),
        "smooth": np.sin(np.arange(size) / draw(st.integers(1, 500))),
        "flat": np.ones(size),
        "spikes": np.where(rng.random(size) < 0.001, rng.normal(size=size) * 1e9, 0.0),
    }[shape]
    for special in draw(st.lists(st.sampled_from([math.nan, math.inf, -math.inf]), max_size=3)):
        start = draw(st.integers(0, size - 1))
        values[start : start + draw(st.integers(1, 700))] = special
    steps = np.arange(size)
    order = draw(st.sampled_from(["in order", "resumed", "sparse", "some missing", "shuffled", "repeated"]))
    if order == "resumed":
        back = draw(st.integers(0, size - 1))
        steps = np.concatenate([steps[:back], steps[: size - back]])
    elif order == "sparse":
        steps = np.cumsum(np.where(rng.random(size) < 0.01, 10_000, 1))
    elif order == "some missing":
        steps = np.where(rng.random(size) < 0.3, NO_STEP, steps)
    elif order == "shuffled":
        steps = rng.permutation(size)
    elif order == "repeated":
        steps = steps // 50
    pauses = np.where(rng.random(size) < draw(st.sampled_from([0.0, 0.001, 0.1])), 3_600_000_000, 1_000)
    return Model(values, steps, FIRST_US + np.cumsum(pauses))


@pytest.fixture(scope="module")
def unit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unit]:
    opened_unit = opened(Settings(home=Path(tmp_path_factory.mktemp("charts"))))
    ensure_default(opened_unit)
    yield opened_unit
    opened_unit.close()


def stored(unit: Unit, model: Model, *, compacted: int) -> str:
    """A run with these points, the first `compacted` of them in chunks."""
    run_id = unit.new_id()
    runs.create(unit, "default", RunDraft(run_id, "e"))
    head = encode_opening(Opening(run_id, "w", "default", 1)) + encode_series(1, 1, Series("y", "scalar"))
    slots = np.zeros(model.values.size, SLOT)
    slots["head"] = 1 << 8 | Kind.FLOAT
    slots["time_us"], slots["step"], slots["bits"] = model.times, model.steps, model.values.view(np.int64)
    slots["crc"] = slot_checksums(slots)
    acked = metrics.ingest(unit, "default", run_id, "w", 0, head + slots[:compacted].tobytes())
    with unit.read() as connection:
        key = runs.located(connection, "default", run_id).key
    compactions.compact(unit, key)
    if compacted < slots.size:
        metrics.ingest(unit, "default", run_id, "w", acked, slots[compacted:].tobytes())
    return run_id


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    model=models(),
    compacted=st.integers(0, 6_000),
    kind=st.sampled_from(["step", "time", "index"]),
    zoom=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted),
    pixels=st.integers(1, 60),
)
def test_no_extreme_is_lost_and_no_point_made_up(
    unit: Unit, model: Model, compacted: int, kind: str, zoom: list[float], pixels: int
) -> None:
    run_id = stored(unit, model, compacted=min(compacted, model.values.size))
    if kind == "step" and (model.steps == NO_STEP).all():
        kind = "index"
    x = model.x(kind)
    has_x = x != NO_STEP
    least, most = float(x[has_x].min()), float(x[has_x].max())
    low, high = (least + (most - least) * part for part in zoom)
    answer = charts.chart(unit, "default", run_id, "y", Question(None, kind, low, high, pixels))
    chart, axis = answer.chart, answer.axis
    inside = has_x & (x >= axis.low) & (x <= axis.high)
    assert chart.widest <= 1
    assert (chart.total, chart.nans) == (inside.sum(), np.isnan(model.values[inside]).sum())
    assert answer.points == model.values.size
    # Nothing is made up, and it is sorted.
    assert (x[chart.at] == chart.x).all()
    numbers = ~np.isnan(chart.y)
    assert (model.values[chart.at][numbers] == chart.y[numbers]).all()
    assert (np.diff(chart.x) >= 0).all()
    check_extremes(model.values, x, inside, chart.x[numbers].astype(float), chart.y[numbers], 2 * axis.cell)


def check_extremes(
    values: np.ndarray, x: np.ndarray, inside: np.ndarray, shown_x: np.ndarray, shown_y: np.ndarray, pixel: float
) -> None:
    """For every point there are shown ones within a pixel that are as low, and as high."""
    good = inside & ~np.isnan(values)
    slack = pixel * (1 + 1e-9)
    first = np.searchsorted(shown_x, x[good] - slack, "left")
    last = np.searchsorted(shown_x, x[good] + slack, "right")
    for value, a, b in zip(values[good], first, last, strict=True):
        near = shown_y[a:b]
        assert near.size
        assert near.min() <= value <= near.max()


def test_a_range_with_few_points_is_answered_with_all_of_them(unit: Unit) -> None:
    size = 5_000
    model = Model(np.sin(np.arange(size) / 9.0), np.arange(size), FIRST_US + np.arange(size))
    run_id = stored(unit, model, compacted=4_500)
    answer = charts.chart(unit, "default", run_id, "y", Question(None, "step", 1_000, 1_399, 100))
    assert answer.chart.at.tolist() == list(range(1_000, 1_400))
    assert answer.chart.y.tolist() == model.values[1_000:1_400].tolist()


def test_a_line_breaks_where_there_is_only_nan(unit: Unit) -> None:
    size = 40_000
    values = np.ones(size)
    values[10_000:20_000] = math.nan
    model = Model(values, np.arange(size), FIRST_US + np.arange(size))
    run_id = stored(unit, model, compacted=size)
    chart = charts.chart(unit, "default", run_id, "y", Question(None, "step", pixels=10)).chart
    broken = chart.x[np.isnan(chart.y)]
    assert chart.level >= 0
    assert broken.size
    assert broken.min() >= 10_000
    assert broken.max() < 20_000
    assert chart.nans == 10_000


def test_steps_logged_again_are_both_shown(unit: Unit) -> None:
    steps = np.concatenate([np.arange(100), np.arange(50, 150)])
    model = Model(np.arange(200.0), steps, FIRST_US + np.arange(200))
    run_id = stored(unit, model, compacted=150)
    chart = charts.chart(unit, "default", run_id, "y", Question()).chart
    assert chart.x.tolist() == sorted(steps.tolist())
    assert sorted(chart.y.tolist()) == list(range(200))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(model=models(), compacted=st.integers(0, 6_000), pixels=st.integers(1, 60))
def test_no_extreme_is_lost_where_pixels_are_even_in_the_logarithm_of_x(
    unit: Unit, model: Model, compacted: int, pixels: int
) -> None:
    run_id = stored(unit, model, compacted=min(compacted, model.values.size))
    x = model.x("index")
    answer = charts.chart(unit, "default", run_id, "y", Question(None, "index", pixels=pixels, is_log=True))
    chart, axis = answer.chart, answer.axis
    inside = (x >= 1) & (x <= axis.high)
    assert chart.widest <= 1
    assert chart.total == inside.sum()
    numbers = ~np.isnan(chart.y)
    shown = np.log10(chart.x[numbers].astype(float))
    with np.errstate(divide="ignore"):
        check_extremes(model.values, np.log10(x), inside, shown, chart.y[numbers], 2 * axis.cell)


def test_the_left_of_a_logarithmic_axis_has_as_many_points_as_the_right(unit: Unit) -> None:
    size = 100_000
    rng = np.random.default_rng(1)
    model = Model(rng.normal(size=size), np.arange(size), FIRST_US + np.arange(size))
    run_id = stored(unit, model, compacted=size)
    answer = charts.chart(unit, "default", run_id, "y", Question(None, "step", pixels=100, is_log=True))
    # Each fifth of the axis is a fifth of the pixels; even ones would show three points up to step 100.
    assert answer.chart.x[:20].tolist() == list(range(1, 21))
    assert np.count_nonzero(answer.chart.x <= 100) > 50
    with pytest.raises(InvalidArgument, match="time has no zero"):
        charts.chart(unit, "default", run_id, "y", Question(None, "time", is_log=True))


def test_many_charts_of_one_moment_are_answered_in_order_and_one_that_fails_says_why(unit: Unit) -> None:
    model = Model(np.arange(5.0), np.arange(5), FIRST_US + np.arange(5))
    run_id = stored(unit, model, compacted=0)
    asked = Question(pixels=10)
    good, bad, again = charts.charts_of(
        unit, "default", [Wanted(run_id, "y", asked), Wanted(run_id, "none", asked), Wanted(run_id, "y", asked)]
    )
    assert isinstance(bad, NotFound)
    assert isinstance(good, Answer)
    assert isinstance(again, Answer)
    assert good.chart.y.tolist() == again.chart.y.tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(TooLarge, match="at most 100"):
        charts.charts_of(unit, "default", [Wanted(run_id, "y", asked)] * 101)
