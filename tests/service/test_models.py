import pytest

from runstead.domain.errors import Conflict, InvalidArgument, NotFound
from runstead.domain.models import ModelDraft, ModelEdit, ModelFilter
from runstead.domain.runs import RunDraft
from runstead.service import artifacts, logs, models, runs, workspaces
from runstead.service.unit import Unit


def a_blob(unit: Unit, content: bytes) -> str:
    with unit.blobs.writer() as writer:
        writer.write(content)
        return writer.commit().sha256


def a_run_with(unit: Unit, *paths: str) -> None:
    runs.create(unit, "default", RunDraft("r1", "e"))
    for path in paths:
        with unit.blobs.writer() as writer:
            writer.write(path.encode())
            artifacts.put(unit, "default", "r1", path, writer.commit())


def a_model(unit: Unit, name: str = "m", **more: object) -> int:
    files = [{"path": "m.txt", "sha256": a_blob(unit, b"weights")}]
    return models.register(unit, "default", ModelDraft(name, files=files, **more)).version  # type: ignore[arg-type]  # fields of several types


def paths_of(unit: Unit, name: str, version: int = 1) -> list[str]:
    return [file.path for file in models.files(unit, "default", name, version)]


def test_versions_count_per_name_and_a_deleted_number_is_not_given_again(unit: Unit) -> None:
    assert [a_model(unit), a_model(unit), a_model(unit, "other")] == [1, 2, 1]
    models.delete(unit, "default", "m", 2)
    assert models.load(unit, "default", "m").version == 1
    assert a_model(unit) == 3
    with pytest.raises(NotFound, match="version 2"):
        models.load(unit, "default", "m", 2)


@pytest.mark.parametrize(
    ("wanted", "paths"),
    [
        ("./outputs/x.pkl", ["x.pkl"]),
        ("outputs/x.pkl", ["x.pkl"]),
        ("outputs/model/", ["model/a.bin", "model/deep/b.bin"]),
        ("outputs/model", ["model/a.bin", "model/deep/b.bin"]),
        ("plain.pkl", ["plain.pkl"]),
        ("outputs", ["outputs/model/a.bin", "outputs/model/deep/b.bin", "outputs/model.old", "outputs/x.pkl"]),
    ],
)
def test_a_model_is_made_of_a_runs_file_or_folder(unit: Unit, wanted: str, paths: list[str]) -> None:
    names = ("outputs/x.pkl", "outputs/model/a.bin", "outputs/model/deep/b.bin", "outputs/model.old", "plain.pkl")
    a_run_with(unit, *names)

    made = models.register(unit, "default", ModelDraft("m", run_id="r1", run_path=wanted))

    assert sorted(paths_of(unit, "m")) == sorted(paths)
    assert (made.run_id, made.experiment, made.file_count) == ("r1", "e", len(paths))


def test_a_path_that_the_run_does_not_have_is_not_found_and_takes_no_number(unit: Unit) -> None:
    a_run_with(unit, "outputs/x.pkl")
    with pytest.raises(NotFound, match="outputs/x'"):
        models.register(unit, "default", ModelDraft("m", run_id="r1", run_path="outputs/x"))
    assert a_model(unit) == 1


def test_a_log_becomes_a_file_that_no_longer_grows(unit: Unit) -> None:
    a_run_with(unit)
    logs.append(unit, "default", "r1", "logs/x.txt", offset=0, content=b"one")
    models.register(unit, "default", ModelDraft("m", run_id="r1", run_path="logs/x.txt"))
    logs.append(unit, "default", "r1", "logs/x.txt", offset=3, content=b"two")
    with models.open_file(unit, "default", "m", 1, "x.txt")[1] as content:
        assert content.read() == b"one"


def test_blobs_that_were_not_sent_are_named(unit: Unit) -> None:
    lacking = "0" * 64
    with pytest.raises(Conflict) as refused:
        models.register(unit, "default", ModelDraft("m", files=[{"path": "x", "sha256": lacking}]))
    assert refused.value.details == {"missing": [lacking]}


@pytest.mark.parametrize(
    "files",
    [
        [{"path": "../x", "sha256": "0" * 64}],
        [{"path": "/x", "sha256": "0" * 64}],
        [{"path": "x", "sha256": "short"}],
        [{"path": "x", "sha256": "0" * 64}, {"path": "./x", "sha256": "0" * 64}],
        [{"path": "x", "sha256": "0" * 64}, {"path": "x/y", "sha256": "0" * 64}],
        [{}],
    ],
)
def test_files_that_could_not_be_laid_down_are_refused(unit: Unit, files: list[dict[str, str]]) -> None:
    with pytest.raises(InvalidArgument):
        models.register(unit, "default", ModelDraft("m", files=files))


@pytest.mark.parametrize("name", ["", "a/b", "..", "-x", "a b", "x" * 256, "a\n"])
def test_a_name_that_could_be_no_folder_is_refused(unit: Unit, name: str) -> None:
    with pytest.raises(InvalidArgument, match="no model name"):
        a_model(unit, name)


def test_filters_and_the_latest_of_each_name(unit: Unit) -> None:
    a_model(unit, tags={"area": "fruit"})
    a_model(unit, tags={"area": "veg", "seen": None})
    a_model(unit, "other", framework="Onnx", datasets=[{"purpose": "training", "dataset_id": "d1"}])

    def found(**wanted: object) -> list[str]:
        return [one.model_id for one in models.listed(unit, "default", ModelFilter(**wanted))]  # type: ignore[arg-type]  # fields of several types

    assert found() == ["other:1", "m:2", "m:1"]
    assert found(latest=True) == ["other:1", "m:2"]
    assert found(tags=[("area", "fruit")], latest=True) == ["m:1"]
    assert found(tags=[("seen", None)]) == ["m:2"]
    assert found(framework="Onnx") == found(dataset_id="d1") == ["other:1"]


def test_an_edit_is_whole_or_nothing_and_properties_are_written_once(unit: Unit) -> None:
    a_model(unit, tags={"a": "1", "b": "2"}, properties={"author": "x"})
    changed = models.edit(unit, "default", "m", 1, ModelEdit(description="good", tags={"a": "9"}, remove_tags=["b"]))
    assert (changed.tags, changed.description) == ({"a": "9"}, "good")
    with pytest.raises(Conflict, match="property 'author' of model m:1"):
        models.edit(unit, "default", "m", 1, ModelEdit(tags={"c": "3"}, properties={"author": "y"}))
    assert models.load(unit, "default", "m").tags == {"a": "9"}


def test_a_model_is_of_its_workspace_alone(unit: Unit) -> None:
    workspaces.ensure(unit, "other")
    a_model(unit)
    with pytest.raises(NotFound):
        models.load(unit, "other", "m")
