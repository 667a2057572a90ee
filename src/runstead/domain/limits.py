"""How much of anything one server takes; generous on purpose, and every number can be set."""

from dataclasses import dataclass

NESTED = (dict, list)  # as a tuple: `dict | list` would be made anew for each value


@dataclass(frozen=True)
class Limits:
    """Counts and sizes; passing one is TooLarge."""

    name_chars: int = 255
    run_id_chars: int = 200
    description_chars: int = 100_000
    tags_per_noun: int = 10_000
    tag_key_chars: int = 255
    tag_value_chars: int = 100_000
    secret_chars: int = 65_536
    artifact_path_chars: int = 5_000
    json_body_bytes: int = 64 << 20
    json_depth: int = 100
    log_append_bytes: int = 64 << 20
    upload_bytes: int = 1 << 40
    page_rows: int = 10_000
    environment_chars: int = 1_000_000
    zip_files: int = 1_000_000
    snapshot_bytes: int = 100 << 30  # the SDK's own, smaller limits are the client's
    snapshot_files: int = 200_000
    stalled_upload_s: float = 60.0
    ingest_bytes: int = 16 << 20
    metric_name_chars: int = 5_000
    series_per_run: int = 1_000_000
    columns_per_series: int = 10_000
    # Passing one of these is a warning in the run, and everything is kept.
    usual_series_per_run: int = 10_000
    usual_columns_per_series: int = 1_000
    usual_points_per_series: int = 100_000_000


def depth_of(content: object, *, stop: int) -> int:
    """How many objects and lists lie in one another in a JSON value, counted up to `stop`."""
    depth, level = 0, [content]
    while depth < stop and (level := [one for one in level if isinstance(one, NESTED)]):
        depth += 1
        level = [below for one in level for below in (one.values() if isinstance(one, dict) else one)]
    return depth
