"""A large file up and down through a stock client; tells its own greatest memory, in MiB, before and after."""

import hashlib
import json
import os
import resource
import sys
import time
from pathlib import Path

import mlflow

BLOCK_BYTES = 1 << 20


def main(uri: str, folder: Path, blocks: int) -> dict[str, object]:
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("bulky")
    written = hashlib.sha256()
    with (folder / "big.bin").open("wb") as file:
        for _ in range(blocks):
            block = os.urandom(BLOCK_BYTES)
            written.update(block)
            file.write(block)
    with mlflow.start_run() as run:
        mlflow.log_text("warm", "warm.txt")
        mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/warm.txt")
        before = peak_mib()
        began = time.perf_counter()
        mlflow.log_artifact(str(folder / "big.bin"))
        up_s = time.perf_counter() - began
    (folder / "big.bin").unlink()
    began = time.perf_counter()
    down = mlflow.artifacts.download_artifacts(
        run_id=run.info.run_id, artifact_path="big.bin", dst_path=str(folder / "down")
    )
    down_s = time.perf_counter() - began
    read = hashlib.sha256()
    with Path(down).open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            read.update(block)
    Path(down).unlink()
    same = read.digest() == written.digest()
    return {"same": same, "before": before, "after": peak_mib(), "up_s": up_s, "down_s": down_s}


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print("\n" + json.dumps(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
