"""What a name may look like: workspaces, experiments, run ids, tags."""

import re
import unicodedata
from collections.abc import Mapping

from runstead.domain.errors import InvalidArgument, TooLarge
from runstead.domain.limits import Limits

_NAME = re.compile(r"[a-zA-Z0-9][\w\-]*")
_RUN_ID = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.\-]*")


def checked_name(noun: str, name: str, limits: Limits) -> str:
    """A workspace's or experiment's name; SDK v1 has the same rule."""
    if len(name) > limits.name_chars:
        raise InvalidArgument(f"the {noun} name {name[:40]!r}… has {len(name)} characters; at most {limits.name_chars}")
    if not _NAME.fullmatch(name):
        raise InvalidArgument(f"{name!r} is no {noun} name: write a letter or digit, then letters, digits, '_' and '-'")
    return name


def checked_label(noun: str, name: str, limits: Limits) -> str:
    """A name as MLflow's clients give them: any visible text."""
    if not name.strip() or len(name) > limits.name_chars:
        raise InvalidArgument(
            f"the {noun} name {name[:40]!r} has {len(name)} characters; it takes 1 to "
            f"{limits.name_chars}, not all blank"
        )
    if bad := next((c for c in name if unicodedata.category(c) in ("Cc", "Cs")), None):
        raise InvalidArgument(f"the {noun} name {name!r} contains {bad!r}, which is not allowed in a name")
    return name


def checked_run_id(run_id: str, limits: Limits) -> str:
    """A run's id; it is also the name of folders, so it is plain ASCII."""
    if len(run_id) > limits.run_id_chars:
        raise InvalidArgument(
            f"the run id {run_id[:40]!r}… has {len(run_id)} characters; at most {limits.run_id_chars}"
        )
    if not _RUN_ID.fullmatch(run_id):
        raise InvalidArgument(
            f"{run_id!r} is no run id: write a letter or digit, then letters, digits, '_', '.' and '-'"
        )
    return run_id


def checked_text(what: str, text: str, max_chars: int) -> str:
    """Free text within its limit, and storable: PostgreSQL takes no NUL, UTF-8 no lone surrogate."""
    if len(text) > max_chars:
        raise TooLarge(f"the {what} has {len(text)} characters; at most {max_chars} are allowed")
    if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise InvalidArgument(f"the {what} contains a NUL or a lone surrogate, which cannot be stored")
    return text


def checked_tags(tags: Mapping[str, str | None], limits: Limits) -> dict[str, str | None]:
    """Tags (or properties) within the limits."""
    if len(tags) > limits.tags_per_noun:
        raise TooLarge(f"{len(tags)} tags or properties were given; at most {limits.tags_per_noun} are allowed")
    for key, value in tags.items():
        checked_text(f"key {key[:40]!r}", key, limits.tag_key_chars)
        checked_text(f"value of {key[:40]!r}", value or "", limits.tag_value_chars)
    return dict(tags)
