from __future__ import annotations

import logging
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.models.determinism import deterministic, quiet, seeded_generator


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_small_seed_is_the_seed_that_other_tools_know(seed: int) -> None:
    import torch

    ours = torch.randn(16, generator=seeded_generator(seed))
    assert torch.equal(ours, torch.randn(16, generator=torch.Generator("cpu").manual_seed(seed)))


@settings(deadline=None)
@given(st.integers(2**32, 2**53 - 1))
def test_a_large_seed_keys_the_twister_with_both_halves(seed: int) -> None:
    """NumPy's own Mersenne Twister, keyed alike, must give the same words: torch takes each modulo the range."""
    import torch

    drawn = torch.empty(1000, dtype=torch.int64).random_(0, 2**16, generator=seeded_generator(seed))
    twister = np.random.RandomState(np.array([seed % 2**32, seed // 2**32], dtype=np.uint32))
    words = twister.randint(0, 2**32, size=1000, dtype=np.uint32)
    assert drawn.tolist() == (words % 2**16).tolist()


@settings(deadline=None)
@given(st.integers(0, 2**53 - 1 - 2**32))
def test_seeds_that_agree_in_their_low_bits_differ(seed: int) -> None:
    import torch

    near = torch.randn(16, generator=seeded_generator(seed))
    assert not torch.equal(near, torch.randn(16, generator=seeded_generator(seed + 2**32)))


def test_determinism_is_put_back_as_it_was() -> None:
    import torch

    with deterministic():
        assert torch.are_deterministic_algorithms_enabled()
    assert not torch.are_deterministic_algorithms_enabled()


def test_quiet_hands_over_warnings_and_puts_everything_back(capfd: pytest.CaptureFixture[str]) -> None:
    from diffusers.utils import logging as diffusers_logging
    from huggingface_hub.utils import are_progress_bars_disabled
    from transformers.utils import logging as transformers_logging

    logger = logging.getLogger("diffusers.somewhere")
    parent = logging.getLogger("diffusers")
    before = (list(parent.handlers), parent.level, parent.propagate)
    capfd.readouterr()
    with quiet() as said:
        logger.warning("a %s happened", "thing")
        warnings.warn("old", FutureWarning, stacklevel=1)
        assert not diffusers_logging.is_progress_bar_enabled()
        assert are_progress_bars_disabled()
    assert said == ["a thing happened"]
    assert capfd.readouterr() == ("", "")
    assert (list(parent.handlers), parent.level, parent.propagate) == before
    assert diffusers_logging.is_progress_bar_enabled()
    assert transformers_logging.is_progress_bar_enabled()
    assert not are_progress_bars_disabled()
