"""SDK v1 `azureml.tensorboard.tensorboard`: TensorBoard over the logs of runs, while they run."""

import tempfile
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from azureml._errors import speaks_v1
from azureml.core.run import Run
from runstead.client.boards import PREFIX, Board


@speaks_v1
class Tensorboard:
    """SDK v1 `Tensorboard`: what runs write into `./logs` is mirrored to `<local_root>/<run id>` and shown."""

    LOGS_ARTIFACT_PREFIX = PREFIX

    def __init__(
        self,
        runs: Run | Sequence[Run],
        local_root: str | None = None,
        port: int = 6006,
        use_display_name: bool = False,
    ) -> None:
        root = Path(local_root or tempfile.mkdtemp(prefix="tensorboard-"))
        chosen = [runs] if isinstance(runs, Run) else list(runs)
        folders: dict[str, Path] = {}
        for run in chosen:
            folder = root / _folder_name(run.display_name if use_display_name else run.id)
            folders[run.id] = root / run.id if folder in folders.values() else folder
        self._board = Board({run.id: run._place for run in chosen}, folders, root, port)

    def start(self, start_browser: bool = False) -> str:
        """Prints and returns the address."""
        url = self._board.start()
        print(url)
        if start_browser:
            webbrowser.open(url)
        return url

    def stop(self) -> None:
        self._board.stop()


def _folder_name(name: str) -> str:
    """A display name is free text; a folder's name is not."""
    kept = "".join(one if one.isalnum() or one in "-_. " else "_" for one in name)
    return kept.strip(". ") or "run"
