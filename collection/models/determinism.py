"""How this room runs torch: silently, by deterministic algorithms, from seeds of 53 bits."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

_STATE_OFFSET = 24
"""Bytes before the 624 Mersenne Twister words (8 bytes each) in a CPU generator's state: seed, left, seeded, next."""


def seeded_generator(seed: int) -> torch.Generator:
    """A CPU generator for any seed from 0 to 2**64 - 1.

    Below 2**32 it is the generator that every other tool makes of that seed. torch ignores the higher bits,
    so that seeds 2**32 apart would give one image; for those the Mersenne Twister is keyed with both halves,
    lower first (`init_by_array`, Matsumoto and Nishimura 2002).
    """
    import torch

    generator = torch.Generator("cpu").manual_seed(seed)
    if seed >= 2**32:
        halves = np.array([seed & 0xFFFFFFFF, seed >> 32], dtype=np.uint32)
        words: Any = np.random.RandomState(halves).get_state(legacy=False)
        state = generator.get_state().numpy().copy()
        state[_STATE_OFFSET : _STATE_OFFSET + 624 * 8] = words["state"]["key"].astype(np.uint64).view(np.uint8)
        generator.set_state(torch.from_numpy(state))
    return generator


@contextmanager
def deterministic() -> Iterator[None]:
    """Let torch choose deterministic algorithms wherever it has them; the former choice comes back afterwards."""
    import torch

    enabled = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    benchmark = torch.backends.cudnn.benchmark
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(enabled, warn_only=warn_only)
        torch.backends.cudnn.benchmark = benchmark


@contextmanager
def quiet() -> Iterator[list[str]]:
    """Keep diffusers and transformers from writing to the terminal; hands over the warnings they log meanwhile."""
    said: list[str] = []
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        _hide_progress_bars(stack)
        for name in ("diffusers", "transformers", "huggingface_hub"):
            _divert(logging.getLogger(name), said, stack)
        yield said


class _Collector(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.said = said

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def _divert(logger: logging.Logger, said: list[str], stack: ExitStack) -> None:
    handlers, propagate, level = logger.handlers, logger.propagate, logger.level

    def restore() -> None:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)

    stack.callback(restore)
    logger.handlers, logger.propagate = [_Collector(said)], False
    logger.setLevel(logging.WARNING)


def _hide_progress_bars(stack: ExitStack) -> None:
    from diffusers.utils import logging as diffusers_logging
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
    from transformers.utils import logging as transformers_logging

    hub_shown = not are_progress_bars_disabled()
    for library in (diffusers_logging, transformers_logging):
        if library.is_progress_bar_enabled():
            library.disable_progress_bar()
            stack.callback(library.enable_progress_bar)
    if hub_shown:
        disable_progress_bars()
        stack.callback(enable_progress_bars)
