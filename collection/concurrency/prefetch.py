"""Work done ahead of whoever needs it."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def batches_ahead(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    batch_size: int,
    *,
    prepare: Callable[[], object] | None = None,
) -> Iterator[list[Result]]:
    """What `work` makes of each item, by threads, in batches and in order. `prepare` is called in each thread first.

    While the caller is busy with one batch, the next is being worked on; no more than these two are held. Where the
    caller goes away, items that nobody has begun are left.
    """
    ahead: deque[list[Future[Result]]] = deque()
    pool = ThreadPoolExecutor(max_workers=os.cpu_count(), initializer=prepare)
    try:
        for start in range(0, len(items), batch_size):
            ahead.append([pool.submit(work, item) for item in items[start : start + batch_size]])
            if len(ahead) == 2:
                yield [future.result() for future in ahead.popleft()]
        while ahead:
            yield [future.result() for future in ahead.popleft()]
    finally:
        pool.shutdown(cancel_futures=True)
