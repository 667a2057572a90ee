"""Second names of a run's files: the script's output, as Azure's newer runtime calls it. The bytes are stored once."""

import re

OLDER = "azureml-logs/70_driver_log"
NEWER = "user_logs/std_log"
_OLDER_NAME = re.compile(rf"{OLDER}(?:_(\w+))?\.txt", re.ASCII)
_NEWER_NAME = re.compile(rf"{NEWER}(?:_(process_\d{{2,}}|(?:worker|ps)_\d+))?\.txt", re.ASCII)


def newer_name(path: str) -> str | None:
    """`user_logs/std_log.txt` for `azureml-logs/70_driver_log.txt`, and so on; None for what has one name only."""
    found = _OLDER_NAME.fullmatch(path)
    if found is None:
        return None
    rank = found[1]
    if rank is None:
        return f"{NEWER}.txt"
    return f"{NEWER}_process_{int(rank):02}.txt" if rank.isdigit() else f"{NEWER}_{rank}.txt"


def older_name(path: str) -> str | None:
    """The name under which the bytes of this newer name are kept; None if it is no such name."""
    found = _NEWER_NAME.fullmatch(path)
    if found is None:
        return None
    rank = (found[1] or "").removeprefix("process_")
    older = f"{OLDER}.txt" if not rank else f"{OLDER}_{int(rank) if rank.isdigit() else rank}.txt"
    return older if newer_name(older) == path else None
