"""What does `import azureml.core` cost, as a multiple of starting Python at all? Aim: under 80 ms in all.

Each line starts new interpreters and takes the fastest, as the others measure what else the machine does.
"""

import os
import subprocess
import sys
import time

REPEATS = 21
AIM_MS = 80.0
LINES = {
    "a bare interpreter": "pass",
    "import azureml.core": "import azureml.core",
    "from azureml.core import Run": "from azureml.core import Run",
    "from azureml.core import Workspace, ScriptRunConfig": "from azureml.core import Workspace, ScriptRunConfig",
    "import urllib3 (for comparison)": "import urllib3",
}


def milliseconds(code: str) -> float:
    """The fastest of several starts, with compiled modules."""
    compiling = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], env=compiling, check=True)
        times.append(1000 * (time.perf_counter() - began))
    return min(times)


def main() -> int:
    found = {name: milliseconds(code) for name, code in LINES.items()}
    bare = found["a bare interpreter"]
    print(f"{'':52} {'ms':>7} {'× bare':>7}")
    for name, took in found.items():
        print(f"{name:52} {took:7.1f} {took / bare:7.1f}")
    met = found["import azureml.core"] < AIM_MS
    print(f"aim: import azureml.core under {AIM_MS:.0f} ms: {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
