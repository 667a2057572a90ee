"""What a log never shows, however it is cut."""

import base64
import os

import pytest

from runstead.domain.runs import RunDraft
from runstead.domain.secrets import SecretWrite
from runstead.service import logs, runs, secrets, workspaces
from runstead.service.masks import NOTHING_OF_OURS, mask_for
from runstead.service.unit import Unit

PASSWORD = "correct-horse-battery"
STORAGE_KEY = base64.b64encode(b"k" * 64).decode()
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJydW4tMSJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
PEM = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEAx/7\n" * 20 + "-----END RSA PRIVATE KEY-----"
KEYS = {
    f"DefaultEndpointsProtocol=https;AccountName=me;AccountKey={STORAGE_KEY};EndpointSuffix=x": STORAGE_KEY,
    f"Endpoint=sb://x;SharedAccessKey={STORAGE_KEY[:43]}=": STORAGE_KEY[:43],
    f'"storage_account_key": "{STORAGE_KEY}"': STORAGE_KEY,
    f"the key is {STORAGE_KEY} and": STORAGE_KEY,
    "https://me.blob.example/c?sv=2021&sig=aB3%2Bc9dkdkdkdkdkdkdkdkdk%3D&se=1": "aB3%2Bc9dkdkdkdkdkdkdkdk%3D",
    "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE": "IOSFODNN7EXAMPLE",
    "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "Authorization: Bearer abcdef0123456789abcdef": "abcdef0123456789abcdef",
    "Authorization: Basic dXNlcjpwYXNzd29yZA==": "dXNlcjpwYXNzd29yZA==",
    f"token {JWT}": JWT[3:],
    "remote: ghp_" + "a1B2" * 9: "a1B2" * 9,
    "github_pat_11ABCDEFG0123456789_abcdefghij": "11ABCDEFG0123456789_abcdefghij",
    "glpat-abcdefghij0123456789": "abcdefghij0123456789",
    "xoxb-123456789012-abcdefghij": "123456789012-abcdefghij",
    "hf_" + "aB" * 17: "aB" * 17,
    "sk-proj-" + "aB3_" * 8: "aB3_" * 8,
    "AIza" + "SyA-1_b" * 5: "SyA-1_b" * 5,
    "pypi-AgEIcHlwaS5vcmc" + "Ab1_" * 10: "Ab1_" * 10,
    "postgresql://me:s3cret@db.example/x": "s3cret",
    PEM: "MIIEpAIBAAKCAQEAx/7",
}
KEYS_LINE = next(iter(KEYS))
HARMLESS = """Epoch 1/10 loss=0.3421 acc: 0.99 https://example.com:8080/a/b numpy==1.26.4 sha256=abc
hello eyJ and ghp_ and sig=short and key=value and AKIA and sk-learn and pypi-mirror, http://host:80/x@y
-----BEGIN CERTIFICATE-----
MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ
-----END CERTIFICATE-----
"""


def logged(unit: Unit, pieces: list[bytes], *, run_id: str = "r") -> bytes:
    runs.create(unit, "default", RunDraft(run_id, "e", kind="script", status="Running"))
    offset = 0
    for piece in pieces:
        logs.append(unit, "default", run_id, "azureml-logs/70_driver_log.txt", offset=offset, content=piece)
        offset += len(piece)
    runs.set_status(unit, "default", run_id, "Completed")
    return shown(unit, run_id)


def shown(unit: Unit, run_id: str) -> bytes:
    return logs.read(unit, "default", run_id, "azureml-logs/70_driver_log.txt", offset=0, limit=1 << 24).content


@pytest.mark.parametrize(("line", "key"), KEYS.items(), ids=[line[:24] for line in KEYS])
def test_what_looks_like_a_key_is_hidden_wherever_it_is_cut_and_the_rest_stays(line: str, key: str) -> None:
    text = f"before {line} after\n".encode()
    whole = NOTHING_OF_OURS.blanked(text)
    assert key.encode() not in whole
    assert len(whole) == len(text)
    assert whole.startswith(b"before ")
    assert whole.endswith(b" after\n")
    for cut in range(1, len(text)):
        # As a log is kept: what came before is looked at again together with what comes.
        begun = NOTHING_OF_OURS.blanked(text[:cut])
        assert NOTHING_OF_OURS.blanked(begun + text[cut:]) == whole, cut


def test_what_is_no_key_stays_as_it_is() -> None:
    assert NOTHING_OF_OURS.blanked(HARMLESS.encode()) is not None
    assert NOTHING_OF_OURS.blanked(HARMLESS.encode()).decode() == HARMLESS


def test_any_bytes_are_taken(unit: Unit) -> None:
    noise = os.urandom(1 << 16)
    assert NOTHING_OF_OURS.blanked(noise + b"\xff\xfeAKIAIOSFODNN7EXAMPLE").endswith(b"AKIA" + b"*" * 16)


def test_a_secret_of_the_workspace_is_hidden_wherever_it_is_cut(unit: Unit) -> None:
    secrets.put(unit, "default", SecretWrite("db", PASSWORD))
    text = f"the password is {PASSWORD}, {PASSWORD}\n".encode()
    for cut in range(1, len(text)):
        kept = logged(unit, [text[:cut], text[cut:]], run_id=f"r{cut}")
        assert kept == text.replace(PASSWORD.encode(), b"*" * len(PASSWORD)), cut


def test_a_log_that_comes_byte_by_byte_or_again_keeps_its_offsets_and_shows_nothing(unit: Unit) -> None:
    secrets.put(unit, "default", SecretWrite("db", PASSWORD))
    text = f"{PASSWORD} https://a:{PASSWORD}@b ghp_{'x' * 36} {JWT}\n".encode()
    kept = logged(unit, [text[n : n + 1] for n in range(len(text))])
    assert logs.append(unit, "default", "r", "azureml-logs/70_driver_log.txt", offset=0, content=text) == len(text)
    assert shown(unit, "r") == kept
    assert len(kept) == len(text)
    for hidden in (PASSWORD, "x" * 4, JWT[3:20]):
        assert hidden.encode() not in kept


def test_a_growing_log_does_not_show_the_first_part_of_a_secret(unit: Unit) -> None:
    secrets.put(unit, "default", SecretWrite("db", PASSWORD))
    runs.create(unit, "default", RunDraft("r", "e", kind="script", status="Running"))
    offset = 0
    for piece in (f"go {PASSWORD[:12]}", f"{PASSWORD[12:]}, ghp_{'x' * 12}", f"{'y' * 24}\nprompt> "):
        offset = logs.append(
            unit, "default", "r", "azureml-logs/70_driver_log.txt", offset=offset, content=piece.encode()
        )
        assert PASSWORD[:8].encode() not in shown(unit, "r")
        assert b"xxx" not in shown(unit, "r")
    assert shown(unit, "r") == f"go {'*' * len(PASSWORD)}, ghp_{'*' * 36}\nprompt> ".encode()


def test_secrets_of_several_lines_and_in_other_spellings_are_hidden() -> None:
    mask = mask_for(["first line of the secret\nsecond line of the secret\n}", 'pass"word/1'])
    told = b'> second line of the secret <\npass\\"word/1 pass%22word%2F1 pass"word/1'
    assert b"second" not in mask.blanked(told)
    assert b"word" not in mask.blanked(told)


def test_a_new_secret_is_hidden_from_then_on_and_a_deleted_one_is_not(unit: Unit) -> None:
    assert PASSWORD.encode() in logged(unit, [PASSWORD.encode()], run_id="r1")
    secrets.put(unit, "default", SecretWrite("db", PASSWORD))
    assert PASSWORD.encode() not in logged(unit, [PASSWORD.encode()], run_id="r2")
    secrets.delete(unit, "default", "db")
    assert PASSWORD.encode() in logged(unit, [PASSWORD.encode()], run_id="r3")


def test_a_secret_of_another_workspace_is_no_secret_here(unit: Unit) -> None:
    workspaces.ensure(unit, "other")
    secrets.put(unit, "other", SecretWrite("db", PASSWORD))
    assert PASSWORD.encode() in logged(unit, [PASSWORD.encode()])


def test_the_error_and_the_warnings_of_a_run_show_no_secret(unit: Unit) -> None:
    secrets.put(unit, "default", SecretWrite("db", PASSWORD))
    runs.create(unit, "default", RunDraft("r", "e", kind="script", status="Running"))
    error = {"code": "UserError", "message": f"ValueError: {PASSWORD}", "inner": [{"text": KEYS_LINE}]}

    told = runs.set_status(unit, "default", "r", "Failed", error=error, warnings=[f"saw {PASSWORD}"])

    assert told.error is not None
    assert told.error["message"] == "ValueError: " + "*" * len(PASSWORD)
    assert STORAGE_KEY not in str(told.error)
    assert PASSWORD not in str(told.warnings)
