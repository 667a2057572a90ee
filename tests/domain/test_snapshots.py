import pytest

from runstead.domain.errors import InvalidArgument, TooLarge
from runstead.domain.snapshots import (
    SnapshotFile,
    SnapshotLimits,
    check_limits,
    manifest_json,
    manifest_of,
    snapshot_id_of,
)

A = SnapshotFile("a.py", "0" * 64, 3)
B = SnapshotFile("b/c.sh", "1" * 64, 4, executable=True)


def test_the_same_files_are_the_same_snapshot_whatever_their_order() -> None:
    assert snapshot_id_of([A, B]) == snapshot_id_of([B, A])
    # Written down: the name of a snapshot is for ever.
    assert snapshot_id_of([A, B]) == "a6ada40a-d5bc-553d-9c35-5b12772143cc"


def test_a_change_of_name_content_or_mode_is_another_snapshot() -> None:
    others = [
        SnapshotFile("A.py", A.sha256, 3),
        SnapshotFile("a.py", "2" * 64, 3),
        SnapshotFile("a.py", A.sha256, 3, executable=True),
    ]
    assert len({snapshot_id_of([one]) for one in [A, *others]}) == 4


def test_a_manifest_survives_its_way_through_json() -> None:
    assert manifest_of(manifest_json([B, A]), SnapshotLimits()) == (A, B)


@pytest.mark.parametrize(
    "rows",
    [
        "a.py",
        ["a.py"],
        [{"path": "../a", "sha256": "0" * 64, "size_bytes": 1}],
        [{"path": "/a", "sha256": "0" * 64, "size_bytes": 1}],
        [{"path": "a/./b", "sha256": "0" * 64, "size_bytes": 1}],
        [{"path": "a\\b", "sha256": "0" * 64, "size_bytes": 1}],
        [{"path": "a", "sha256": "0" * 63, "size_bytes": 1}],
        [{"path": "a", "sha256": "0" * 64, "size_bytes": -1}],
        [{"path": "a", "sha256": "0" * 64, "size_bytes": True}],
        [{"path": "a", "sha256": "0" * 64, "size_bytes": 1}] * 2,
        [{"path": p, "sha256": "0" * 64, "size_bytes": 1} for p in ("a", "a/b")],
    ],
    ids=str,
)
def test_a_manifest_that_could_write_elsewhere_or_twice_is_refused(rows: object) -> None:
    with pytest.raises(InvalidArgument):
        manifest_of(rows, SnapshotLimits())


def test_too_many_bytes_are_told_in_the_sdks_words_with_what_is_largest() -> None:
    sizes = {"train.py": 1 << 20, "data/a.csv": 200 << 20, "data/b.csv": 150 << 20}
    with pytest.raises(TooLarge) as told:
        check_limits(sizes, SnapshotLimits(), source="/src")
    assert told.value.message.startswith(
        "While attempting to take snapshot of /src Your total snapshot size exceeds the limit of 300.0 MB"
    )
    assert "data/ 350.0 MB" in told.value.message
    assert ".amlignore" in told.value.message


def test_too_many_files_are_told() -> None:
    with pytest.raises(TooLarge, match="2001 files and exceeds the limit of 2000"):
        check_limits({str(n): 0 for n in range(2001)}, SnapshotLimits(), source="/src")
