"""Many runs into MLflow's own database, quickly: one that its client makes, and the others as copies of its rows.

Runs in the peers' environment. Through the client, 10 000 runs take minutes and 500 metrics in each take hours.
What a search does not read, the history of the metrics, is not copied.
"""

import sqlalchemy as sa
from mlflow import MlflowClient
from mlflow.entities import Metric

MODULUS = 10_007


def fill(store: str, runs: int, series: int, experiment: str = "bench") -> str:
    """Runs with metrics `m1` … and a tag `team`; returns the experiment's id."""
    client = MlflowClient(store)
    experiment_id: str = client.create_experiment(experiment)
    model = client.create_run(experiment_id, start_time=1, tags={"team": "t0"}).info.run_id
    for start in range(1, series + 1, 500):
        names = range(start, min(start + 500, series + 1))
        client.log_batch(model, [Metric(f"m{j}", (7919 * j) % MODULUS / MODULUS, 1, 1) for j in names])
    engine = sa.create_engine(store)
    tables = sa.MetaData()
    columns = sa.Column("number", sa.Integer, primary_key=True), sa.Column("run_id", sa.String(32))
    numbers = sa.Table("bench_numbers", sa.MetaData(), *columns, prefixes=["TEMPORARY"])
    with engine.begin() as connection:
        numbers.create(connection)
        connection.execute(sa.insert(numbers), [{"number": i, "run_id": f"{i:032x}"} for i in range(1, runs)])
        for name in ("runs", "tags", "latest_metrics"):
            table = sa.Table(name, tables, autoload_with=connection)
            changed = _changed(table, numbers)
            both = table.join(numbers, sa.true())
            rows = sa.select(*(changed.get(c.name, c) for c in table.c)).select_from(both).order_by(numbers.c.number)
            mine = rows.where(table.c.run_uuid == model)
            connection.execute(sa.insert(table).from_select([c.name for c in table.c], mine))
        # As PostgreSQL does by itself within some minutes. SQLite never does: MLflow's search would take 70 times as
        # long: that is no measure of anything.
        connection.execute(sa.text("ANALYZE"))
    return experiment_id


def _changed(table: sa.Table, numbers: sa.Table) -> dict[str, sa.ColumnElement[object]]:
    """What is not copied as it is: a run's id, name and start, and the values of its metrics."""
    found = {"run_uuid": numbers.c.run_id}
    if table.name == "runs":
        found |= {"name": numbers.c.run_id, "start_time": numbers.c.number}
    if table.name == "latest_metrics":
        series = sa.cast(sa.func.substr(table.c.key, 2), sa.Integer)
        found["value"] = sa.cast((numbers.c.number * 7919 + series * 104_729) % MODULUS, sa.Float) / float(MODULUS)
    return found
