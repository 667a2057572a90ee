"""Make our compact files of SDK v1's public names from the measured ones: python scripts/facts.py SIGNATURES USAGE

SIGNATURES (JSON) and USAGE (CSV) are facts that were measured on the real package and on public notebooks; they are not
in this repository. What is written: tests/faces/signatures/*.json, to compare, and src/azureml/_names.json, to import.
"""

import csv
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# The first prefix that fits names the file.
PARTS = {
    "azureml.core.compute": "computes",
    "azureml.core.model": "models",
    "azureml.core.profile": "models",
    "azureml.core.resource_configuration": "models",
    "azureml.core.webservice": "models",
    "azureml.core.image": "models",
    "azureml.core": "core",
    "azureml.data": "data",
    "azureml.pipeline": "pipelines",
    "azureml.train.automl": "automl",
    "azureml.automl": "automl",
    "azureml.train": "training",
    "azureml": "others",
}
# Names of modules among the imported paths; everything else that is imported is a class, a function or a constant.
LEAVES = {
    "azureml.automl.core.shared.constants",
    "azureml.automl.runtime.shared.score.constants",
    "azureml.automl.runtime.shared.score.scoring",
    "azureml.contrib.automl.pipeline.steps.utilities",
    "azureml.train.automl.constants",
    "azureml.train.automl.runtime._hts.hts_runtime_utilities",
}
# Further modules of the public documentation, whose names were not measured: any name of theirs can be imported.
DOCUMENTED = [
    *("azureml.core.databricks", "azureml.core.util", "azureml.data.constants", "azureml.data.context_managers"),
    *("azureml.data.datacache", "azureml.data.dataset_action_run", "azureml.data.dataset_definition"),
    *("azureml.data.dataset_error_handling", "azureml.data.dataset_profile", "azureml.data.dataset_profile_run"),
    *(
        "azureml.data.dataset_profile_run_config",
        "azureml.data.dataset_snapshot",
        "azureml.data.dataset_type_definitions",
    ),
    *("azureml.data.azure_data_lake_datastore", "azureml.data.azure_my_sql_datastore", "azureml.data.dbfs_datastore"),
    *("azureml.data.azure_postgre_sql_datastore", "azureml.data.azure_sql_database_datastore"),
    *("azureml.data.hdfs_datastore", "azureml.data.stored_procedure_parameter"),
    *("azureml.pipeline.core.module_step_base", "azureml.history"),
]
# Names that public code imports from a module other than the one that defines them.
NORMALS = ["normal", "qnormal", "lognormal", "qlognormal"]
EXPRESSIONS = [*NORMALS, "choice", "randint", "uniform", "quniform", "loguniform", "qloguniform"]
ALIASES = {
    **{
        f"azureml.train.hyperdrive.{name}": f"azureml.train.hyperdrive.parameter_expressions.{name}"
        for name in EXPRESSIONS
    },
    "azureml.train.hyperdrive.run.PrimaryMetricGoal": "azureml.train.hyperdrive.runconfig.PrimaryMetricGoal",
    "azureml.core.environment.CondaDependencies": "azureml.core.conda_dependencies.CondaDependencies",
    "azureml.core.runconfig.CondaDependencies": "azureml.core.conda_dependencies.CondaDependencies",
    "azureml._restclient.models.CreateRunDto": "azureml._restclient.models.create_run_dto.CreateRunDto",
    "azureml.core.model.Dataset": "azureml.core.dataset.Dataset",
}


def main(signatures: Path, usage: Path) -> None:
    """Write both."""
    facts = json.loads(signatures.read_text())["classes"]
    parts: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, said in facts.items():
        parts[next(part for prefix, part in PARTS.items() if name.startswith(prefix))][name] = compact(said)
    for part, classes in parts.items():
        lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(said)}" for name, said in classes.items())
        (ROOT / f"tests/faces/signatures/{part}.json").write_text(f"{{\n{lines}\n}}\n")
    with usage.open(newline="") as file:
        imported = [row[0].split(" ")[0] for row in csv.reader(file) if row[0].endswith("(imported path)")]
    names = json.dumps(names_of(facts, imported), indent=1, sort_keys=True)
    (ROOT / "src/azureml/_names.json").write_text(names + "\n")


def compact(said: dict[str, Any]) -> dict[str, Any]:
    """The facts on one class or function; a parameter without default is a text, one with default a pair."""
    if "function" in said:
        return {"paths": said["import_paths"], "function": parameters(said["params"])}
    methods = {
        name: {"parameters": parameters(one["params"])} | ({"kind": one["kind"]} if "kind" in one else {})
        for name, one in said["methods"].items()
    }
    return {
        "paths": said["import_paths"],
        "constructor": parameters(said["constructor"] or []),
        "methods": methods,
        "properties": {name: bool(one.get("settable")) for name, one in said["properties"].items()},
        "attributes": sorted(said.get("instance_attributes") or []),
        "constants": said.get("class_attributes") or {},
    }


def parameters(listed: list[dict[str, Any]]) -> list[Any]:
    """As inspect shows them."""
    stars = {"*args": "*", "**kwargs": "**"}
    return [
        stars.get(one.get("kind", ""), "") + one["name"] if "default" not in one else [one["name"], one["default"]]
        for one in listed
    ]


def names_of(facts: dict[str, Any], imported: list[str]) -> dict[str, dict[str, str]]:
    """Module → name → the module that defines it, empty if that is the same one."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    homes = {
        path: said.get("defined_in", name) for name, said in facts.items() for path in [name, *said["import_paths"]]
    }
    for path in [*homes, *imported, *ALIASES]:
        home = ALIASES.get(path) or homes.get(path, path)
        if path == "azureml" or path in LEAVES:
            continue
        module, _, name = path.rpartition(".")
        if not name[0].isupper() and any(other.startswith(f"{path}.") for other in [*homes, *imported]):
            continue  # a package that was imported as a whole
        there = home.rpartition(".")[0]
        found[module][name] = "" if there == module else there
        found[there].setdefault(name, "")
    for leaf in [*LEAVES, *DOCUMENTED]:
        found[leaf].update({})
    for module in list(found):
        for end in range(2, module.count(".") + 1):
            found[".".join(module.split(".")[:end])].update({})
    return dict(found)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
