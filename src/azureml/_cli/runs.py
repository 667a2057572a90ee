"""`azml run`: submit, list, show, follow, cancel, download and tag runs."""

from itertools import islice
from pathlib import Path
from typing import Any

import click

from azureml._cli.choices import Place, key_value, placed
from azureml._cli.main import to_come
from azureml.core import Experiment, Run, RunConfiguration, ScriptRunConfig
from azureml.core._types import type_of
from azureml.core.conda_dependencies import CondaDependencies
from runstead.client import runs
from runstead.client.connection import Json

DEFAULT_LAST = 10
group = click.Group("run", help="Submit, list, follow and cancel runs.")
run_option = click.option("-r", "--run", "run_id", required=True, help="The id of the run.")
experiment_option = click.option("-e", "--experiment-name", help="The experiment.")


@group.command("list")
@experiment_option
@click.option("--parent-run-id", "--pipeline-run-id", help="Only children of this run.")
@click.option("--last", type=click.IntRange(min=1), default=DEFAULT_LAST, show_default=True, help="How many.")
@click.option("--compute-target-name", help="Only runs on this compute target.")
@click.option("--status", help="Only runs in this status.")
@click.option("--tags", help="Only runs with this tag: key or key=value.")
@click.option("--minimal", is_flag=True, help="Only the main facts of each run.")
@placed
def list_runs(
    place: Place,
    experiment_name: str | None,
    parent_run_id: str | None,
    last: int,
    compute_target_name: str | None,
    status: str | None,
    tags: str | None,
    minimal: bool,
) -> None:
    """The newest runs, as JSON."""
    found = runs.list_runs(
        place.workspace()._place,
        experiment=experiment_name,
        parent=parent_run_id,
        status=status,
        tags=[tags] if tags else [],
        include_children=parent_run_id is not None,
    )
    kept = (one for one in found if compute_target_name in (None, one["target"]))
    shape = minimal_record if minimal else whole_record
    place.tell([shape(one) for one in islice(kept, last)])


@group.command()
@run_option
@experiment_option
@placed
def show(place: Place, run_id: str, experiment_name: str | None) -> None:
    """One run with its definition and log files, as JSON."""
    place.tell(details_of(place.workspace().get_run(run_id)))


@group.command("monitor-logs")
@run_option
@experiment_option
@placed
def monitor_logs(place: Place, run_id: str, experiment_name: str | None) -> None:
    """Follow the logs of a run until it ends."""
    place.workspace().get_run(run_id).wait_for_completion(show_output=True)


@group.command()
@run_option
@experiment_option
@placed
def cancel(place: Place, run_id: str, experiment_name: str | None) -> None:
    """Cancel a run."""
    place.workspace().get_run(run_id).cancel()
    click.echo("Experiment run canceled successfully.")


@group.command("download-logs")
@run_option
@experiment_option
@click.option("-d", "--output-dir", required=True, help="The folder that they go to.")
@placed
def download_logs(place: Place, run_id: str, experiment_name: str | None, output_dir: str) -> None:
    """Download the logs of a run; their paths, as JSON."""
    place.tell(place.workspace().get_run(run_id).get_all_logs(destination=output_dir))


@group.command()
@run_option
@experiment_option
@click.option("--add-tag", "added", multiple=True, required=True, help="A tag: key or key=value. May be repeated.")
@placed
def update(place: Place, run_id: str, experiment_name: str | None, added: tuple[str, ...]) -> None:
    """Tag a run."""
    run = place.workspace().get_run(run_id)
    run.set_tags(dict(map(key_value, added)))
    place.tell(details_of(run))


@group.command("submit-script", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("-c", "--run-configuration-name", "--run-config-name", help="A file of .azureml/, without .runconfig.")
@click.option("-e", "--experiment-name", required=True, help="The experiment; made if it is missing.")
@click.option("-d", "--conda-dependencies", help="A conda specification for the environment.")
@click.option("--target", "--ct", help="The compute target.")
@click.option("--source-directory", help="The folder that is submitted; left out, that of --path.")
@click.option("--async", "in_background", is_flag=True, help="Return as soon as it is submitted.")
@click.argument("user_script_and_arguments", nargs=-1, type=click.UNPROCESSED)
@placed
def submit_script(
    place: Place,
    run_configuration_name: str | None,
    experiment_name: str,
    conda_dependencies: str | None,
    target: str | None,
    source_directory: str | None,
    in_background: bool,
    user_script_and_arguments: tuple[str, ...],
) -> None:
    """Submit a script with its arguments, and follow it; the run, as JSON."""
    source = source_directory or place.path
    chosen = RunConfiguration.load(source, run_configuration_name) if run_configuration_name else RunConfiguration()
    if conda_dependencies:
        chosen.environment.python.conda_dependencies = CondaDependencies(str(Path(source) / conda_dependencies))
    if target:
        chosen.target = target
    script, *arguments = user_script_and_arguments or [None]
    config = ScriptRunConfig(source, script, arguments=arguments, run_config=chosen)
    run = Experiment(place.workspace(), experiment_name).submit(config)
    if not in_background:
        run.wait_for_completion(show_output=True)
    place.tell(details_of(run))


for name in ("submit-pipeline", "submit-hyperdrive", "monitor-tensorboard"):
    group.add_command(to_come(name, f"azml run {name}"))


def minimal_record(record: Json) -> dict[str, Any]:  # Any: JSON
    """The seven facts of `--minimal`."""
    return {
        "RunId": record["run_id"],
        "RunType": type_of(record["kind"]),
        "Status": record["status"],
        "StartTime": record["started_at"],
        "EndTime": record["ended_at"],
        "Target": record["target"],
        "Tags": record["tags"],
    }


def whole_record(record: Json) -> dict[str, Any]:  # Any: JSON
    """A run as the service of SDK v1 writes it."""
    return {
        "runNumber": record["number"],
        "rootRunId": record["root_id"],
        "experimentName": record["experiment"],
        "createdUtc": record["created_at"],
        "createdBy": {"userName": record["submitted_by"]},
        "runId": record["run_id"],
        "parentRunId": record["parent_id"],
        "status": record["status"],
        "startTimeUtc": record["started_at"],
        "endTimeUtc": record["ended_at"],
        "error": record["error"],
        "warnings": record["warnings"],
        "tags": record["tags"],
        "properties": record["properties"],
        "displayName": record["display_name"],
        "description": record["description"],
        "runType": type_of(record["kind"]),
        "target": record["target"],
        "dataContainerId": f"dcid.{record['run_id']}",
        "hidden": False,
    }


def details_of(run: Run) -> dict[str, Any]:  # Any: JSON
    """A run with its definition and log files; v1's `get_details` and the facts beside it."""
    return {**whole_record(run._fresh()), **run.get_details()}
