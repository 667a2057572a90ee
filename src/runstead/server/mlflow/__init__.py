"""The MLflow face: MLflow's REST API below /mlflow/<workspace>, over the same runs as everything else."""
