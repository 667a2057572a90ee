"""`make demo`: trains the examples for real, in a Runstead home of their own, and leaves Studio open for a look.

usage: python examples/demo.py [HOME]
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

EXAMPLES = Path(__file__).parent
ROOT = EXAMPLES.parent
HOME = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else ROOT / ".runstead-demo"
ENVIRONMENT = {
    **{k: v for k, v in os.environ.items() if not k.startswith(("RUNSTEAD_", "AZUREML_"))},
    "RUNSTEAD_HOME": str(HOME),
    "PYTHONUNBUFFERED": "1",
}
RUNSTEAD = [sys.executable, "-m", "runstead.cli.main"]
TOUR = {
    "submit_ridge.py": "submits a training script, follows its log, picks the best of 20 models",
    "logging_tour.py": "logs something in every way there is",
    "child_runs.py": "compares five models, each in a child run",
}
BOLD, DIM, GREEN, PLAIN = ("\033[1m", "\033[2m", "\033[32m", "\033[0m") if sys.stdout.isatty() else ("", "", "", "")


def main() -> None:
    """The whole demo; an example that fails ends it with that example's exit code."""
    work = HOME / "work"  # examples write ./outputs where they are started
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = told_by("up", "--any-port", "--json")
    say(f"Runstead is up at {server['url']}; its state is in {os.path.relpath(HOME)}")
    say_link("Open Studio now and watch the runs come in:")
    for script, what in TOUR.items():
        run_example(script, what, work)
    say_link("All done. Look around in Studio:")
    command = f"RUNSTEAD_HOME={os.path.relpath(HOME)} .venv/bin/runstead"
    say(f"\nThe server stays up.  A fresh link: {BOLD}{command} open{PLAIN}")
    say(f"                      Stop it:      {BOLD}{command} down{PLAIN}")


def run_example(script: str, what: str, work: Path) -> None:
    """Run one example as anybody would, and show what it prints."""
    width = shutil.get_terminal_size((120, 0)).columns - 4
    say(f"\n{BOLD}python examples/{script}{PLAIN}   {what}")
    started = time.monotonic()
    with subprocess.Popen(
        [sys.executable, EXAMPLES / script],
        cwd=work,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as example:
        for line in example.stdout or ():
            say(f"{DIM}  │{PLAIN} {line.rstrip()[:width]}")
    if example.returncode:
        sys.exit(f"{script} ended with {example.returncode}; the server's log is {HOME / 'server.log'}")
    say(f"  {GREEN}✓{PLAIN} {time.monotonic() - started:.1f} s")


def say_link(text: str) -> None:
    """A link to Studio that signs in whoever opens it first."""
    say(f"\n{text}\n  {BOLD}{told_by('open', '--json')['url']}{PLAIN}\n  {DIM}(works once, for a minute){PLAIN}")


def told_by(*arguments: str) -> dict[str, str]:
    """The JSON answer of a `runstead` command."""
    done = subprocess.run([*RUNSTEAD, *arguments], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"runstead {' '.join(arguments)} failed:\n{done.stderr or done.stdout}")
    return dict(json.loads(done.stdout))


def say(text: str) -> None:
    """Print at once: what comes next may take its time."""
    print(text, flush=True)


if __name__ == "__main__":
    main()
