import time
from pathlib import Path

import mlflow
import pytest
import urllib3
from mlflow.exceptions import MlflowException

from tests.server.mlflow.conftest import Tracking


def run_with_model(tracking: Tracking) -> str:
    """A run whose folder `model` has two files."""
    run_id: str = tracking.client.create_run("0").info.run_id
    tracking.client.log_text(run_id, "flavors: {}", "model/MLmodel")
    tracking.client.log_text(run_id, "weights", "model/bin/w.txt")
    return run_id


def registered(tracking: Tracking, name: str, versions: int = 1) -> str:
    """A registered model; returns the id of its run."""
    run_id = run_with_model(tracking)
    tracking.client.create_registered_model(name)
    for _ in range(versions):
        tracking.client.create_model_version(name, f"runs:/{run_id}/model", run_id)
    return run_id


def test_a_model_of_a_run_is_registered_and_comes_back_whatever_became_of_the_run(
    tracking: Tracking, tmp_path: Path
) -> None:
    run_id = registered(tracking, "round-trip")
    root = f"api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts"
    assert tracking.call("DELETE", f"{root}/model")[0] == 200
    back = Path(mlflow.artifacts.download_artifacts("models:/round-trip/1", dst_path=str(tmp_path)))
    names = {str(path.relative_to(back)) for path in back.rglob("*") if path.is_file()}
    assert names - {"registered_model_meta"} == {"MLmodel", "bin/w.txt"}  # the client writes that one itself
    assert (back / "bin/w.txt").read_text() == "weights"


def test_what_the_sdk_registers_is_there_for_mlflow_and_the_other_way_round(tracking: Tracking) -> None:
    registered(tracking, "from-mlflow")
    assert [one["version"] for one in tracking.ours("GET", "models?name=from-mlflow")["models"]] == [1]
    assert tracking.client.get_registered_model("from-mlflow").latest_versions[0].version == "1"


def test_names_are_described_tagged_renamed_and_deleted(tracking: Tracking) -> None:
    registered(tracking, "old-name", versions=2)
    tracking.client.update_registered_model("old-name", "what it is")
    tracking.client.set_registered_model_tag("old-name", "k", "v")
    tracking.client.rename_registered_model("old-name", "new-name")
    found = tracking.client.get_registered_model("new-name")
    assert (found.description, found.tags, found.latest_versions[0].version) == ("what it is", {"k": "v"}, "2")
    with pytest.raises(MlflowException, match="already exists"):
        tracking.client.create_registered_model("new-name")
    source = tracking.client.get_model_version("new-name", "2").source
    assert tracking.client.create_model_version("new-name", source).version == "3"
    tracking.client.delete_registered_model("new-name")
    with pytest.raises(MlflowException, match="not found"):
        tracking.client.get_registered_model("new-name")


def test_an_alias_leads_to_a_version_until_it_is_moved_or_deleted(tracking: Tracking) -> None:
    registered(tracking, "aliased", versions=2)
    for version in ("1", "2"):
        tracking.client.set_registered_model_alias("aliased", "champion", version)
        assert tracking.client.get_model_version_by_alias("aliased", "champion").version == version
    tracking.client.delete_registered_model_alias("aliased", "champion")
    with pytest.raises(MlflowException, match="not found"):
        tracking.client.get_model_version_by_alias("aliased", "champion")
    for bad in ("latest", "v1", "a b", ""):
        with pytest.raises(MlflowException):
            tracking.client.set_registered_model_alias("aliased", bad, "1")


def test_stages_move_and_archive_what_was_there(tracking: Tracking) -> None:
    registered(tracking, "staged", versions=2)
    call = "api/2.0/mlflow/model-versions/transition-stage"
    for version in ("1", "2"):
        status, _ = tracking.call(
            "POST", call, name="staged", version=version, stage="production", archive_existing_versions=True
        )
        assert status == 200
    found = {v.version: v.current_stage for v in tracking.client.search_model_versions("name='staged'")}
    assert found == {"1": "Archived", "2": "Production"}
    _, told = tracking.call(
        "POST", "api/2.0/mlflow/registered-models/get-latest-versions", name="staged", stages=["Production"]
    )
    assert [one["version"] for one in told["model_versions"]] == ["2"]
    assert tracking.call("POST", call, name="staged", version="1", stage="Somewhere")[0] == 400


def test_versions_are_described_tagged_searched_and_deleted(tracking: Tracking) -> None:
    run_id = registered(tracking, "versioned", versions=2)
    tracking.client.update_model_version("versioned", "1", "the first")
    tracking.client.set_model_version_tag("versioned", "1", "k", "v")
    tracking.client.set_registered_model_alias("versioned", "gone", "1")
    found = tracking.client.search_model_versions(f"run_id='{run_id}' AND tags.k = 'v'")
    assert [(one.version, one.description, one.aliases) for one in found] == [("1", "the first", ["gone"])]
    tracking.client.delete_model_version("versioned", "1")
    assert [one.version for one in tracking.client.search_model_versions("name = 'versioned'")] == ["2"]
    assert tracking.client.get_registered_model("versioned").aliases == {}


def test_names_are_searched_sorted_and_paged(tracking: Tracking) -> None:
    for name in ("find-b", "find-a", "find-c"):
        tracking.client.create_registered_model(name, tags={"kind": "found"})
    first = tracking.client.search_registered_models("tags.kind = 'found'", max_results=2, order_by=["name DESC"])
    rest = tracking.client.search_registered_models(
        "tags.kind = 'found'", max_results=2, order_by=["name DESC"], page_token=first.token
    )
    assert [one.name for one in [*first, *rest]] == ["find-c", "find-b", "find-a"]
    assert [one.name for one in tracking.client.search_registered_models("name ILIKE 'FIND-A'")] == ["find-a"]


def test_a_version_may_be_told_before_its_files_are_there_and_leads_to_where_they_will_be(tracking: Tracking) -> None:
    tracking.client.create_registered_model("ahead")
    run_id = tracking.client.create_run("0").info.run_id
    for source, told in ((f"runs:/{run_id}/later", run_id), ("runs:/elsewhere/model", "elsewhere")):
        made = tracking.client.create_model_version("ahead", source, told)
        assert (made.source, made.run_id, made.status) == (source, told, "READY")
        assert tracking.client.get_model_version_download_uri("ahead", made.version) == source
    root = tracking.client.get_run(run_id).info.artifact_uri
    assert tracking.client.create_model_version("ahead", root, run_id).source == root


def test_a_version_is_copied_with_its_files(tracking: Tracking, tmp_path: Path) -> None:
    run_id = registered(tracking, "origin")
    tracking.client.set_registered_model_alias("origin", "best", "1")
    copied = tracking.client.copy_model_version("models:/origin@best", "copy")
    assert (copied.version, copied.source, copied.run_id) == ("1", "models:/origin/1", run_id)
    tracking.client.delete_registered_model("origin")
    back = Path(mlflow.artifacts.download_artifacts("models:/copy/1", dst_path=str(tmp_path)))
    assert (back / "bin/w.txt").read_text() == "weights"


def test_a_copy_of_a_version_without_files_leads_to_where_its_origin_does(tracking: Tracking) -> None:
    tracking.client.create_registered_model("bare")
    tracking.client.create_model_version("bare", "runs:/run_id/model", "run_id_1", description="d", tags={"a": "b"})
    copied = tracking.client.copy_model_version("models:/bare/1", "bare")
    assert (copied.version, copied.source, copied.run_id, copied.tags) == (
        "2",
        "models:/bare/1",
        "run_id_1",
        {"a": "b"},
    )
    assert tracking.client.get_model_version_download_uri("bare", "2") == "runs:/run_id/model"


@pytest.mark.parametrize("name", ["My model", "größe µ", "100%25 #1?&=+", 'it\'s "x" <b>'])
def test_any_visible_name_without_slash_and_colon_is_a_models_name(
    tracking: Tracking, tmp_path: Path, name: str
) -> None:
    registered(tracking, name)
    uri = tracking.client.get_model_version_download_uri(name, "1")
    back = Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=str(tmp_path)))
    assert {str(path.relative_to(back)) for path in back.rglob("*") if path.is_file()} == {"MLmodel", "bin/w.txt"}
    status, told = tracking.call("GET", "model-versions/get-artifact", name=name, version=1, path="../bin/w.txt")
    assert (status, told) == (400, {"error_code": "INVALID_PARAMETER_VALUE", "message": "Invalid path"})
    assert [one.name for one in tracking.client.search_registered_models() if one.name == name] == [name]


def test_what_changes_a_name_and_what_does_not(tracking: Tracking) -> None:
    def changed_at() -> int:
        at: int = tracking.client.get_registered_model("dated").last_updated_timestamp
        return at

    run_id = registered(tracking, "dated", versions=2)
    before = changed_at()
    tracking.client.update_model_version("dated", "1", "described")
    assert changed_at() == before
    stage = {"name": "dated", "version": "1", "stage": "Staging"}
    for change in (
        lambda: tracking.call("POST", "api/2.0/mlflow/model-versions/transition-stage", **stage),
        lambda: tracking.client.delete_model_version("dated", "1"),
        lambda: tracking.client.create_model_version("dated", f"runs:/{run_id}/model", run_id),
    ):
        begun_at = time.time_ns() // 1_000_000
        change()
        assert changed_at() >= begun_at
    assert [one.version for one in tracking.client.search_model_versions("name = 'dated'")] == ["3", "2"]
    with pytest.raises(MlflowException, match=r"Model Version .+ not found"):
        tracking.client.get_model_version("dated", "1")


def test_prompts_are_kept_and_shown_only_where_they_are_asked_for(tracking: Tracking) -> None:
    is_prompt = {"key": "mlflow.prompt.is_prompt", "value": "true"}
    text = {"key": "mlflow.prompt.text", "value": "Hello {{name}}"}
    create = "api/2.0/mlflow/{}/create"
    assert tracking.call("POST", create.format("registered-models"), name="greeting", tags=[is_prompt])[0] == 200
    status, told = tracking.call(
        "POST", create.format("model-versions"), name="greeting", source="dummy-source", tags=[is_prompt, text]
    )
    assert (status, told["model_version"]["version"]) == (200, "1")
    found = "tags.`mlflow.prompt.is_prompt` = 'true'"
    assert [one.name for one in tracking.client.search_registered_models(found)] == ["greeting"]
    assert "greeting" not in [one.name for one in tracking.client.search_registered_models()]
    assert list(tracking.client.search_model_versions("name = 'greeting'")) == []
    assert [one.tags[text["key"]] for one in tracking.client.search_model_versions(found)] == [text["value"]]


HOSTILE = [
    "/etc/passwd",
    "../../etc",
    "file:///etc/passwd",
    "FILE:///etc",
    "file://localhost/etc/passwd",
    "..\\..\\windows",
    "http://metadata.example.com/latest/meta-data",
    "http://metadata.test/latest/meta-data",
    "https://evil.example.com/model",
    "http:///?/../../etc",
    "http://x/#/../../etc",
    "http://x/;/../../etc",
    "s3://bucket/model",
    "//etc/passwd",
    "runs:/{run}/../../../etc/passwd",
    "runs:/{run}/model/../../../etc",
    "runs:/{run}/..%2f..%2fetc/../..",
    "runs:/../{run}/model",
    "runs:/{run}/",
    "mlflow-artifacts:/0/{run}/artifacts/../../../etc",
    "mlflow-artifacts:/../../etc/passwd",
    "mlflow-artifacts:/registered/x/1",
    "mlflow-artifacts:/0/{run}/artifacts/model%2f..%2f..%2f..",
    "mlflow-artifacts:/0/{run}/artifacts/model%252f%252e%252e",
    "mlflow-artifacts:/0/{run}/artifacts/a%00b",
    "mlflow-artifacts:/0/{run}/artifacts/model?x=/../..",
    "runs://evil.example.com/{run}/model",
    "models://evil.example.com/x/1",
    "models:/nobody/1",
    "models:/nobody@alias",
    "models:/m-0123",
    "dummy",
    "prompt-template/../../etc",
    "ftp://evil.example.com/x",
    "gopher://evil.example.com/x",
    "mlflow-artifacts://evil.example.com/0/{run}/artifacts/model",
    "models:/m-0123/../../etc",
    "$HOME/model",
]


@pytest.mark.parametrize("source", HOSTILE)
@pytest.mark.parametrize("tags", [[], [{"key": "mlflow.prompt.is_prompt", "value": "true"}]])
def test_a_source_that_is_no_file_of_a_run_makes_no_version(
    tracking: Tracking, source: str, tags: list[dict[str, str]]
) -> None:
    """CVE-2023-1176 and the chain after it, CVE-2026-2614, and planted sources of SSRF: nothing is read or fetched."""
    run_id = run_with_model(tracking)
    name = f"hostile-{HOSTILE.index(source)}-{len(tags)}"
    tracking.client.create_registered_model(name)
    status, told = tracking.call(
        "POST",
        "api/2.0/mlflow/model-versions/create",
        name=name,
        source=source.format(run=run_id),
        run_id=run_id,
        tags=tags,
    )
    assert status in (400, 404), told
    assert list(tracking.client.search_model_versions(f"name='{name}'")) == []


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a:b", "x" * 300, "a\x00b", "a\\b", "..", " "])
def test_hostile_names_are_refused(tracking: Tracking, name: str) -> None:
    status, told = tracking.call("POST", "api/2.0/mlflow/registered-models/create", name=name)
    assert (status, told["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("path", ["../../../etc/passwd", "%2e%2e/%2e%2e/x", "..%5cx", "no-such"])
def test_no_path_leaves_a_version(tracking: Tracking, path: str) -> None:
    """CVE-2023-2780."""
    name = f"paths-{abs(hash(path))}"
    registered(tracking, name)
    status, _ = tracking.call("GET", f"api/2.0/mlflow-artifacts/artifacts/registered/{name}/1/{path}")
    assert status in (400, 404)


def test_a_version_of_a_whole_run_has_its_files(tracking: Tracking) -> None:
    client = tracking.client
    run = client.create_run("0").info
    client.log_text(run.run_id, "abc", "a.txt")
    client.create_registered_model("whole-run")
    for source in (run.artifact_uri, f"{run.artifact_uri}/."):
        made = client.create_model_version("whole-run", source, run.run_id)
        url = f"{tracking.uri}/model-versions/get-artifact?name=whole-run&version={made.version}&path=a.txt"
        reply = urllib3.request("GET", url, headers={"Authorization": f"Bearer {tracking.server.token}"})
        assert (reply.status, reply.data, reply.headers["Content-Type"]) == (200, b"abc", "text/plain; charset=utf-8")


def test_versions_in_an_order_of_ones_own_go_by_name_where_that_says_nothing(tracking: Tracking) -> None:
    for name in ("order-a", "order-b"):
        tracking.client.create_registered_model(name)
        tracking.client.create_model_version(name, "runs:/r/model", "r-order")
    there = tracking.client.search_model_versions("run_id = 'r-order'", order_by=["version_number DESC"])
    assert [one.name for one in there] == ["order-a", "order-b"]
