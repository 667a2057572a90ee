"""Whose turn it is: as many jobs of a compute target at once as this server allows, the first submitted first."""

from collections.abc import Callable, Mapping, Sequence

from runstead.domain.jobs import STARTED, WAITING, Job

LEAST_AT_ONCE = 16
PER_CORE = 4


def usual_at_once(core_count: int) -> int:
    """How many jobs a machine runs at once unless it is told: enough for jobs that mostly wait."""
    return max(LEAST_AT_ONCE, PER_CORE * core_count)


def queued_jobs(
    opened: Sequence[Job], at_once: Mapping[str, int], is_begun: Callable[[Job], bool]
) -> Mapping[str, str]:
    """The ids of those that have to wait, each with the reason in words.

    opened: every open job, oldest first. at_once: by target; one that is not named has no limit. is_begun: whether
    a job that was not started yet is on its way, so that it takes a place.
    """
    # A job that has started others most likely waits for them, and would wait for ever if it kept their place.
    parents = {job.parent_id for job in opened}
    taken = dict.fromkeys(at_once, 0)
    waiting: list[Job] = []
    for job in opened:
        if job.target not in taken or job.run_id in parents:
            continue
        if job.phase == WAITING and not is_begun(job):
            waiting.append(job)
        elif job.phase in (STARTED, WAITING):
            taken[job.target] += 1
    told: dict[str, str] = {}
    for job in waiting:
        if taken[job.target] < at_once[job.target]:
            taken[job.target] += 1
        else:
            told[job.run_id] = (
                f"Queued: as many jobs run on {job.target!r} as this server allows at once ({at_once[job.target]}); "
                "this one starts when its turn comes, the first submitted first"
            )
    return told
