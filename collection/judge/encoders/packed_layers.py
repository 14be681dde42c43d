"""The layers in which a transformer spends its time, with weights laid out for the processor that runs them.

torch multiplies float32 matrices on a processor with MKL, which is slower than oneDNN on those of AMD and lays the
weights out anew at every call. Both libraries are in torch; `benchmarks/judge.py` compares.
"""

from __future__ import annotations

import platform
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from collection.concurrency.pieces import ROWS


def pack(network: Any) -> Any:
    """The network, its linear layers and self-attentions replaced in place by equal ones with packed weights.

    Weights are laid out for inputs of `ROWS` rows; others work as well, hardly slower.

    For inference alone: the weights are no parameters any more, and no state can be loaded or saved. Results are those
    of float32 summed in another order. Left alone on accelerators, in half precision and on processors other than x86.
    """
    if platform.machine() in ("x86_64", "AMD64") and torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        _pack_children(network)
    return network


def _pack_children(module: nn.Module) -> None:
    for name, child in module.named_children():
        if type(child) is nn.Linear and _packable(child.weight):
            setattr(module, name, _Linear(child.weight, child.bias))
        elif type(child) is nn.MultiheadAttention and _is_plain(child) and _packable(child.in_proj_weight):
            setattr(module, name, _SelfAttention(child))
        else:
            _pack_children(child)


def _packable(weight: torch.Tensor) -> bool:
    return weight.device.type == "cpu" and weight.dtype == torch.float32


def _is_plain(attention: nn.MultiheadAttention) -> bool:
    """One matrix for queries, keys and values, nothing added to them, pictures first."""
    one_matrix = attention._qkv_same_embed_dim and attention.in_proj_bias is not None
    return one_matrix and attention.bias_k is None and not attention.add_zero_attn and attention.batch_first


class _Linear(nn.Module):
    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None) -> None:
        super().__init__()
        self.packed = torch.ops.mkldnn._reorder_linear_weight(weight.detach().contiguous(), ROWS)
        self.bias = None if bias is None else bias.detach()

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(rows, self.packed, self.bias, "none", [], "")
        return product


class _SelfAttention(nn.Module):
    """As nn.MultiheadAttention of one input, called the way open_clip calls it."""

    def __init__(self, attention: nn.MultiheadAttention) -> None:
        super().__init__()
        self.heads = attention.num_heads
        self.into = _Linear(attention.in_proj_weight, attention.in_proj_bias)
        self.out = _Linear(attention.out_proj.weight, attention.out_proj.bias)

    def forward(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor,
        need_weights: bool = False, attn_mask: torch.Tensor | None = None,
    ) -> tuple[torch.Tensor, None]:  # fmt: skip
        n, length, width = query.shape
        parts = self.into(query).view(n, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], attn_mask=attn_mask)
        return self.out(seen.transpose(1, 2).reshape(n, length, width)), None
