"""SDK v1 `azureml.telemetry`: the switch exists, and nothing is ever sent."""

import logging

log = logging.getLogger(__name__)


def set_diagnostics_collection(
    send_diagnostics: bool = True, verbosity: int = logging.INFO, reason: str = "", path: str | None = None
) -> str:
    """SDK v1 `set_diagnostics_collection`, without effect: Runstead has no telemetry."""
    log.debug("set_diagnostics_collection(%s): nothing is sent, whatever it says", send_diagnostics)
    return "Runstead sends no diagnostics."
