"""SDK v1's run types, and what they are called in the house."""

V1_TYPE = {"script": "azureml.scriptrun"}
KIND = {v1: kind for kind, v1 in V1_TYPE.items()}


def type_of(kind: str) -> str | None:
    """`run.type` of a run of this kind; interactive runs have none."""
    return None if kind == "interactive" else V1_TYPE.get(kind, kind)


def kind_of(run_type: str | None) -> str | None:
    """The kind to ask the server for."""
    return None if run_type is None else KIND.get(run_type, run_type)
