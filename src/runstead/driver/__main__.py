"""The driver's way in, `python -m runstead.driver <job folder>`: starts the script first, then loads what reports."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from runstead.driver.scripts import begin

_ANOTHER_DRIVES = 75
_KILL_GRACE_S = 10.0
_SERVER_PATIENCE_S = 60.0
_RESOURCES_S = 5.0


def _seconds(variables: Mapping[str, str], name: str, default_s: float) -> float:
    try:
        return float(variables.get(name, default_s))
    except ValueError:
        sys.stderr.write(f"{name} is {variables[name]!r}, no number of seconds; {default_s:g} is taken\n")
        return default_s


if __name__ == "__main__":
    begun = begin(Path(sys.argv[1]).resolve(), os.environ)
    if begun is None:
        sys.exit(_ANOTHER_DRIVES)

    # Only now: HTTP takes longer to import than the script's interpreter takes to start.
    from runstead.driver.runs import Patience, see_through

    variables = {**os.environ, **begun.folder.plan.variables}
    see_through(
        begun,
        Patience(
            kill_grace_s=_seconds(variables, "AZUREML_RUN_KILL_SIGNAL_TIMEOUT_SEC", _KILL_GRACE_S),
            server_s=_seconds(variables, "RUNSTEAD_DRIVER_PATIENCE_S", _SERVER_PATIENCE_S),
            resources_s=_seconds(variables, "RUNSTEAD_RESOURCES_S", _RESOURCES_S),
        ),
    )
