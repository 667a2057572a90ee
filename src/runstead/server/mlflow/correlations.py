"""How much two filters of traces go together, as MLflow's pages ask: normalised pointwise mutual information."""

import math

from fastapi.responses import Response

from runstead.server.auth import needs
from runstead.server.mlflow.traces import TRACES, conditions_in, needs_spans, passes
from runstead.server.mlflow.wire import AskedIn, answer, number_out, router
from runstead.service import traces

routes = router()
SMOOTHING = 0.5  # Jeffreys' prior: of few traces, a milder answer


@routes.post(TRACES + "/calculate-filter-correlation")
@needs("read")
def correlate(asked: AskedIn) -> Response:
    """Counts of both filters among the traces of some experiments, and what follows from them."""
    ids = asked.some_texts("experiment_ids")
    first, second = (conditions_in(asked.text(name)) for name in ("filter_string1", "filter_string2"))
    among = conditions_in(asked.maybe("base_filter"))
    with_spans = needs_spans([*first, *second, *among])
    cells = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for one in traces.listed(asked.unit, asked.workspace, ids, with_spans=with_spans):
        if passes(among, one):
            cells[passes(first, one), passes(second, one)] += 1
    both, *others = cells.values()
    told = {
        "filter1_count": both + others[0],
        "filter2_count": both + others[1],
        "joint_count": both,
        "total_count": sum(cells.values()),
    }
    if told["filter1_count"] and told["filter2_count"]:
        plain = -1.0 if not both else association(both, *others)
        smooth = 1.0 if not any(others) else association(*(count + SMOOTHING for count in cells.values()))
    else:
        plain = smooth = math.nan
    return answer({"npmi": number_out(plain), "npmi_smoothed": number_out(smooth), **told})


def association(both: float, only_first: float, only_second: float, neither: float) -> float:
    """From -1 (never together) over 0 (by chance) to 1 (always together); `both` is greater than 0."""
    total = both + only_first + only_second + neither
    if both == total:
        return 1.0
    by_chance = (both + only_first) / total * (both + only_second) / total
    return max(-1.0, min(1.0, math.log(both / total / by_chance) / -math.log(both / total)))
