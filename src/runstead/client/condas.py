"""The conda of this machine, where there is one."""

import logging
import shutil
import subprocess

from runstead.domain.errors import InvalidArgument, NotFound

PATIENCE_S = 120.0
log = logging.getLogger(__name__)


def export_environment(name: str, *, search_path: str | None) -> str:
    """The conda specification of one of this machine's conda environments, as YAML text.

    search_path: where programs are. Raises NotFound without conda, or without that environment.
    """
    if not name or name.startswith("-"):
        raise InvalidArgument(f"{name!r} is no name of a conda environment")
    conda = next((found for one in ("conda", "mamba") if (found := shutil.which(one, path=search_path))), None)
    if conda is None:
        raise NotFound(
            f"the conda environment {name!r} cannot be read: there is no conda on PATH. "
            "Environment.from_conda_specification takes a file instead"
        )
    command = [conda, "env", "export", "--no-builds", "--name", name]
    log.debug("running %s", command)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotFound(f"{conda} did not tell of the environment {name!r}: {error}") from error
    if done.returncode != 0:
        raise NotFound(f"{conda} knows no environment {name!r}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
