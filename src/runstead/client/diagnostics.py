"""The SDK's own log of one process of a job, which comes with the run: `logs/azureml/<pid>_azureml.log`."""

import logging
from pathlib import Path

_FORMAT = "%(asctime)s|%(name)s|%(levelname)s|%(message)s"
_LOGGERS = ("azureml", "runstead")
_TALKATIVE = "runstead.client.connection"  # a line for each request, several a second


def keep_log(path: Path) -> None:
    """Keeps from now on all that the SDK says to itself in this process; what people see of it stays as it was.

    Where the file cannot be written there is none: nobody's script is held up for it.
    """
    try:
        handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        logging.getLogger(__name__).debug("%s is not kept: %s", path, error)
        return
    handler.setFormatter(logging.Formatter(_FORMAT))
    handler.addFilter(lambda record: record.name != _TALKATIVE or record.levelno >= logging.WARNING)
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET and logger.propagate and not logger.handlers:
            logger.setLevel(logging.DEBUG)
            logger.propagate = False
            logger.addHandler(_PassOn())
        logger.addHandler(handler)


class _PassOn(logging.Handler):
    """Gives the root logger what it would have been given without us."""

    def emit(self, record: logging.LogRecord) -> None:
        root = logging.getLogger()
        if record.levelno >= root.getEffectiveLevel():
            root.callHandlers(record)
