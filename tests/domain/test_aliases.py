import pytest

from runstead.domain.aliases import newer_name, older_name

NAMES = [
    ("azureml-logs/70_driver_log.txt", "user_logs/std_log.txt"),
    ("azureml-logs/70_driver_log_0.txt", "user_logs/std_log_process_00.txt"),
    ("azureml-logs/70_driver_log_7.txt", "user_logs/std_log_process_07.txt"),
    ("azureml-logs/70_driver_log_123.txt", "user_logs/std_log_process_123.txt"),
    ("azureml-logs/70_driver_log_worker_1.txt", "user_logs/std_log_worker_1.txt"),
    ("azureml-logs/70_driver_log_ps_0.txt", "user_logs/std_log_ps_0.txt"),
]


@pytest.mark.parametrize(("older", "newer"), NAMES)
def test_each_name_leads_to_the_other(older: str, newer: str) -> None:
    assert (newer_name(older), older_name(newer)) == (newer, older)


@pytest.mark.parametrize(
    "path", ["azureml-logs/70_mpi_log.txt", "azureml-logs/60_control_log.txt", "x/azureml-logs/70_driver_log.txt", ""]
)
def test_other_logs_have_one_name(path: str) -> None:
    assert newer_name(path) is None


@pytest.mark.parametrize(
    "path",
    ["user_logs/std_log_process_7.txt", "user_logs/std_log_process_007.txt", "user_logs/mine.txt", "std_log.txt"],
)
def test_what_is_no_newer_name_leads_nowhere(path: str) -> None:
    assert older_name(path) is None
