"""Work done ahead of whoever needs it."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def batches_ahead(work: Callable[[Item], Result], items: Sequence[Item], batch_size: int) -> Iterator[list[Result]]:
    """What `work` makes of each item, by threads, in batches and in order.

    While the caller is busy with one batch, the next is being worked on; no more than these two are held.
    """
    ahead: deque[list[Future[Result]]] = deque()
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for start in range(0, len(items), batch_size):
            ahead.append([pool.submit(work, item) for item in items[start : start + batch_size]])
            if len(ahead) == 2:
                yield [future.result() for future in ahead.popleft()]
        while ahead:
            yield [future.result() for future in ahead.popleft()]
