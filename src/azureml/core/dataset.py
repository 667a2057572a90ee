"""SDK v1 `azureml.core.dataset`."""

from typing import ClassVar

from azureml._later import Absent
from azureml.data.abstract_dataset import AbstractDataset
from azureml.data.dataset_factory import FileDatasetFactory, TabularDatasetFactory
from azureml.exceptions import UserErrorException

__all__ = ["Dataset"]
RETIRED = "Azure retired the dataset API of 2019; use Dataset.Tabular and Dataset.File"


class Scenario:
    """SDK v1 `Dataset.Scenario`: what a model used a dataset for."""

    TRAINING = "training"
    VALIDATION = "validation"
    INFERENCE = "inference"


class Dataset:
    """SDK v1 `Dataset`: makes datasets with `Dataset.File` and `Dataset.Tabular`, and finds them again."""

    File: ClassVar = FileDatasetFactory
    Tabular: ClassVar = TabularDatasetFactory
    Scenario: ClassVar = Scenario

    def __init__(
        self, definition: object, workspace: object = None, name: str | None = None, id: str | None = None
    ) -> None:
        raise UserErrorException(RETIRED)

    get_all = staticmethod(AbstractDataset.get_all)
    get_by_id = staticmethod(AbstractDataset.get_by_id)
    get_by_name = staticmethod(AbstractDataset.get_by_name)

    archive = Absent(RETIRED)
    auto_read_files = Absent(RETIRED)
    compare_profiles = Absent(RETIRED)
    create_snapshot = Absent(RETIRED)
    definition = Absent(RETIRED)
    definition_version = Absent(RETIRED)
    delete_snapshot = Absent(RETIRED)
    deprecate = Absent(RETIRED)
    description = Absent(RETIRED)
    diff = Absent(RETIRED)
    from_binary_files = Absent(RETIRED)
    from_delimited_files = Absent(RETIRED)
    from_excel_files = Absent(RETIRED)
    from_json_files = Absent(RETIRED)
    from_pandas_dataframe = Absent(RETIRED)
    from_parquet_files = Absent(RETIRED)
    from_sql_query = Absent(RETIRED)
    generate_profile = Absent(RETIRED)
    get = Absent(RETIRED)
    get_all_snapshots = Absent(RETIRED)
    get_definition = Absent(RETIRED)
    get_definitions = Absent(RETIRED)
    get_profile = Absent(RETIRED)
    get_snapshot = Absent(RETIRED)
    head = Absent(RETIRED)
    id = Absent(RETIRED)
    is_visible = Absent(RETIRED)
    list = Absent(RETIRED)
    name = Absent(RETIRED)
    reactivate = Absent(RETIRED)
    register = Absent(RETIRED)
    sample = Absent(RETIRED)
    state = Absent(RETIRED)
    tags = Absent(RETIRED)
    to_pandas_dataframe = Absent(RETIRED)
    to_spark_dataframe = Absent(RETIRED)
    update = Absent(RETIRED)
    update_definition = Absent(RETIRED)
    workspace = Absent(RETIRED)
