"""Names of types that calls take and give."""

import os
from typing import Any, Callable, Dict, Optional, Union

Document = Dict[str, Any]
"""A JSON object, as `json.loads` makes it."""

StrPath = Union[str, "os.PathLike[str]"]
"""A file's path."""

Progress = Callable[[Document], object]
"""Called with each event of a call at work."""

Approve = Callable[[Document], Optional[str]]
"""Called with `{"digest", "summary", "kind"}` of a plan or a part; gives a name for the journal, or None for a no."""
