"""What SDK v1's `get_details` shows of a run."""

from collections.abc import Mapping
from typing import Any

from azureml.core._types import type_of
from runstead.client.connection import Json
from runstead.domain.bindings import OUTPUT_PROPERTY
from runstead.widget.cards import Link, card

DOCS = "docs/guide/sdk.md"
STUDIO = "Link to Runstead Studio"


def details_of(record: Json, log_files: Mapping[str, str]) -> dict[str, Any]:  # Any: as SDK v1's values
    """The dict in SDK v1's order of keys."""
    error = record["error"]
    return {
        "runId": record["run_id"],
        "target": record["target"],
        "status": record["status"],
        "startTimeUtc": record["started_at"],
        **({"endTimeUtc": record["ended_at"]} if record["ended_at"] else {}),
        "services": {},
        **({"error": error_of(error)} if error else {}),
        **({"warnings": record["warnings"]} if record["warnings"] else {}),
        "properties": dict(record["properties"]),
        **({"parameters": dict(record["params"])} if record.get("params") else {}),
        "inputDatasets": _input_datasets(record),
        "outputDatasets": _output_datasets(record),
        **({"runDefinition": record["definition"]} if record.get("definition") else {}),
        "logFiles": dict(log_files),
        "submittedBy": record["submitted_by"],
    }


def _input_datasets(record: Json) -> list[dict[str, Any]]:  # Any: as SDK v1's values
    """The datasets that a job was given, by id, with their names and how it got them."""
    data = (record.get("definition") or {}).get("data") or {}
    return [
        {
            "dataset": {"id": one["dataLocation"]["dataset"]["datasetId"]},
            "consumptionDetails": {
                "type": "RunInput",
                "inputName": name,
                "mechanism": one["mechanism"].capitalize(),
                "pathOnCompute": one["pathOnCompute"],
            },
        }
        for name, one in data.items()
        if (one.get("dataLocation") or {}).get("dataset")
    ]


def _output_datasets(record: Json) -> list[dict[str, Any]]:  # Any: as SDK v1's values
    """The datasets that a job's outputs became."""
    return [
        {
            "identifier": {"savedId": dataset_id},
            "outputType": "RunOutput",
            "outputDetails": {"outputName": key.removeprefix(OUTPUT_PROPERTY)},
        }
        for key, dataset_id in record["properties"].items()
        if key.startswith(OUTPUT_PROPERTY)
    ]


def error_of(error: Mapping[str, Any]) -> dict[str, Any]:  # Any: JSON
    """The error as the service of SDK v1 wraps it."""
    return {"error": {"code": error.get("code", "UserError"), "message": error.get("message", ""), "details": []}}


def failure_of(details: object, code: str | None) -> dict[str, str]:
    """What `fail` was told, a text or an exception, as the server keeps it."""
    text = f"{type(details).__name__}: {details}" if isinstance(details, BaseException) else str(details or "")
    return {"code": code or "UserError", "message": text}


def card_of(record: Json, experiment: str, url: str) -> str:
    """The notebook card."""
    return card(
        {
            "Experiment": experiment,
            "Id": record["run_id"],
            "Type": type_of(record["kind"]),
            "Status": record["status"],
            "Details Page": Link(url, STUDIO),
            "Docs Page": DOCS,
        }
    )
