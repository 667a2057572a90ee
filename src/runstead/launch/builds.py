"""Gives every job the environment that it asks for: reused when its hash is known, else built once for all who wait."""

import logging
import secrets
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple  # JSON values

from runstead.domain.builds import Specification
from runstead.domain.errors import InvalidArgument, NotFound, RunsteadError, Unavailable
from runstead.domain.plans import BUILD_LOG
from runstead.launch import environments, solvers
from runstead.launch.condas import AUTO, choose
from runstead.launch.engines import Engines, NoEngine, Rules, opened
from runstead.launch.environments import Environment
from runstead.launch.explanations import BY_HAND, with_result
from runstead.launch.images import look_for_image
from runstead.launch.logs import now
from runstead.launch.prefixes import Prefix, look_for_prefix
from runstead.launch.products import Bare, Making, Product, Wish
from runstead.launch.pythons import Pythons
from runstead.launch.venvs import Venv, has_python, look_for_venv

AT_ONCE = 2  # builds; more only wait for the same disk and network
TAIL_LINES = 15
MOST_BEGUN = 100
RUNNING = "Running"
WITHOUT = (
    "RUNSTEAD_WITHOUT_ENGINE=venv: the job runs without a container, as a process of this machine; its image, its "
    "limits and its docker arguments do not apply"
)
log = logging.getLogger(__name__)


class Asker(NamedTuple):
    """Who waits for it: a run, what takes a log as it grows (its name, a piece), and whom to wake at the end."""

    run_id: str
    say: Callable[[str, bytes], None]
    wake: Callable[[], None]


class Answer(NamedTuple):
    """An environment that is ready, or None where it would have to be built; `told` says why, a line each.

    facts: the same for programs, kept with the run (launch/explanations.py); none where nothing is asked for.
    """

    key: str
    environment: Environment | None
    told: list[str]
    facts: Mapping[str, Any]


class Failed(NamedTuple):
    """A build that came to nothing: why in a sentence, and the last lines of its log."""

    error: RunsteadError
    tail: str
    log: str = BUILD_LOG


@dataclass
class _Build:
    """One build: its log so far, who gets it and how far each has read."""

    product: Product
    log: bytearray = field(default_factory=bytearray)
    askers: dict[str, Asker] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    stop: Callable[[], None] | None = None
    showing: threading.Lock = field(default_factory=threading.Lock)
    unwanted: bool = False
    is_done: bool = False
    failed: Failed | None = None


class Progress(NamedTuple):
    """How far a build is that was begun by hand."""

    key: str
    status: str  # Running, Succeeded or Failed
    error: str | None
    log: str


@dataclass
class _Begun:
    """A build that no run waits for: somebody looks at it now and then."""

    wish: Wish
    asker: Asker
    log: bytearray
    progress: Progress


class Builds:
    """The environments of one home. Thread-safe; each build has a thread."""

    def __init__(self, root: Path, environ: Mapping[str, str], rules: Rules | None = None, solver: str = AUTO) -> None:
        """solver: as of condas.choose."""
        self._solver = solver
        self._root = root
        self._environ = environ
        self.engines = Engines(rules or Rules(), environ)
        self._lock = threading.RLock()
        self._places = threading.Semaphore(AT_ONCE)
        self._by_key: dict[str, _Build] = {}
        self._by_run: dict[str, _Build] = {}
        self._begun: dict[str, _Begun] = {}
        self._is_swept = False
        self._pythons: Pythons | None = None

    def explain(self, wish: Wish) -> Answer:
        """What preparing would do, and why; nothing is changed. InvalidArgument or NotFound if it cannot be built."""
        product = self._look(wish)
        return _answer_of(product, product.there)

    def is_pending(self, run_id: str) -> bool:
        """Whether this run's environment is being built."""
        with self._lock:
            build = self._by_run.get(run_id)
            return build is not None and not build.is_done

    def prepare(self, wish: Wish, asker: Asker) -> Answer | Failed:
        """The environment, or None in it while it is being built: ask again when woken. A failure is told once."""
        with self._lock:
            build = self._by_run.get(asker.run_id)
            if build is not None and not build.is_done:
                return _answer_of(build.product, None)
            self._by_run.pop(asker.run_id, None)
        if build is not None and build.failed is not None:
            return build.failed
        product = self._look(wish)
        if product.there is not None:
            environments.mark_used(product.there)
            # A build that ended a moment ago is why it is there.
            told = _answer_of(product if build is None else build.product, product.there)
            return told._replace(facts=with_result(told.facts, product.there))
        self._join(product, asker)
        return _answer_of(product, None)

    def leave(self, run_id: str) -> None:
        """This run does not wait any more; a build that nobody waits for is ended."""
        with self._lock:
            build = self._by_run.pop(run_id, None)
            if build is None or build.is_done:
                return
            build.askers.pop(run_id, None)
            if not build.askers:
                self._end(build)

    def begin(self, wish: Wish) -> str:
        """Begins to build for nobody's run; the id is for `progress`, which remembers the last hundred."""
        build_id = f"{BY_HAND}{secrets.token_hex(8)}"
        log_so_far = bytearray()
        asker = Asker(build_id, lambda _, piece: log_so_far.extend(piece), lambda: None)
        begun = _Begun(wish, asker, log_so_far, Progress("", RUNNING, None, ""))
        self._settle(begun)
        with self._lock:
            self._begun[build_id] = begun
            for old in list(self._begun)[:-MOST_BEGUN]:
                del self._begun[old]
        return build_id

    def progress(self, build_id: str) -> Progress:
        """How far this one is. NotFound for an id that was not given, or long ago."""
        with self._lock:
            begun = self._begun.get(build_id)
        if begun is None:
            raise NotFound(f"there is no build {build_id}; the server remembers the last {MOST_BEGUN} since it started")
        if begun.progress.status == RUNNING and not self.is_pending(build_id):
            self._settle(begun)
        return begun.progress._replace(log=begun.log.decode(errors="replace"))

    def _settle(self, begun: _Begun) -> None:
        answer = self.prepare(begun.wish, begun.asker)
        if isinstance(answer, Failed):
            begun.progress = begun.progress._replace(status="Failed", error=answer.error.message)
        elif answer.environment is None:
            begun.progress = begun.progress._replace(key=answer.key)
        else:
            begun.progress = begun.progress._replace(key=answer.key, status="Succeeded")
            if not begun.log:
                begun.log += "".join(f"[{now()}] {line}\n" for line in answer.told).encode()

    def stop(self) -> None:
        """Ends every build; the jobs that wait ask again when the next server starts."""
        with self._lock:
            for build in self._by_key.values():
                build.askers.clear()
                self._end(build)

    def listed(self) -> list[Environment]:
        """Every environment that is there, the last used first."""
        return environments.listed(self._root)

    def prune(
        self, *, unused_for_s: float | None, keep_bytes: int | None, spared: Collection[str], dry: bool
    ) -> list[Environment]:
        """Throws away what is too old or too much; answers which. Those spared, or just used, stay."""
        found = environments.prunable(self._root, unused_for_s=unused_for_s, keep_bytes=keep_bytes, spared=spared)
        for one in found:
            if not dry:
                environments.remove(self._root, one.key)
                if one.image:
                    self._remove_image(one)
        return found

    def _remove_image(self, one: Environment) -> None:
        """The engine's copy, too; one that it does not have any more, or is still used, is no reason to fail."""
        try:
            with opened(self.engines.find()) as client:
                client.api.remove_image(f"{one.image['name']}:latest")
        except (NotFound, InvalidArgument) as error:
            log.warning("the image of the environment %s was not removed: %s", one.key, error.message)

    def _look(self, wish: Wish) -> Product:
        warning = ""
        if wish.container is not None:
            try:
                return look_for_image(wish, root=self._root, environ=self._environ, engines=self.engines)
            except NoEngine as error:
                if not self.engines.rules.falls_back:
                    raise
                warning = f"WARNING: {error.message}. {WITHOUT}"
        if wish.specification is None and warning:
            return Bare(told=[warning])
        if wish.specification is None:
            raise InvalidArgument(f"there is nothing to build for {wish.name!r}: it uses an interpreter that is there")
        found = self._look_for_packages(wish, wish.specification)
        return replace(found, told=[warning, *found.told]) if warning else found

    def _look_for_packages(self, wish: Wish, asked: Specification) -> Venv | Prefix:
        pythons = self._interpreters()
        conda, why_uv = choose(self._solver, asked, self._environ, lambda: has_python(asked, pythons))
        if conda is not None:
            return look_for_prefix(wish, asked, conda, root=self._root, environ=self._environ)
        return look_for_venv(wish, asked, root=self._root, environ=self._environ, pythons=pythons, why_uv=why_uv)

    def _interpreters(self) -> Pythons:
        with self._lock:
            if self._pythons is None:
                self._pythons = Pythons(solvers.find_uv(), self._environ)
            return self._pythons

    def _join(self, product: Product, asker: Asker) -> None:
        with self._lock:
            build = self._by_key.get(product.key)
            is_new = build is None or build.unwanted
            if build is None or is_new:
                build = self._by_key[product.key] = _Build(product)
            build.askers[asker.run_id] = asker
            self._by_run[asker.run_id] = build
            if is_new:
                if not self._is_swept:
                    environments.sweep(self._root)
                    self._is_swept = True
                threading.Thread(target=self._run, args=(build,), name=f"build-{product.key[:8]}", daemon=True).start()
        self._show(build)

    def _run(self, build: _Build) -> None:
        try:
            with self._places:
                self._make(build)
        except RunsteadError as error:
            self._fail(build, error)
        except Exception as error:
            # Whatever it was, those who wait must hear of it.
            log.exception("the environment %s could not be built", build.product.key)
            self._fail(build, Unavailable(f"{type(error).__name__}: {error}"))
        with self._lock:
            build.is_done = True
            if self._by_key.get(build.product.key) is build:
                del self._by_key[build.product.key]
            waiting = list(build.askers.values())
        for asker in waiting:
            asker.wake()

    def _make(self, build: _Build) -> None:
        if build.unwanted:
            raise Unavailable("nobody waits for it any more")
        self._say(build, "\n".join(build.product.told))
        build.product.make(
            Making(
                run_id=next(iter(build.askers), ""),
                say=lambda text: self._say(build, text),
                stopper=lambda stop: self._watch(build, stop),
            )
        )

    def _fail(self, build: _Build, error: RunsteadError) -> None:
        tail = "\n".join(build.log.decode(errors="replace").splitlines()[-TAIL_LINES:])
        self._say(build, f"The environment was not built: {error.message}\n")
        build.failed = Failed(error, tail, build.product.log)

    def _watch(self, build: _Build, stop: Callable[[], None] | None) -> None:
        with self._lock:
            build.stop = stop
            if build.unwanted and stop is not None:
                stop()

    def _end(self, build: _Build) -> None:
        build.unwanted = True
        if build.stop is not None:
            build.stop()

    def _say(self, build: _Build, text: str) -> None:
        stamp = f"[{now()}] "
        with self._lock:
            build.log += "".join(f"{stamp}{line}\n" for line in text.splitlines()).encode(errors="replace")
        self._show(build)

    def _show(self, build: _Build) -> None:
        """Gives every asker what it has not seen yet."""
        with build.showing:
            with self._lock:
                content, askers = bytes(build.log), list(build.askers.values())
            for asker in askers:
                if piece := content[build.shown.get(asker.run_id, 0) :]:
                    _hand_over(asker, build.product.log, piece)
                build.shown[asker.run_id] = len(content)


def _answer_of(product: Product, there: Environment | None) -> Answer:
    facts = {**product.facts, "told": product.told} if product.facts else {}
    return Answer(product.key, there, product.told, facts)


def _hand_over(asker: Asker, name: str, piece: bytes) -> None:
    try:
        asker.say(name, piece)
    except RunsteadError:
        log.exception("the build log of run %s could not be written; the build goes on", asker.run_id)
