"""All tables of the store. A noun with tables of its own is imported here, so that migrations and tests see them."""

from runstead.store import (
    dataset_tables,
    datastore_tables,
    environment_tables,
    evaluation_tables,
    input_tables,
    job_tables,
    metric_tables,
    model_tables,
    registry_tables,
    secret_tables,
    stage_tables,
    tables,
    trace_tables,
    view_tables,
)

METADATA = tables.METADATA
TABLE_FILES = (
    tables,
    dataset_tables,
    datastore_tables,
    environment_tables,
    evaluation_tables,
    input_tables,
    job_tables,
    metric_tables,
    model_tables,
    registry_tables,
    secret_tables,
    stage_tables,
    trace_tables,
    view_tables,
)
