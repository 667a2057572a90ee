from pathlib import Path

from runstead.client.config import from_environment, input_datasets, output_datasets


def test_without_any_variable_the_local_server_of_the_home_folder_is_meant() -> None:
    settings = from_environment({})
    assert (settings.url, settings.token, settings.autostart) == (None, None, True)
    assert settings.home == Path.home() / ".runstead"


def test_a_shared_server_is_named_by_address_and_token() -> None:
    settings = from_environment({"RUNSTEAD_URL": "http://box:7373/", "RUNSTEAD_TOKEN": " t \n"})
    assert (settings.url, settings.token) == ("http://box:7373", "t")


def test_in_a_job_its_own_service_wins() -> None:
    settings = from_environment(
        {
            "RUNSTEAD_URL": "http://box:7373",
            "RUNSTEAD_TOKEN": "owner",
            "AZUREML_SERVICE_ENDPOINT": "http://127.0.0.1:1",
            "AZUREML_RUN_TOKEN": "run",
        }
    )
    assert (settings.url, settings.token, settings.in_job) == ("http://127.0.0.1:1", "run", True)


def test_autostart_can_be_forbidden_in_several_words() -> None:
    for word in ("0", "false", "No", "OFF"):
        assert not from_environment({"RUNSTEAD_AUTOSTART": word}).autostart


def test_the_data_of_a_job_is_found_by_name_even_where_the_name_is_that_of_another_variable() -> None:
    told = {
        "AZUREML_DATASET_ENVIRONMENT_VARS": "iris:mount, PATH:direct,gone:mount",
        "AZUREML_DATAREFERENCE_iris": "/data/iris",
        "AZUREML_DATAREFERENCE_PATH": "an-id",
        "PATH": "/bin",
        "AZUREML_DATASET_FILE_OUTPUTS": "out;lost",
        "out": "/data/out",
    }
    assert input_datasets(told) == [("iris", "mount", "/data/iris"), ("PATH", "direct", "an-id")]
    assert output_datasets(told) == {"out": "/data/out"}
    assert (input_datasets({}), output_datasets({})) == ([], {})
