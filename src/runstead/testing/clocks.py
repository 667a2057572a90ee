"""A clock that stands still until it is told to move."""


class FakeClock:
    """Pass `now_ms` where a clock is asked for."""

    def __init__(self, at_ms: int = 1_767_225_600_000) -> None:
        self.at_ms = at_ms

    def now_ms(self) -> int:
        """Milliseconds since 1970, UTC."""
        return self.at_ms

    def move(self, *, seconds: float) -> None:
        """Let time pass."""
        self.at_ms += round(seconds * 1000)
