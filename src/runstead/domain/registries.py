"""What MLflow's registry says of registered models beyond the models themselves: names with aliases, stages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from runstead.domain.errors import InvalidArgument
from runstead.domain.models import Model

NO_STAGE, ARCHIVED = "None", "Archived"
STAGES = (NO_STAGE, "Staging", "Production", ARCHIVED)
_ALIAS = re.compile(r"[\w\-]{1,255}", re.ASCII)
_VERSION_ALIAS = re.compile(r"[vV]\d+")


@dataclass(frozen=True)
class Stage:
    """What is known of a version: its stage, and where it was said to come from."""

    stage: str = NO_STAGE
    source: str = ""
    run_link: str = ""
    logged_model_id: str | None = None
    updated_at_ms: int = 0


@dataclass(frozen=True)
class Version:
    """A version of a registered model with what the registry says of it."""

    model: Model
    stage: Stage
    aliases: Sequence[str] = ()


@dataclass(frozen=True)
class Registered:
    """A name with its versions, newest first. `key` is the store's own number, None while nothing was said of it."""

    key: int | None
    name: str
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, int] = field(default_factory=dict)
    created_at_ms: int = 0
    updated_at_ms: int = 0
    versions: Sequence[Version] = ()


def checked_stage(stage: str) -> str:
    """A stage in its own spelling, whatever the case."""
    found = next((one for one in STAGES if one.lower() == stage.lower()), None)
    if found is None:
        raise InvalidArgument(f"Invalid Model Version stage: {stage[:60]}. Value must be one of {', '.join(STAGES)}.")
    return found


def checked_alias(alias: str) -> str:
    """A name for a version that can be moved to another."""
    if not _ALIAS.fullmatch(alias) or alias.lower() == "latest" or _VERSION_ALIAS.fullmatch(alias):
        raise InvalidArgument(
            f"Invalid alias name: '{alias[:60]}'. Write letters, digits, '_' and '-'; 'latest' and 'v1' are reserved."
        )
    return alias
