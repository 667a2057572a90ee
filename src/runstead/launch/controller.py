"""Keeps every job moving: one loop, woken by the feed, that compares what is with what should be.

Load, claim, act without a transaction, apply what was done if the job is ours. All state is in the store and in the job
folders, so that a server that was killed at any point finds its jobs again.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from runstead.domain.containers import Container
from runstead.domain.errors import InvalidArgument, NotFound, RunsteadError
from runstead.domain.jobs import ENDED, STARTED, WAITING, Job
from runstead.domain.plans import (
    CANCEL,
    CONTAINER,
    CONTROL_LOG,
    DRIVER_ERRORS,
    ENVIRONMENT,
    EXECUTION,
    LOGS,
    PLAN,
    PREPARATION,
    PREPARE_LOG,
    SEVERAL,
    SHIPPED,
    Plan,
    node_log,
)
from runstead.domain.runs import CANCEL_REQUESTED, is_final
from runstead.domain.stages import BUILDING, BUILT
from runstead.launch.builds import Answer, Asker, Builds, Failed
from runstead.launch.container_plans import Place, clearing_of, container_plan, runner_of
from runstead.launch.contract import Launcher
from runstead.launch.environments import Environment
from runstead.launch.explanations import REUSED
from runstead.launch.folders import read_fact, remove_job, stage_job, wish_of, write_fact, write_plan
from runstead.launch.logs import note, now, write_log
from runstead.launch.mounts import mounts_of, runstead_mounts
from runstead.launch.plan import Elsewhere, Host, RunToken, plan_of_job
from runstead.launch.queues import queued_jobs
from runstead.service import jobs, logs, snapshots
from runstead.service.unit import Unit
from runstead.store.changes import Change

LOOK_S = 0.5  # how often living drivers are looked for
MAX_STARTS = 6  # drivers of one job in one server's life
FIRST_REST_S = 0.25  # before a job that failed to move is looked at again; twice as long each time
LONGEST_JOB_S = 365 * 24 * 3600
AFTERWARDS_S = 7 * 24 * 3600  # to deliver what the script left
MAX_MESSAGE_CHARS = 3_000
MAX_LOG_BYTES = 10_000_000
ENTERING = "Entering job preparation."
PREPARED = "Job preparation is complete."
_LAST_WORDS_BYTES = 2_000
log = logging.getLogger(__name__)


class RunTokens(Protocol):
    """Makes a run's token and tells when it ends (ms)."""

    def __call__(self, workspace: str, run_id: str, *, life_s: float) -> tuple[str, int]:
        """A new one."""
        ...


class Controller:
    """The loop. There is one server per home, so host and home are the name under which jobs are claimed."""

    def __init__(
        self,
        unit: Unit,
        launchers: Mapping[str, Launcher],
        builds: Builds,
        *,
        host: Host,
        run_token: RunTokens,
        at_once: Mapping[str, int] | None = None,
    ) -> None:
        """at_once: how many jobs of a compute target may run at the same time; those not named have no limit."""
        self._unit = unit
        self._launchers = launchers
        self._builds = builds
        self._run_token = run_token
        self._host = host
        self._at_once = at_once or {}
        self._queued: Mapping[str, str] = {}
        self._told_queued: set[str] = set()
        self._woken = threading.Event()
        self._stopping = False
        self._starts: dict[str, int] = {}
        self._not_before: dict[str, float] = {}
        self._deaf: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._loop, name="runstead-controller", daemon=True)
        self.failures = 0

    def start(self) -> None:
        """Begins to look after jobs, and returns at once."""
        self._deaf = self._unit.wakeups.listen(self._hear)
        self._thread.start()

    def stop(self) -> None:
        """Leaves every job as it is: their drivers go on without us; builds are begun again by the next server."""
        self._deaf()
        self._stopping = True
        self._woken.set()
        self._thread.join()
        self._builds.stop()

    def reconcile(self) -> bool:
        """Looks at every open job once and does what is due; whether there are any."""
        opened = jobs.opened(self._unit, self._host.name)
        living = self._living(opened)
        self._told_queued &= {job.run_id for job in opened}
        self._queued = queued_jobs(opened, self._at_once, self._is_begun)
        for job in opened:
            if time.monotonic() < self._not_before.get(job.run_id, 0.0):
                continue
            try:
                self._act(job, living=job.native_id in living)
            except Exception:
                # One job that cannot be moved, whatever the reason, must not hold the others up.
                self.failures += 1
                self._put_off(job)
                log.exception("job %s could not be moved on; it is tried again", job.run_id)
        return bool(opened)

    def _loop(self) -> None:
        busy = True
        while not self._stopping:
            self._woken.wait(LOOK_S if busy else None)
            self._woken.clear()
            try:
                busy = self.reconcile()
            except Exception:
                # The loop is the last one who could look after the jobs: whatever happened, it goes on.
                self.failures += 1
                log.exception("the jobs could not be looked at; it is tried again")
                busy = True

    def _hear(self, _workspace_key: int, news: Sequence[Change]) -> None:
        if any(change.noun == "run" for change in news):
            self._woken.set()

    def _living(self, opened: Sequence[Job]) -> set[str]:
        living: set[str] = set()
        for name, launcher in self._launchers.items():
            living |= launcher.living(j.native_id for j in opened if j.native_id and j.spec.target == name)
        return living

    def _act(self, job: Job, *, living: bool) -> None:
        if job.spec.target not in self._launchers:
            # One that waits may be meant for another server of this database; one that was started is ours.
            if job.phase != WAITING:
                self._give_up(job, f"no launcher for the compute target {job.spec.target!r} is installed any more")
        elif job.phase == WAITING:
            self._begin(job)
        elif not living or (is_final(job.run_status) and read_fact(self._folder(job), SHIPPED) is not None):
            self._take_up(job)
        elif job.run_status in (CANCEL_REQUESTED, "Canceled") and not (self._folder(job) / CANCEL).exists():
            self._launchers[job.spec.target].cancel(self._folder(job))

    def _begin(self, job: Job) -> None:
        """A job that was never started: start it, unless somebody ended its run before."""
        unwanted = is_final(job.run_status) or job.run_status == CANCEL_REQUESTED
        if not unwanted and self._builds.is_pending(job.run_id):
            return
        if not unwanted and job.run_id in self._queued:
            self._tell_queued(job, self._queued[job.run_id])
            return
        mine = jobs.claim(self._unit, job, self._host.name, status=None if unwanted else "Preparing")
        if mine is None:
            return
        if unwanted:
            self._builds.leave(job.run_id)
            status = "Canceled" if job.run_status == CANCEL_REQUESTED else None
            self._apply(mine, {"phase": ENDED}, status=status)
            return
        folder = self._folder(job)
        try:
            # A plan is there if the server died between starting the driver and saying so: then it may live.
            if not (folder / PLAN).exists():
                answer = self._prepared(mine)
                if isinstance(answer, Failed):
                    self._give_up_building(mine, answer)
                    return
                if answer is not None:
                    self._note_preparation(mine, answer)
                    if answer.environment is None:
                        return  # it is being built
                self._stage(mine, folder, answer)
            native_id = self._launchers[mine.spec.target].start(folder)
        except (RunsteadError, OSError) as error:
            self._give_up(mine, f"the job could not be started: {error}")
            return
        self._starts[job.run_id] = 1
        self._apply(mine, {"phase": STARTED, "native_id": native_id, "starts": mine.starts + 1}, status="Starting")

    def _is_begun(self, job: Job) -> bool:
        return self._builds.is_pending(job.run_id) or (self._folder(job) / PLAN).exists()

    def _tell_queued(self, job: Job, why: str) -> None:
        if job.run_id in self._told_queued:
            return
        self._told_queued.add(job.run_id)
        folder = self._folder(job)
        note(folder, CONTROL_LOG, why)
        # The file, too, for the driver ships it from its beginning; so what is sent now is the same bytes.
        content = (folder / LOGS / CONTROL_LOG).read_bytes()
        logs.append(self._unit, job.workspace, job.run_id, CONTROL_LOG, offset=0, content=content)

    def _take_up(self, job: Job) -> None:
        """A job that is delivered has ended; one whose driver is gone gets a new one, which goes on where it was."""
        folder = self._folder(job)
        launcher = self._launchers[job.spec.target]
        starts = self._starts.get(job.run_id, 0)
        if read_fact(folder, SHIPPED) is not None:
            self._apply(job, {"phase": ENDED, "native_id": None})
            if self._queued:
                self._woken.set()  # its place is free
            self._starts.pop(job.run_id, None)
            self._not_before.pop(job.run_id, None)
        elif (native_id := launcher.attach(folder)) is not None:
            self._apply(job, {"native_id": native_id})
        elif not (folder / PLAN).exists():
            self._give_up(job, f"its job folder {folder} is gone")
        elif starts >= MAX_STARTS:
            told = _last_words(folder / DRIVER_ERRORS)
            self._give_up(job, f"{starts} drivers in a row died before the job was delivered; see {folder}. {told}")
        else:
            log.warning("the driver of job %s is gone; a new one takes it up", job.run_id)
            self._starts[job.run_id] = starts + 1
            self._put_off(job)
            write_plan(folder, self._plan(job, folder))
            self._apply(job, {"native_id": launcher.start(folder), "starts": job.starts + 1})

    def _prepared(self, job: Job) -> Answer | Failed | None:
        """The job's environment; None for a job that brings its interpreter."""
        if job.spec.packages is None and job.spec.container is None:
            return None

        def say(name: str, piece: bytes) -> None:
            logs.extend(self._unit, job.workspace, job.run_id, self._log_name(name), piece)

        wish = wish_of(
            self._unit, job.workspace, job.spec.environment_name or "", job.spec.packages, job.spec.container
        )
        try:
            return self._builds.prepare(wish, Asker(job.run_id, say, self._woken.set))
        except RunsteadError as error:
            return Failed(error, "")

    def _log_name(self, name: str) -> str:
        return node_log(name, self._host.node) if name == EXECUTION else name

    def _note_preparation(self, job: Job, answer: Answer) -> None:
        if not answer.facts:
            return
        built = None if answer.facts["reason"] == REUSED else BUILT
        mark = BUILDING if answer.environment is None else built
        jobs.note_preparation(self._unit, job, self._host.name, answer.facts, mark=mark)

    def _stage(self, job: Job, folder: Path, answer: Answer | None) -> None:
        began = time.monotonic()
        files = snapshots.load(self._unit, job.workspace, job.spec.snapshot_id)
        try:
            stage_job(folder, files, self._unit.blobs.open)
            took_ms = (time.monotonic() - began) * 1000
            size_bytes = sum(file.size_bytes for file in files)
            staged = f"Staged {len(files)} files with {size_bytes} bytes of snapshot {job.spec.snapshot_id}"
            note(folder, PREPARE_LOG, f"{staged} in {took_ms:.0f} ms")
            node = node_log(PREPARATION, self._host.node)
            for line in (ENTERING, f"{staged} in {took_ms:.0f} ms.", PREPARED):
                note(folder, node, line)
            note(folder, CONTROL_LOG, f"Streaming log file {CONTROL_LOG}")
            note(folder, CONTROL_LOG, "Logging experiment preparation status in history service.")
            if answer is not None and answer.environment is not None:
                for line in answer.told:
                    note(folder, CONTROL_LOG, line)
                built = answer.environment
                write_fact(
                    folder, ENVIRONMENT, {"key": answer.key, "python": built.python, "variables": dict(built.variables)}
                )
                if job.spec.container is not None and answer.environment.image:
                    self._stage_container(job, job.spec.container, folder, answer.environment)
            write_plan(folder, self._plan(job, folder))
        except (RunsteadError, OSError):
            remove_job(folder)
            raise

    def _plan(self, job: Job, folder: Path) -> Plan:
        # The script cannot renew its token, so it lasts for as long as the script may.
        life_s = (job.spec.max_run_duration_s or LONGEST_JOB_S) + AFTERWARDS_S
        token = RunToken(*self._run_token(job.workspace, job.run_id, life_s=life_s))
        built = read_fact(folder, ENVIRONMENT)
        spec = job.spec
        if built is not None:
            variables = {**built.get("variables", {}), **spec.environment_variables}
            spec = replace(spec, python=built["python"] or spec.python, environment_variables=variables)
        contained = (folder / CONTAINER).exists()
        elsewhere = Elsewhere(runner_of(folder), clearing_of(folder)) if contained else None
        around = jobs.surroundings(self._unit, job)
        return plan_of_job(spec, around, self._host, folder=folder, token=token, elsewhere=elsewhere)

    def _stage_container(self, job: Job, container: Container, folder: Path, environment: Environment) -> None:
        sees_runstead = job.spec.packages is None
        several = () if job.spec.distribution is None else (SEVERAL,)
        binds = mounts_of(folder, self._host.home, names=several)
        is_linked = environment.record.get("runstead") is not None
        asked = container_plan(
            container,
            Place(self._host.home, self._host.node, job.run_id, (os.getuid(), os.getgid())),
            self._builds.engines.find(),
            image=environment.image,
            binds=[*binds, *(runstead_mounts() if sees_runstead or is_linked else [])],
            sees_runstead=sees_runstead,
            anything=self._builds.engines.rules.anything,
        )
        execution = node_log(EXECUTION, self._host.node)
        with suppress(NotFound):  # the lines of a pull are the server's already; the driver goes on after them
            said = logs.read(self._unit, job.workspace, job.run_id, execution, offset=0, limit=MAX_LOG_BYTES).content
            write_log(folder, execution, said)
        note(folder, execution, f"Container {asked['name']} of image {asked['image']}, user {asked['user']}")
        if not container.shared_volumes:
            note(folder, CONTROL_LOG, "shared_volumes=False changes nothing here: it is for Docker on Windows")
        write_fact(folder, CONTAINER, asked)

    def _give_up_building(self, job: Job, failed: Failed) -> None:
        done = "built" if job.spec.container is None else "prepared"
        why = f"the environment {job.spec.environment_name!r} could not be {done}: {failed.error.message}"
        told = f"{why}\nThe last lines of {self._log_name(failed.log)}:\n{failed.tail}" if failed.tail else why
        is_theirs = isinstance(failed.error, InvalidArgument | NotFound)
        self._give_up(job, told[:MAX_MESSAGE_CHARS], code="UserError" if is_theirs else "ServiceError")

    def _give_up(self, job: Job, why: str, *, code: str = "ServiceError") -> None:
        try:
            logs.extend(self._unit, job.workspace, job.run_id, CONTROL_LOG, f"[{now()}] {why}\n".encode())
        except RunsteadError:
            log.exception("the control log of job %s could not be written", job.run_id)  # the run says it as well
        error = {"code": code, "message": why}
        self._apply(job, {"phase": ENDED, "native_id": None}, status="Failed", error=error)

    def _apply(
        self,
        job: Job,
        changes: Mapping[str, object],
        *,
        status: str | None = None,
        error: Mapping[str, str] | None = None,
    ) -> None:
        jobs.apply(self._unit, job, self._host.name, changes=changes, status=status, error=error)

    def _put_off(self, job: Job) -> None:
        self._not_before[job.run_id] = time.monotonic() + FIRST_REST_S * 2 ** self._starts.get(job.run_id, 0)

    def _folder(self, job: Job) -> Path:
        return self._unit.settings.jobs / job.run_id


def _last_words(path: Path) -> str:
    with suppress(FileNotFoundError):
        lines = path.read_bytes()[-_LAST_WORDS_BYTES:].decode(errors="replace").strip().splitlines()
        return f"Last word: {lines[-1]}" if lines else ""
    return ""
