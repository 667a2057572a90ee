"""What a run read and made: datasets and logged models, as MLflow's clients tell them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class DatasetInput:
    """A dataset that a run used: described, never read here. `source`, `schema` and `profile` are kept as they came."""

    name: str
    digest: str
    source_type: str = ""
    source: str = ""
    schema: str = ""
    profile: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def context(self) -> str:
        """What it was used for, such as training."""
        return self.tags.get("mlflow.data.context", "")


@dataclass(frozen=True)
class ModelLink:
    """A logged model that a run read, or made at some step."""

    model_id: str
    made: bool
    step: int = 0
