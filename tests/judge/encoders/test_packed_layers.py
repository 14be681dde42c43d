"""Packed layers are a matter of speed: what comes out is what torch's own layers give."""

from __future__ import annotations

import copy
import platform

import pytest
import torch
from torch import nn

from collection.judge.encoders.packed_layers import pack

packs_here = platform.machine() in ("x86_64", "AMD64") and torch.backends.mkldnn.is_available()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(5,), (1, 7), (3, 50)])
def test_linear_layers_give_the_same_numbers(bias, shape):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(24, 40, bias=bias), nn.GELU(), nn.Sequential(nn.Linear(40, 8, bias=bias)))
    same(network, torch.randn(*shape, 24))


@pytest.mark.parametrize("masked", [True, False])
def test_self_attention_gives_the_same_numbers(masked):
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.MultiheadAttention(24, 4, batch_first=True)
            self.mask = torch.full((9, 9), float("-inf")).triu(1) if masked else None

        def forward(self, x):
            return self.attention(x, x, x, need_weights=False, attn_mask=self.mask)[0]

    torch.manual_seed(0)
    same(Block(), torch.randn(3, 9, 24))


def test_attention_of_another_kind_is_left_alone():
    crossed = nn.ModuleList(
        [nn.MultiheadAttention(24, 4, kdim=8, vdim=8, batch_first=True), nn.MultiheadAttention(24, 4)]
    )
    kept = list(crossed)
    assert list(pack(crossed)) == kept


def test_half_precision_is_left_alone():
    network = nn.Sequential(nn.Linear(8, 8).bfloat16())
    kept = network[0]
    assert pack(network)[0] is kept


def same(network: nn.Module, rows: torch.Tensor) -> None:
    """The packed copy gives what the network gives."""
    network.eval()
    packed = pack(copy.deepcopy(network))
    assert packs_here == (not list(packed.parameters()))
    with torch.inference_mode():
        torch.testing.assert_close(packed(rows), network(rows), atol=1e-5, rtol=1e-5)
