"""The live widget of a run: one JavaScript module that Jupyter and VS Code load from the kernel."""

import logging
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from runstead.domain.errors import RunsteadError
from runstead.domain.runs import is_final
from runstead.widget.details import Values

LOOK_AGAIN_S = 2.0
SCRIPT = Path(__file__).parent / "run_details.js"
log = logging.getLogger(__name__)


class Widget(Protocol):
    """What a live widget is told."""

    details: Values
    problem: str


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook; IPython is not imported to find out."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


def has_widgets() -> bool:
    """Whether anywidget is installed."""
    return find_spec("anywidget") is not None


def display(shown: object) -> None:
    """Show something below the cell that runs."""
    import_module("IPython.display").display(shown)


def display_html(html: str) -> None:
    """Show HTML of ours below the cell that runs."""
    display(import_module("IPython.display").HTML(html))


def made_widget(details: Values) -> Any:  # noqa: ANN401  anywidget has no types of its own
    """A widget that shows these details; assign newer ones to `details`."""
    traitlets, base = import_module("traitlets"), import_module("anywidget").AnyWidget
    members = {
        "_esm": SCRIPT.read_text(),
        "details": traitlets.Dict().tag(sync=True),
        "problem": traitlets.Unicode().tag(sync=True),
    }
    return type("RunDetailsWidget", (base,), members)(details=details)


def follow(widget: Widget, load: Callable[[], Values], *, look_again_s: float = LOOK_AGAIN_S) -> threading.Thread:
    """Keep a widget up to date until its run has ended."""

    def look() -> None:
        pause = threading.Event()
        while not is_final(widget.details["status"]):
            pause.wait(look_again_s)
            try:
                widget.details, widget.problem = load(), ""
            except RunsteadError as error:  # the server is away for a moment; the widget says so, and goes on
                widget.problem = error.message
                log.debug("the widget of run %s is not renewed: %s", widget.details["run_id"], error.message)

    thread = threading.Thread(target=look, name="runstead-widget", daemon=True)
    thread.start()
    return thread
