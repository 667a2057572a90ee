"""A scorer: how answers of a program are judged, as a client wrote it down; here it is only kept."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scorer:
    """One version of a scorer of an experiment. `scorer_id` is the same for all its versions."""

    scorer_id: str
    experiment_id: str
    name: str
    version: int
    told: str
    created_at_ms: int
