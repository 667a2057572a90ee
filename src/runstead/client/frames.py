"""Tabular datasets as pandas data frames. Needs the extra `data`; imported when one is asked for, never before."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas

from runstead.client.sources import DataFile
from runstead.domain.datasets import Definition, chosen
from runstead.domain.errors import InvalidArgument
from runstead.domain.partitions import partition_values

Frame = Any  # pandas.DataFrame; pandas comes without types
Column = Any  # pandas.Series
Options = Mapping[str, Any]  # Any: JSON
PATH_COLUMN = "Path"
ENCODINGS = {"utf8": "utf-8-sig", "iso88591": "latin-1", "utf16": "utf-16", "windows1252": "cp1252"}
COMPRESSIONS = {".gz": "gzip", ".bz2": "bz2", ".zip": "zip", ".xz": "xz"}
NULLS = ["", " ", "NaN", "nan"]  # what SDK v1 takes for missing; pandas would take "NA" and "None", too
_ISO_TIME = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def frame_of(definition: Definition, files: Sequence[DataFile], paths: Sequence[Path], *, on_error: str) -> Frame:
    """All rows after all steps. paths: where each file can be read. on_error: `null` or `fail`."""
    steps = definition["steps"]
    enough = int(steps[0]["count"]) if steps and steps[0]["do"] == "take" else None
    parts: list[Frame] = []
    for file, path in zip(files, paths, strict=True):
        if enough is not None and sum(map(len, parts)) >= enough:
            break
        rows = _read(definition["format"], path, file.name, parts)
        parts.append(_with_origin(rows, definition, file))
    frame = parts[0] if len(parts) == 1 else pandas.concat(parts, ignore_index=True)
    frame = _typed(frame, definition["format"], on_error=on_error)
    for step in steps:
        frame = _stepped(frame, step)
    return frame


def write_frame(frame: Frame, path: Path, *, separator: str | None, row_group_size: int | None = None) -> None:
    """A CSV file with this separator, or a Parquet file where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if separator is None:
        rows = {} if row_group_size is None else {"row_group_size": row_group_size}
        frame.to_parquet(path, engine="pyarrow", index=False, **rows)
    else:
        frame.to_csv(path, sep=separator, index=False)


def grouped(frame: Frame, keys: Sequence[str]) -> list[tuple[tuple[object, ...], Frame]]:
    """(values of the keys, the rows that have them without the keys' columns), in order of the values."""
    _check_columns(frame, keys)
    groups = frame.groupby(list(keys))
    return [(key if isinstance(key, tuple) else (key,), rows.drop(columns=list(keys))) for key, rows in groups]


def _read(options: Options, path: Path, name: str, before: Sequence[Frame]) -> Frame:
    try:
        if options["type"] == "parquet":
            return pandas.read_parquet(path, engine="pyarrow")
        if options["type"] == "json_lines":
            return _read_json_lines(options, path, name)
        return _read_delimited(options, path, name, before)
    except (ValueError, pandas.errors.ParserError) as error:
        raise InvalidArgument(f"{name} cannot be read as {options['type']}: {error}") from error


def _read_delimited(options: Options, path: Path, name: str, before: Sequence[Frame]) -> Frame:
    header = options["header"]
    has_names = header in ("same", "combine") or (header == "first" and not before)
    plain = len(options["separator"]) == 1
    try:
        frame = pandas.read_csv(
            path,
            sep=options["separator"],
            header=0 if has_names else None,
            encoding=ENCODINGS.get(options["encoding"], options["encoding"]),
            dtype=None if options["infer"] else str,
            keep_default_na=False,
            na_values=[] if options["empty_as_string"] else NULLS,
            compression=COMPRESSIONS.get(Path(name).suffix),
            engine="c" if plain else "python",
            **({"low_memory": False} if plain else {}),
        )
    except pandas.errors.EmptyDataError:
        return pandas.DataFrame()
    if not has_names:
        named = header == "first" and len(before[0].columns) >= frame.shape[1]
        names = list(before[0].columns)[: frame.shape[1]] if named else []
        frame.columns = pandas.Index(names or [f"Column{index + 1}" for index in range(frame.shape[1])])
    return frame


def _read_json_lines(options: Options, path: Path, name: str) -> Frame:
    encoding = ENCODINGS.get(options["encoding"], options["encoding"])
    compression = COMPRESSIONS.get(Path(name).suffix)
    if options["invalid_lines"] == "error":
        return pandas.read_json(path, lines=True, encoding=encoding, compression=compression)
    lines = path.read_text(encoding=encoding).splitlines()
    good = [row for line in lines if (row := _json_row(line)) is not None]
    return pandas.concat(good, ignore_index=True) if good else pandas.DataFrame()


def _json_row(line: str) -> Frame | None:
    try:
        return pandas.json_normalize(pandas.io.json.ujson_loads(line), max_level=0)
    except (ValueError, AttributeError, NotImplementedError):
        return None


def _with_origin(frame: Frame, definition: Definition, file: DataFile) -> Frame:
    """With the columns that the file's path says."""
    if (text := definition["partition_format"]) is not None:
        values = partition_values(text, file.full_path)
        if values is None:
            raise InvalidArgument(f"the path {file.full_path!r} has not the partition_format {text!r}")
        frame = frame.assign(**values)
    if definition["format"]["include_path"]:
        frame.insert(0, PATH_COLUMN, f"/{file.name}")
    return frame


def _typed(frame: Frame, options: Options, *, on_error: str) -> Frame:
    told = options["column_types"]
    _check_columns(frame, list(told))
    if options["type"] == "delimited" and options["infer"]:
        for name in frame.columns:
            if name not in told and _holds_times(frame[name]):
                frame[name] = pandas.to_datetime(frame[name], format="ISO8601", utc=True).dt.tz_localize(None)
    for name, kind in told.items():
        frame[name] = _converted(frame[name], kind, errors="raise" if on_error == "fail" else "coerce")
    return frame


def _holds_times(column: Column) -> bool:
    if not (column.dtype == object or pandas.api.types.is_string_dtype(column)):
        return False
    said = column.dropna()
    if said.empty or not isinstance(said.iloc[0], str) or not re.fullmatch(_ISO_TIME, said.iloc[0]):
        return False
    return bool(said.astype(str).str.fullmatch(_ISO_TIME).all())


def _converted(column: Column, kind: Options, *, errors: str) -> Column:
    try:
        match kind["type"]:
            case "datetime":
                formats = kind["formats"] or ["mixed"]
                tried = [pandas.to_datetime(column, format=one, errors="coerce") for one in formats]
                found = tried[0]
                for other in tried[1:]:
                    found = found.fillna(other)
                if errors == "raise" and bool((found.isna() & column.notna()).any()):
                    raise ValueError("some values are no points in time")
                return found
            case "long":
                numbers = pandas.to_numeric(column, errors=errors)
                return numbers if numbers.isna().any() else numbers.astype("int64")
            case "float":
                text = (
                    column if kind["decimal_mark"] == "." else column.astype(str).str.replace(kind["decimal_mark"], ".")
                )
                return pandas.to_numeric(text, errors=errors).astype("float64")
            case "bool":
                return column.astype(str).str.lower().map(_BOOLEANS)
        return column.where(column.isna(), column.astype(str))
    except ValueError as error:
        raise InvalidArgument(f"the column {column.name!r} cannot be made {kind['type']}: {error}") from error


def _stepped(frame: Frame, step: Mapping[str, Any]) -> Frame:
    match step["do"]:
        case "keep_columns":
            _check_columns(frame, step["columns"])
            return frame[step["columns"]]
        case "drop_columns":
            return frame.drop(columns=[name for name in step["columns"] if name in frame.columns])
        case "timestamps":
            return frame
        case "time":
            return _within(frame, step)
    return frame.iloc[chosen(len(frame), step)].reset_index(drop=True)


def _within(frame: Frame, step: Mapping[str, Any]) -> Frame:
    _check_columns(frame, [step["column"]])
    times = pandas.to_datetime(frame[step["column"]], utc=True)
    kept = pandas.Series(data=True, index=frame.index)
    closed = step["include_boundary"]
    if step["start"] is not None:
        start = pandas.Timestamp(step["start"], tz="UTC")
        kept &= times >= start if closed else times > start
    if step["end"] is not None:
        end = pandas.Timestamp(step["end"], tz="UTC")
        kept &= times <= end if closed else times < end
    return frame[kept].reset_index(drop=True)


def _check_columns(frame: Frame, names: Sequence[str]) -> None:
    if missing := [name for name in names if name not in frame.columns]:
        raise InvalidArgument(f"there is no column {', '.join(map(repr, missing))}; there are {list(frame.columns)}")
