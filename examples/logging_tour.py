"""Every way to log something, once, in an interactive run: `python logging_tour.py`."""

import json
import math
from pathlib import Path

import matplotlib as mpl
import numpy as np
from sklearn.datasets import load_diabetes

from azureml.core import Experiment, Workspace

mpl.use("Agg")  # draw to files: works without a screen
from matplotlib import pyplot as plt

ws = Workspace.from_config()
experiment = Experiment(workspace=ws, name="logging-tour")
run = experiment.start_logging(snapshot_directory=str(Path(__file__).parent))

# One value under a name. Numbers, text, truth values and NumPy's scalars keep what they are.
run.log("learning rate", 0.01)
run.log("optimiser", "adam", description="a value can be text")
run.log("shuffled", True)
run.log("parameters", np.int64(1_234_567))

# The same name again makes a series; `step` places a point on the x axis.
for epoch in range(40):
    run.log("loss", math.exp(-epoch / 10) + 0.02 * math.sin(epoch), step=epoch)

# A whole list at once; any iterable does.
run.log_list("accuracy", [0.62, 0.71, 0.78, 0.81, 0.84])
run.log_list("squares", (n * n for n in range(10)))

# Rows have named columns; with two numeric columns the chart is y over x.
for degree in range(0, 361, 10):
    run.log_row("cosine", angle=degree, cos=math.cos(math.radians(degree)))

# A table is many rows in one call.
run.log_table("sine", {"angle": list(range(0, 361, 10)), "sin": [math.sin(math.radians(d)) for d in range(0, 361, 10)]})

# Pictures: a figure as it is, or a file.
figure, axes = plt.subplots()
features, target = load_diabetes(return_X_y=True)
axes.scatter(features[:, 2], target, s=6)
axes.set(xlabel="body mass index", ylabel="progression")
run.log_image("progression", plot=plt)
figure.savefig("outputs/progression.png")
run.log_image("from-a-file", path="outputs/progression.png")

# What a classifier and a regressor leave behind.
matrix = {"class_labels": ["cat", "dog"], "matrix": [[46, 4], [7, 43]]}
run.log_confusion_matrix(
    "confusion",
    {"schema_type": "confusion_matrix", "schema_version": "1.0.0", "data": matrix},
    description="cats and dogs",
)
residuals = {"bin_edges": [-40, -20, 0, 20, 40], "bin_counts": [12, 40, 37, 11]}
run.log_residuals("residuals", {"schema_type": "residuals", "schema_version": "1.0.0", "data": residuals})
bins = {
    "bin_averages": [25, 75, 125],
    "bin_errors": [4, 6, 9],
    "bin_counts": [20, 50, 30],
    "bin_edges": [0, 50, 100, 150],
}
run.log_predictions("predictions", {"schema_type": "predictions", "schema_version": "1.0.0", "data": bins})

# Files: outputs/ is taken along by itself, others when told.
Path("outputs/notes.txt").write_text("Whatever is in outputs/ when the run completes belongs to it.\n")
run.upload_file("source/logging_tour.py", __file__)

# Tags can change, a property is written once. Both are found again by get_runs().
run.tag("purpose", "tour")
run.set_tags({"team": "examples", "worth a look": "yes"})
run.add_properties({"author": "runstead"})

run.complete()

for name, value in run.get_metrics().items():
    print(f"{name:>18}  {json.dumps(value, default=str)[:90]}")
print(f"\n{run.get_portal_url()}")
