"""Several saved logs, one after the other."""

from __future__ import annotations

from collections.abc import Iterable

from ._native import scan_log
from ._types import Document, StrPath


def scan_logs(paths: Iterable[StrPath]) -> list[Document]:
    """What each saved log holds, in the order given; memory is bounded whatever their size."""
    return [scan_log(path) for path in paths]
