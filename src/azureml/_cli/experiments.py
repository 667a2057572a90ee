"""`azml experiment`."""

import click

from azureml._cli.choices import Place, placed
from runstead.client import experiments

group = click.Group("experiment", help="List experiments.")


@group.command("list")
@placed
def list_experiments(place: Place) -> None:
    """The experiments of the workspace, last active first, as JSON."""
    found = experiments.list_experiments(place.workspace()._place)
    place.tell(
        [
            {
                "name": one["name"],
                "id": one["experiment_id"],
                "description": one["description"],
                "tags": one["tags"],
                "createdUtc": one["created_at"],
                "latestRunUtc": one["last_run_at"],
            }
            for one in found
        ]
    )
