"""What one server is told when it starts; frozen from then on."""

from dataclasses import dataclass, field
from pathlib import Path

from runstead.domain.limits import Limits
from runstead.store.engine import sqlite_url


@dataclass(frozen=True)
class Settings:
    """`home`: the state folder. `database_url`: empty for SQLite in the home. `secrets_key`: empty for a file there.

    `local_jobs`: how many jobs may run on this machine at once.
    """

    home: Path
    host: str = "127.0.0.1"
    port: int = 7373
    database_url: str = ""
    secrets_key: str = field(default="", repr=False)
    public_url: str = ""
    allowed_hosts: tuple[str, ...] = ()
    local_jobs: int = 16
    limits: Limits = field(default_factory=Limits)

    @property
    def database(self) -> str:
        """The database's address."""
        return self.database_url or sqlite_url(str(self.home / "runstead.db"))

    @property
    def url(self) -> str:
        """Where clients and browsers find this server."""
        return self.public_url.rstrip("/") or self.own_url

    @property
    def own_url(self) -> str:
        """Where this machine finds it."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def logs(self) -> Path:
        """The folder of growing logs: `logs/<run id>/<path>`."""
        return self.home / "logs"

    @property
    def arrivals(self) -> Path:
        """The folder of times at which bytes of logs came in: `arrivals/<run id>/<path>`."""
        return self.home / "arrivals"

    @property
    def environments(self) -> Path:
        """The folder of built environments: `environments/<hash>`."""
        return self.home / "environments"

    @property
    def jobs(self) -> Path:
        """The folder of job folders: `jobs/<run id>`."""
        return self.home / "jobs"
