"""What the environment says about the server to use; the one place of the training side that reads it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

OFF = ("0", "false", "no", "off")


@dataclass(frozen=True)
class Settings:
    """`url` None: the local server of `home`, started when needed if `autostart`."""

    home: Path
    url: str | None = None
    token: str | None = None
    autostart: bool = True
    in_job: bool = False


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """RUNSTEAD_URL, RUNSTEAD_TOKEN, RUNSTEAD_HOME, RUNSTEAD_AUTOSTART; in a job, the service that runs it."""
    home = home_of(environment)
    autostart = environment.get("RUNSTEAD_AUTOSTART", "1").strip().lower() not in OFF
    endpoint, run_token = environment.get("AZUREML_SERVICE_ENDPOINT"), environment.get("AZUREML_RUN_TOKEN")
    if endpoint and run_token:
        return Settings(home, endpoint.rstrip("/"), run_token, autostart, in_job=True)
    url = environment.get("RUNSTEAD_URL", "").strip().rstrip("/")
    return Settings(home, url or None, environment.get("RUNSTEAD_TOKEN", "").strip() or None, autostart)


def home_of(environment: Mapping[str, str] = os.environ) -> Path:
    """The state folder."""
    named = environment.get("RUNSTEAD_HOME", "").strip()
    return Path(named).expanduser().absolute() if named else Path.home() / ".runstead"
