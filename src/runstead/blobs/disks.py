"""What a full disk looks like, said in our words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from runstead.domain.errors import TooLarge

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def told_when_full(what: str) -> Iterator[None]:
    """Turn "no space left" into TooLarge that names `what` could not be written."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise TooLarge(f"{what} cannot be written: {error.strerror}; free some space and try again") from error
