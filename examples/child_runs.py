"""One run with a child for each model, then the best child picked: `python child_runs.py`."""

from sklearn.datasets import load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsRegressor

from azureml.core import Experiment, Workspace

MODELS = {
    "linear": LinearRegression(),
    "ridge": Ridge(alpha=0.4),
    "lasso": Lasso(alpha=0.1),
    "neighbours": KNeighborsRegressor(n_neighbors=15),
    "forest": RandomForestRegressor(n_estimators=100, random_state=0),
}

ws = Workspace.from_config()
experiment = Experiment(workspace=ws, name="diabetes-models")
X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)

with experiment.start_logging(snapshot_directory=None) as parent:
    for name, model in MODELS.items():
        with parent.child_run(name=name) as child:
            child.tag("model", name)
            predicted = model.fit(X_train, y_train).predict(X_test)
            child.log("mse", mean_squared_error(y_test, predicted))
            child.log_list("absolute errors", sorted(abs(predicted - y_test)))

    scores = {child.tags["model"]: child.get_metrics()["mse"] for child in parent.get_children()}
    best = min(scores, key=scores.__getitem__)
    parent.log_table("scores", {"model": list(scores), "mse": list(scores.values())})
    parent.tag("best", best)

for name, mse in sorted(scores.items(), key=lambda item: item[1]):
    print(f"{name:>12}  {mse:8.2f}{'  ← best' if name == best else ''}")
