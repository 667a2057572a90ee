"""The kinds of error that a caller can act on; each face translates them into its own language once."""


class RunsteadError(Exception):
    """Base of all errors raised on purpose. `details` are JSON-safe facts that a caller may act on."""

    code = "internal"
    transient = False

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class InvalidArgument(RunsteadError):
    """What was asked for makes no sense; asking again will not help."""

    code = "invalid_argument"


class Unauthenticated(RunsteadError):
    """The caller showed no valid token."""

    code = "unauthenticated"


class Forbidden(RunsteadError):
    """The caller is known and may not do this."""

    code = "forbidden"


class NotFound(RunsteadError):
    """The named thing does not exist."""

    code = "not_found"


class Conflict(RunsteadError):
    """The thing is in a state that does not allow this."""

    code = "conflict"


class TooLarge(RunsteadError):
    """A limit was passed."""

    code = "too_large"


class Unavailable(RunsteadError):
    """Not now; the only kind worth trying again."""

    code = "unavailable"
    transient = True
