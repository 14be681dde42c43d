"""All cores of the processor at work: each takes a piece of a few pictures from the file to the vector.

Pieces need nothing of each other. A network whose every layer is shared out among the cores makes them wait for each
other, and for whichever is busy with decoding the next picture.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from collection.concurrency.prefetch import batches_ahead
from collection.values import ImageEncoder

ROWS = 400
"""Rows that a transformer multiplies at once, patches of all pictures of a piece: they keep one core at its best."""
PIECE = 8
"""Pictures of a piece, where the encoder has no `piece` of its own."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def by_pieces(
    work: Callable[[Sequence[Item]], Result], items: Sequence[Item], encoder: ImageEncoder, batch_size: int
) -> Iterator[list[Result]]:
    """What `work` makes of one piece of the items after another, in order, in batches of about `batch_size` items.

    `work` encodes the pictures of its piece with `encoder`, and several threads call it at once, each with one of
    torch's threads; no batch is so small that cores have nothing to do.
    """
    size = getattr(encoder, "piece", PIECE)
    pieces = [items[start : start + size] for start in range(0, len(items), size)]
    together = max(os.cpu_count() or 1, -(-batch_size // size))
    return batches_ahead(work, pieces, together, prepare=_one_thread if len(pieces) > 1 else None)


def _one_thread() -> None:
    """Torch keeps the number of threads for each calling thread."""
    import torch

    torch.set_num_threads(1)
