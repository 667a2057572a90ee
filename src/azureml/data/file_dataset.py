"""SDK v1 `azureml.data.file_dataset`."""

import secrets
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from azureml._errors import speaks_v1
from azureml._later import not_yet
from azureml.data._failures import user_errors
from azureml.data.abstract_dataset import AbstractDataset
from azureml.data.dataset_consumption_config import DatasetConsumptionConfig
from azureml.exceptions import UserErrorException
from runstead.client import caches
from runstead.client.sources import DataFile


@speaks_v1
class FileDataset(AbstractDataset):
    """SDK v1 `FileDataset`: files, wherever they are."""

    def __init__(self) -> None:
        super().__init__()

    def to_path(self) -> list[str]:
        return [f"/{file.name}" for file in self._files()]

    def download(
        self, target_path: str | None = None, overwrite: bool = False, ignore_not_found: bool = False
    ) -> list[str]:
        folder = Path(target_path or tempfile.mkdtemp(prefix="runstead-data-"))
        with user_errors():
            return [str(p) for p in caches.download(self._files(), folder, overwrite=overwrite, cache=self._cache)]

    def mount(self, mount_point: str | None = None, **kwargs: object) -> "MountContext":
        return MountContext(self._files(), mount_point, cache=self._cache)

    def as_mount(self, path_on_compute: str | None = None) -> DatasetConsumptionConfig:
        return self._as_input().as_mount(path_on_compute)

    def as_download(self, path_on_compute: str | None = None) -> DatasetConsumptionConfig:
        return self._as_input().as_download(path_on_compute)

    def as_hdfs(self) -> DatasetConsumptionConfig:
        return self._as_input().as_hdfs()

    def as_cache(self, datacache_store: object) -> object:
        raise not_yet("FileDataset.as_cache", instead="Mounted files are cached by themselves.")

    def hydrate(self, datacache_store: object, replica_count: int | None = None) -> object:
        raise not_yet("FileDataset.hydrate", instead="Mounted files are cached by themselves.")

    def filter(self, expression: object) -> "FileDataset":
        raise not_yet("FileDataset.filter", instead="Name the files with a pattern.")

    def file_metadata(self, col: str) -> object:
        raise not_yet("FileDataset.file_metadata", instead="Name the files with a pattern.")

    def take(self, count: int) -> "FileDataset":
        return self._with("take", count=count)

    def skip(self, count: int) -> "FileDataset":
        return self._with("skip", count=count)

    def take_sample(self, probability: float, seed: int | None = None) -> "FileDataset":
        return self._with("sample", probability=probability, seed=some_seed(seed))

    def random_split(self, percentage: float, seed: int | None = None) -> tuple["FileDataset", "FileDataset"]:
        common = {"percentage": checked_percentage(percentage), "seed": some_seed(seed)}
        return self._with("split", **common, is_first=True), self._with("split", **common, is_first=False)

    def _as_input(self) -> DatasetConsumptionConfig:
        known = None if self._record is None else self.id
        return self.as_named_input(f"input_{(known or secrets.token_hex(4)).replace('-', '')[:8]}")


@speaks_v1
class MountContext:
    """SDK v1 `MountContext`: a dataset's files as links to read-only copies, from `start` to `stop`."""

    def __init__(self, files: Sequence[DataFile], mount_point: str | None, *, cache: Path) -> None:
        self._files = files
        self._cache = cache
        self._wanted = mount_point
        self._made: list[Path] = []
        self._folder: Path | None = None

    @property
    def mount_point(self) -> str:
        if self._folder is None:
            self._folder = Path(self._wanted or tempfile.mkdtemp(prefix="runstead-mount-"))
        return str(self._folder)

    def start(self) -> None:
        with user_errors():
            self._made = caches.mount(self._files, Path(self.mount_point), cache=self._cache)

    def stop(self) -> None:
        for path in self._made:
            path.unlink(missing_ok=True)
        self._made = []
        if self._wanted is None:
            shutil.rmtree(self.mount_point, ignore_errors=True)
            return
        folders = [path for path in Path(self.mount_point).rglob("*") if path.is_dir()]
        for folder in sorted(folders, reverse=True):
            with suppress(OSError):  # what somebody else put there stays
                folder.rmdir()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def some_seed(seed: int | None) -> int:
    """A seed to keep in the definition, so that both parts of a split fit together."""
    return secrets.randbits(32) if seed is None else int(seed)


def checked_percentage(percentage: float) -> float:
    """The part of a split that comes first."""
    if not 0 < percentage < 1:
        raise UserErrorException(f"the percentage of a split is between 0 and 1, not {percentage}")
    return percentage
