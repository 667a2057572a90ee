"""SDK v1 `config.json`: where it is looked for, what may stand in it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from azureml.exceptions import UserErrorException

FOLDERS = (".azureml", "aml_config", "")
NAMES = ("config.json", "project.json")
SCOPE = "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.MachineLearningServices/workspaces/{}"
_SCOPE = re.compile(
    r"/subscriptions/(?P<subscription_id>[^/]+)/resourceGroups/(?P<resource_group>[^/]+)/providers/"
    r"Microsoft\.MachineLearningServices/workspaces/(?P<name>[^/]+)(?:/.*)?",
    re.IGNORECASE,
)
_EXPERIMENT = re.compile(r"/(?:projects|experiments)/(?P<experiment>[^/]+)/?$")
KEYS = ("subscription_id", "resource_group", "workspace_name")


@dataclass(frozen=True)
class WorkspaceIdentity:
    """What a configuration file says."""

    subscription_id: str
    resource_group: str
    name: str


def find_config(start: Path) -> Path | None:
    """The first configuration file at `start` or above; `start` itself if it is a file."""
    if start.is_file():
        return start
    return next((file for file in _candidates(start.resolve()) if file.is_file()), None)


def read_config(file: Path) -> WorkspaceIdentity:
    """Both formats; UserErrorException names the file and what is wrong with it."""
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise UserErrorException(f"the workspace configuration {file} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise UserErrorException(f"the workspace configuration {file} must hold a JSON object, not {content!r:.60}")
    if "Scope" in content:
        return _of_scope(str(content["Scope"]), file)
    wrong = [key for key in KEYS if not isinstance(content.get(key), str) or not content[key]]
    if wrong:
        raise UserErrorException(
            f"the workspace configuration {file} lacks {', '.join(wrong)}; it needs {', '.join(KEYS)} as text, "
            "as in the file that the portal offers for download"
        )
    return WorkspaceIdentity(content["subscription_id"], content["resource_group"], content["workspace_name"])


def experiment_of(file: Path) -> str | None:
    """The experiment that a folder was attached to, where its file says one: behind the workspace in its Scope."""
    content = json.loads(file.read_text(encoding="utf-8-sig"))
    found = _EXPERIMENT.search(str(content.get("Scope", "")))
    return found["experiment"] if found else None


def write_config(identity: WorkspaceIdentity, *, path: str | None, file_name: str | None) -> None:
    """`<path or .>/.azureml/<file_name or config.json>`."""
    file = Path(path or ".") / FOLDERS[0] / (file_name or NAMES[0])
    file.parent.mkdir(parents=True, exist_ok=True)
    scope = SCOPE.format(identity.subscription_id, identity.resource_group, identity.name)
    file.write_text(json.dumps({"Id": None, "Scope": scope}, indent=4), encoding="utf-8")


def _candidates(start: Path) -> Iterator[Path]:
    for place in (start, *start.parents):
        for folder in FOLDERS:
            for name in NAMES:
                yield place / folder / name


def _of_scope(scope: str, file: Path) -> WorkspaceIdentity:
    found = _SCOPE.fullmatch(scope)
    if found is None:
        raise UserErrorException(f"the workspace configuration {file} has the Scope {scope!r}; expected {SCOPE}")
    return WorkspaceIdentity(**found.groupdict())
