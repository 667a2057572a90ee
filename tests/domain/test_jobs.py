import json
from dataclasses import replace

import pytest

from runstead.domain.errors import InvalidArgument
from runstead.domain.jobs import JobSpec, checked_spec, spec_json, spec_of

PYTHON = "/usr/bin/python3"
VARIABLES = {"A": "b"}
SPEC = JobSpec("s1", "/src", PYTHON, script="a/train.py", arguments=("x", "ä\n"), environment_variables=VARIABLES)


def test_a_spec_survives_its_way_through_json() -> None:
    assert spec_of(json.loads(json.dumps(spec_json(SPEC)))) == SPEC


@pytest.mark.parametrize(
    "wrong",
    [
        replace(SPEC, script="../train.py"),
        replace(SPEC, script="/etc/passwd"),
        replace(SPEC, script="a//train.py"),
        replace(SPEC, script=None),
        replace(SPEC, command="ls"),
        replace(SPEC, script=None, command="  "),
        replace(SPEC, python="python"),
        replace(SPEC, arguments=("a\0b",)),
        replace(SPEC, directories_to_watch=("../..",)),
        replace(SPEC, environment_variables={"A=B": "c"}),
        replace(SPEC, environment_variables={"": "c"}),
        replace(SPEC, environment_variables={"A": "\0"}),
    ],
    ids=repr,
)
def test_a_job_that_could_not_run_is_refused(wrong: JobSpec) -> None:
    with pytest.raises(InvalidArgument):
        checked_spec(wrong)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("snapshot_id", ""),
        ("python", None),
        ("arguments", "--alpha"),
        ("arguments", [1]),
        ("environment_variables", ["A"]),
        ("max_run_duration_s", 0),
        ("max_run_duration_s", float("nan")),
        ("max_run_duration_s", True),
        ("output_collection", "yes"),
        ("definition", "text"),
        ("unheard_of", 1),
    ],
)
def test_a_wrong_field_is_named(field: str, value: object) -> None:
    with pytest.raises(InvalidArgument, match=field):
        spec_of({**spec_json(SPEC), field: value})
