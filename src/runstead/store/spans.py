"""Which points to draw. Pure; docs/notes/charts.md says what is promised."""

import numpy as np

from runstead.store.columns import Flags, Floats, Words


def kept_in(cells: Words, values: Floats) -> Flags:
    """Of points sorted by cell, those that show each cell: its first, last, least and greatest number.

    A cell that has only NaN keeps the first of these, so that a line breaks there.
    """
    kept = np.zeros(values.size, np.bool_)
    numbers = np.flatnonzero(~np.isnan(values))
    if numbers.size == values.size:
        _keep(kept, numbers, cells, values)
        return kept
    _keep(kept, numbers, cells[numbers], values[numbers])
    others = np.flatnonzero(np.isnan(values) & ~np.isin(cells, cells[numbers]))
    kept[others[_begins(cells[others])]] = True
    return kept


def _keep(kept: Flags, places: Words, cells: Words, values: Floats) -> None:
    if places.size == 0:
        return
    begins = _begins(cells)
    starts = np.flatnonzero(begins)
    kept[places[starts]] = True
    kept[places[np.append(starts[1:], places.size) - 1]] = True
    lengths = np.diff(starts, append=places.size)
    for bounds in (np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)):
        hits = np.flatnonzero(values == np.repeat(bounds, lengths))
        kept[places[hits[_begins(cells[hits])]]] = True


def _begins(cells: Words) -> Flags:
    begins = np.ones(cells.size, np.bool_)
    begins[1:] = cells[1:] != cells[:-1]
    return begins
