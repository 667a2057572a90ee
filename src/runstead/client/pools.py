"""The HTTP library, in a module of its own: importing it costs more than the rest of the training side together."""

from urllib3 import BaseHTTPResponse, PoolManager
from urllib3.exceptions import HTTPError, NewConnectionError

__all__ = ["BaseHTTPResponse", "HTTPError", "NewConnectionError", "PoolManager"]
