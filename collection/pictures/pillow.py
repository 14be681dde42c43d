"""What Pillow would print is not printed."""

from __future__ import annotations

import warnings

_PILLOW = r"PIL\."
"""The modules of Pillow, as a filter of warnings names them."""


def silence_pillow() -> None:
    """Ignore what Pillow warns of (large pictures, broken tags), which the errors and notes here tell by name.

    The filter is the process's own, so it is added where it is missing, and not once for every picture.
    """
    if _PILLOW not in [getattr(module, "pattern", None) for _, _, _, module, _ in tuple(warnings.filters)]:
        warnings.filterwarnings("ignore", module=_PILLOW)
