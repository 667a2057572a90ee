"""Runs a job's script in a container: `python -m runstead.launch.containers run|clear <job folder>`.

The driver starts this in the script's place, and its keeper writes down how it ends; so a container is looked after as
any process is. It can be started again at any point: a container that is there is taken up, not made anew.
"""

import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar  # Any: JSON values

from runstead.domain.errors import NotFound, RunsteadError, Unavailable
from runstead.domain.plans import CONTAINED, CONTAINER, EXECUTION, EXIT, INSIDE, INVOCATION, node_log
from runstead.journal.processes import stat_at
from runstead.launch.engines import RUN_LABEL, Engine, find_image, opened, revive
from runstead.launch.logs import note

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.images import Image

Answer = TypeVar("Answer")
NOT_STARTED = 127
_SIGNALS = (signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM)
_LOOK_S = 0.02
_REST_S = 0.5
_PATIENCE_S = 30.0  # for an engine that is away, then given up
# The script writes into its log file itself, as it does without a container: no engine's log, no delay, nobody's death
# is in between. As first process of its container it would not hear a SIGTERM; so the shell is that, and passes it on.
_SHELL = """exec >>"$0" 2>&1
if [ "$1" = python ] && ! command -v python >/dev/null; then shift; set -- python3 "$@"; fi
"$@" & child=$!
trap 'trap "" TERM; kill -TERM 0' TERM
while :; do
  wait $child; code=$?
  if [ $code -le 128 ] || ! kill -0 $child 2>/dev/null; then exit $code; fi
done"""


class Ended(NamedTuple):
    """How the container ended; `error`: why it was never started."""

    code: int
    error: str | None


def name_of(run_id: str) -> str:
    """The container of a run."""
    return f"runstead-{run_id}"


def run(folder: Path) -> Ended:
    """Makes and starts the container, or takes it up, and waits until it has ended."""
    asked, invocation = _read(folder, CONTAINER), _read(folder, INVOCATION)
    engine = Engine(**asked["engine"])
    stopper = _Stopper(engine, asked["name"])
    signal.signal(signal.SIGTERM, stopper.hear)
    try:
        pid = _patiently(engine, lambda client: _begun(client, asked, invocation, folder, stopper))
        if pid is None:
            return Ended(-signal.SIGTERM, None)
        _tell_first_process(folder, pid)
        stopper.go()
        _wait_for_process(pid)
        state = _patiently(engine, lambda client: _last_state(client, asked["name"]))
    except RunsteadError as error:
        return Ended(NOT_STARTED, error.message)
    code = int(state["ExitCode"])
    killed = " (out of memory)" if state.get("OOMKilled") else ""
    note(
        folder, node_log(EXECUTION, asked["node"]), f"Container {asked['name']} has ended with exit code {code}{killed}"
    )
    # As the shell of the container tells of a signal.
    return Ended(128 - code if code - 128 in _SIGNALS else code, None)


def clear(folder: Path) -> None:
    """Ends the container if it runs, and removes it; fine if it is not there."""
    asked = _read(folder, CONTAINER)
    engine = Engine(**asked["engine"])
    revive(engine, os.environ)
    with suppress(NotFound), opened(engine) as client:
        client.api.remove_container(asked["name"], force=True, v=True)


class _Stopper:
    """Passes SIGTERM on to the container, from whenever it runs."""

    def __init__(self, engine: Engine, container: str) -> None:
        self._engine, self._container = engine, container
        self._is_running = False
        self.asked = False

    def hear(self, _number: int, _frame: object) -> None:
        """The signal's handler."""
        self.asked = True
        if self._is_running:
            self._pass_on()

    def go(self) -> None:
        """The container runs from now on."""
        self._is_running = True
        if self.asked:
            self._pass_on()

    def _pass_on(self) -> None:
        # In a thread with a client of its own, for the signal may have come in the middle of a request.
        threading.Thread(target=self._kill, daemon=True).start()

    def _kill(self) -> None:
        with suppress(RunsteadError), opened(self._engine) as client:
            client.api.kill(self._container, "SIGTERM")


def _patiently(engine: Engine, act: "Callable[[DockerClient], Answer]") -> Answer:
    """What `act` answers, asked again for a while if the engine is away."""
    give_up = time.monotonic() + _PATIENCE_S
    while True:
        try:
            revive(engine, os.environ)  # a podman looks for its settings where the server's environment says
            with opened(engine) as client:
                return act(client)
        except Unavailable:
            if time.monotonic() > give_up:
                raise
        time.sleep(_REST_S)


def _begun(
    client: "DockerClient", asked: Mapping[str, Any], invocation: Mapping[str, Any], folder: Path, stopper: _Stopper
) -> int | None:
    """The first process of the running container; None if it was asked to end before it was started."""
    container = _container(client, asked, invocation, folder)
    state = client.api.inspect_container(container)["State"]
    execution = node_log(EXECUTION, asked["node"])
    if state["Status"] not in ("created", "configured", "initialized"):
        note(folder, execution, f"Container {asked['name']} is there: it is taken up")
        return int(state["Pid"] or 0)
    if stopper.asked:
        return None
    client.api.start(container)
    pid = int(client.api.inspect_container(container)["State"]["Pid"] or 0)
    note(folder, execution, f"Started container {asked['name']}, process {pid} of this machine")
    return pid


def _last_state(client: "DockerClient", container: str) -> Mapping[str, Any]:  # JSON
    while True:
        state: Mapping[str, Any] = client.api.inspect_container(container)["State"]
        if not state["Running"]:
            return state
        time.sleep(_LOOK_S)


def _container(client: "DockerClient", asked: Mapping[str, Any], invocation: Mapping[str, Any], folder: Path) -> str:
    """The id of this job's container, which is made if it is not there."""
    found = client.api.containers(all=True, filters={"label": f"{RUN_LABEL}={asked['labels'][RUN_LABEL]}"})
    mine = [one["Id"] for one in found if one["Labels"] == {**one["Labels"], **asked["labels"]}]
    if mine:
        return str(mine[0])
    image = find_image(client, asked["image"])
    if image is None:
        raise NotFound(f"the image {asked['image']} is not there any more")
    log = os.readlink("/proc/self/fd/1")
    argv: list[str] = invocation["argv"]
    made = client.api.create_container(
        image.id,
        entrypoint=["/bin/sh", "-c"],
        command=[_SHELL, log, *argv],
        name=asked["name"],
        user=asked["user"],
        working_dir=INSIDE,
        environment=_variables(asked, invocation, image),
        labels=asked["labels"],
        host_config={**client.api.create_host_config(**asked["host"]), **asked["raw"]},
        **asked["own"],
    )
    note(folder, node_log(EXECUTION, asked["node"]), f"Made container {asked['name']}, id {made['Id'][:12]}")
    return str(made["Id"])


def _variables(asked: Mapping[str, Any], invocation: Mapping[str, Any], image: "Image") -> dict[str, str]:
    """The job's variables over the image's; the interpreter's folder comes first where it is an environment's own."""
    images = dict(one.partition("=")[::2] for one in (image.attrs.get("Config") or {}).get("Env") or ())
    given = {**invocation["variables"], **asked["variables"]}
    usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    path = given.get("PATH") or images.get("PATH") or usual
    python_path = [INSIDE, *filter(None, (given.get("PYTHONPATH") or images.get("PYTHONPATH"), asked["python_path"]))]
    return {
        **given,
        "PATH": ":".join(filter(None, (asked["path"], path))),
        "PYTHONPATH": ":".join(python_path),
    }


def _tell_first_process(folder: Path, pid: int) -> None:
    """Leaves for the driver, which measures what the container uses, whom it begins with; nobody if nobody is seen."""
    if (stat := stat_at(pid)) is not None:
        _write(folder, CONTAINED, stat.process._asdict())


def _wait_for_process(pid: int) -> None:
    """Until the container's first process has ended; at once where it cannot be seen from here."""
    with suppress(OSError):
        descriptor = os.pidfd_open(pid)
        try:
            ended = select.poll()
            ended.register(descriptor, select.POLLIN)
            ended.poll()
        finally:
            os.close(descriptor)


def _read(folder: Path, name: str) -> dict[str, Any]:  # JSON
    return dict(json.loads((folder / name).read_bytes()))


def _write(folder: Path, name: str, content: Mapping[str, Any]) -> None:  # JSON
    """Whole or not at all, on disk when this returns."""
    draft = folder / f".{name}.{os.getpid()}"
    with open(draft, "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / name)


def _leave(folder: Path, ended: Ended, *, cleared: bool) -> None:
    """Writes down how it ended, for whoever drives the job then."""
    told = {"exit_code": ended.code, "error": ended.error, "ended_at": time.time(), "cleared": cleared}
    _write(folder, EXIT, told)


def _main(what: str, folder: Path) -> None:
    if what == "clear":
        clear(folder)
        return
    ended = run(folder)
    _leave(folder, ended, cleared=False)
    clear(folder)
    _leave(folder, ended, cleared=True)


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
