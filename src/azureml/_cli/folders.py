"""`azml folder attach`: the files that bind a folder to a workspace, and two run configurations to begin with."""

from pathlib import Path

import click

from azureml._cli.choices import Place, placed
from azureml.core import RunConfiguration

SAMPLES = ("local", "docker")
IGNORED = (".ipynb_checkpoints", "azureml-logs", ".azureml", ".git", "outputs", "azureml-setup", "docs")
group = click.Group("folder", help="Attach a folder to a workspace.")


@group.command()
@click.option("-e", "--experiment-name", help="The experiment that the folder's runs go to.")
@placed
def attach(place: Place, experiment_name: str | None) -> None:
    """Write .azureml/ with config.json, two sample run configurations and a conda specification."""
    folder = Path(place.path).absolute()
    workspace = place.workspace()
    workspace.write_config(str(folder))
    for name in SAMPLES:
        _write_sample(folder, name)
    ignore = folder / ".amlignore"
    if not ignore.exists():
        ignore.write_text("\n".join([*IGNORED, ""]), encoding="utf-8")
    place.tell(
        {
            "Experiment name": experiment_name or folder.name,
            "Project path": str(folder),
            "Resource group": workspace.resource_group,
            "Subscription id": workspace.subscription_id,
            "Workspace name": workspace.name,
        }
    )


def _write_sample(folder: Path, name: str) -> None:
    file = f"{name}.runconfig"
    if (folder / ".azureml" / file).exists():
        return  # somebody has made it their own
    sample = RunConfiguration()
    sample.docker.use_docker = name == "docker"
    sample.save(str(folder), file)
