"""Requirements of users' environments: which `azureml-*` distributions Runstead answers for.

Azure's packages cannot be installed beside Runstead, whose `azureml` they would overwrite; code that lists them wants
the names that Runstead has. So an environment is built with Runstead in their place, and with those of their
dependencies that scripts count on. Source of the syntax: PEP 508 and pip's requirements file format.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

RUNSTEAD = "runstead"
FAMILY = "azureml-"
NAMES_ONLY = "Runstead has its names, and they say that they are not in this version"


@dataclass(frozen=True)
class Standin:
    """What is installed beside Runstead for a distribution, and for its extras.

    in_name_only: its names import, and say "not yet" when they are used.
    """

    brings: tuple[str, ...] = ()
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    in_name_only: bool = False


class Answer(NamedTuple):
    """What becomes of a requirement. `name`: normalised, None where none is named; `brings`: installed besides."""

    by_runstead: bool
    name: str | None = None
    brings: tuple[str, ...] = ()
    why: str = ""


_NOTHING = Standin()
_IN_NAME = Standin(in_name_only=True)
_TABULAR = ("pandas", "pyarrow")
_DATA = Standin(("pyarrow",), {"pandas": ("pandas",)})
STANDINS: Mapping[str, Standin] = {
    "azureml": _NOTHING,
    "azureml-core": _NOTHING,
    "azureml-defaults": _NOTHING,
    "azureml-sdk": Standin(extras={"notebooks": ("ipywidgets",), "tensorboard": ("tensorboard",), "automl": _TABULAR}),
    "azureml-train": _NOTHING,
    "azureml-train-core": _NOTHING,
    "azureml-train-restclients-hyperdrive": _NOTHING,
    "azureml-pipeline": _NOTHING,
    "azureml-pipeline-core": _NOTHING,
    "azureml-pipeline-steps": _NOTHING,
    "azureml-model-management-sdk": _NOTHING,
    "azureml-telemetry": _NOTHING,
    "azureml-logging": _NOTHING,
    "azureml-widgets": _NOTHING,
    "azureml-tensorboard": Standin(("tensorboard",)),
    "azureml-mlflow": Standin(("mlflow-skinny",)),
    "azureml-dataset-runtime": _DATA,
    "azureml-dataprep": _DATA,
    "azureml-dataprep-native": _NOTHING,
    "azureml-dataprep-rslex": _NOTHING,
    "azureml-fsspec": _NOTHING,
    "azureml-contrib-dataset": _NOTHING,
    "azureml-contrib-run": _NOTHING,
    "azureml-contrib-notebook": _IN_NAME,
    "azureml-contrib-pipeline-steps": _IN_NAME,
    "azureml-contrib-server": _IN_NAME,
    "azureml-contrib-interpret": _IN_NAME,
    "azureml-contrib-fairness": _IN_NAME,
    "azureml-interpret": _IN_NAME,
    "azureml-explain-model": _IN_NAME,
    "azureml-responsibleai": _IN_NAME,
    "azureml-opendatasets": _IN_NAME,
    "azureml-datadrift": _IN_NAME,
    "azureml-accel-models": _IN_NAME,
    "azureml-automl-core": _IN_NAME,
    "azureml-automl-runtime": _IN_NAME,
    "azureml-train-automl": _IN_NAME,
    "azureml-train-automl-client": _IN_NAME,
    "azureml-train-automl-runtime": _IN_NAME,
}
_NAME = r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
_REQUIREMENT = re.compile(_NAME + r"\s*(?:\[(?P<extras>[^\]]*)\])?\s*(?P<rest>(?:[(<>=!~;@]|--).*)?")
# A wheel's file name begins with its distribution's, in which `-` is written `_`.
_WHEEL = re.compile(r"(?:\S*[/\\])?" + _NAME.replace("._-", "._") + r"-\d[^/\\\s]*\.whl(?:[#?]\S*)?(?P<rest>\s.*)?")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_MARKER = re.compile(r";\s*(?P<marker>.*?)\s*(?:\s--\w.*)?$")


def normalised_name(name: str) -> str:
    """`Azureml_Core` → `azureml-core`, as PyPI compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement_lines(text: str) -> list[str]:
    """The requirements and options of a file, each on one line, without comments and empty lines."""
    joined = re.sub(r"\\\r?\n", " ", text)
    bare = (_COMMENT.sub("", line).strip() for line in joined.splitlines())
    return [line for line in bare if line]


def answered(line: str) -> Answer:
    """What becomes of one requirement: answered by Runstead, or left as it is."""
    bare = _COMMENT.sub("", line).strip()
    found = None if bare.startswith("-") else _WHEEL.fullmatch(bare) or _REQUIREMENT.fullmatch(bare)
    if found is None:
        return Answer(by_runstead=False)
    name = normalised_name(found["name"])
    standin = STANDINS.get(name)
    if standin is None:
        why = f"{name} is unknown here; if it needs azureml-core, that cannot be beside Runstead"
        return Answer(by_runstead=False, name=name, why=why if name.startswith(FAMILY) else "")
    brings = (*standin.brings, *_of_extras(standin, found.groupdict().get("extras") or ""))
    marker = _MARKER.search(found["rest"] or "")
    condition = f" ; {marker['marker']}" if marker and marker["marker"] else ""
    told = "Runstead has its names, and they say that they are not in this version" if standin.in_name_only else ""
    return Answer(
        True, name, tuple(one + condition for one in dict.fromkeys(brings)), told or "Runstead stands in for it"
    )


def rewritten(lines: Iterable[str], *, runstead: str = RUNSTEAD) -> list[str]:
    """The requirements with `runstead` once, in the place of the first that it answers, and with what that brings.

    What is named by another line is not brought again. Order is kept.
    """
    given = list(lines)
    answers = [answered(line) for line in given]
    named = {answer.name for answer in answers if not answer.by_runstead}
    made: dict[str, None] = {}
    for line, answer in zip(given, answers, strict=True):
        if not answer.by_runstead:
            made[line] = None
            continue
        made[runstead] = None
        made.update((one, None) for one in answer.brings if normalised_name(one.split(" ;")[0]) not in named)
    return list(made)


def _of_extras(standin: Standin, extras: str) -> list[str]:
    wanted = [normalised_name(one.strip()) for one in extras.split(",")]
    return [brought for one in wanted for brought in standin.extras.get(one, ())]
