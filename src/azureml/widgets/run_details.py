"""SDK v1 `azureml.widgets.run_details`."""

from collections.abc import Mapping
from typing import Any

from azureml._errors import speaks_v1
from azureml.core.run import Run
from runstead.widget import details, live

INSTALL = "For a live widget: pip install 'runstead[widget]', then restart the kernel."


@speaks_v1
class RunDetails:
    """SDK v1 `RunDetails`: a live widget in Jupyter and VS Code, the card of the run without anywidget, else text."""

    def __init__(self, run_instance: Run) -> None:
        self._run = run_instance

    def show(self, render_lib: object = None, widget_settings: Mapping[str, object] | None = None) -> None:
        found = self.get_widget_data(widget_settings)
        if not live.in_notebook():
            print(details.summary_of(found))
        elif live.has_widgets():
            widget = live.made_widget(found)
            live.display(widget)
            live.follow(widget, self._load)
        else:
            live.display_html(f"{self._run._repr_html_()}<p>{INSTALL}</p>")

    def get_widget_data(
        self, widget_settings: Mapping[str, object] | None = None
    ) -> dict[str, Any]:  # Any: as SDK v1's values
        self._run.flush()
        return self._load() | {"widget_settings": dict(widget_settings or {})}

    def _load(self) -> dict[str, Any]:  # Any: as SDK v1's values
        return details.details_of(self._run._place, self._run.id)
