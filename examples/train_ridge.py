"""Ridge regression on scikit-learn's diabetes data, for a range of alphas: an ordinary Azure ML training script.

Runs by itself (`python train_ridge.py`: metrics are only printed) or submitted (`python submit_ridge.py`).
"""

import argparse
import os

import joblib
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import RepeatedKFold, cross_val_score, train_test_split

from azureml.core import Run

parser = argparse.ArgumentParser()
parser.add_argument("--alphas", type=int, default=20, help="how many alphas between 0 and 1")
parser.add_argument("--repeats", type=int, default=10, help="cross-validations per alpha")
args = parser.parse_args()

run = Run.get_context()
os.makedirs("outputs", exist_ok=True)  # what lands here belongs to the run

X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
run.log("training rows", len(X_train))
run.log("test rows", len(X_test))

folds = RepeatedKFold(n_splits=5, n_repeats=args.repeats, random_state=0)
for alpha in np.linspace(0.0, 1.0, args.alphas + 1)[1:]:
    errors = -cross_val_score(Ridge(alpha=alpha), X_train, y_train, cv=folds, scoring="neg_mean_squared_error")
    model = Ridge(alpha=alpha).fit(X_train, y_train)
    mse = mean_squared_error(y_test, model.predict(X_test))

    run.log("alpha", alpha)
    run.log("mse", mse)
    run.log_row("cross-validation", alpha=alpha, mse=errors.mean(), deviation=errors.std())

    joblib.dump(model, f"outputs/ridge_{alpha:.2f}.pkl")
    print(f"alpha {alpha:.2f}   mse {mse:8.2f}   cross-validated {errors.mean():8.2f} ± {errors.std():.2f}")
