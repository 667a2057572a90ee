from pathlib import Path

from runstead.client.config import from_environment


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
