"""The driver's way in, `python -m runstead.driver <job folder>`: starts the script first, then loads what reports."""

import os
import sys
from pathlib import Path

from runstead.driver.scripts import begin

_ANOTHER_DRIVES = 75
_DEFAULT_KILL_GRACE_S = "10"
_DEFAULT_SERVER_PATIENCE_S = "60"

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
            kill_grace_s=float(variables.get("AZUREML_RUN_KILL_SIGNAL_TIMEOUT_SEC", _DEFAULT_KILL_GRACE_S)),
            server_s=float(variables.get("RUNSTEAD_DRIVER_PATIENCE_S", _DEFAULT_SERVER_PATIENCE_S)),
        ),
    )
