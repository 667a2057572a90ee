"""`azureml.telemetry` exists, and sends nothing."""

import subprocess
import sys

from azureml.telemetry import set_diagnostics_collection


def test_the_switch_can_be_set_either_way_and_says_that_nothing_is_sent() -> None:
    assert {set_diagnostics_collection(send_diagnostics=on) for on in (True, False)} == {
        "Runstead sends no diagnostics."
    }


def test_setting_it_loads_nothing_that_could_send() -> None:
    code = "import sys; from azureml.telemetry import set_diagnostics_collection as s; s(True)"
    loaded = f"{code}; print([m for m in ('socket', 'ssl', 'urllib3', 'http.client') if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=False, timeout=60)

    assert done.stdout.strip() == "[]", done.stderr
