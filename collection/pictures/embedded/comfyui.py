"""ComfyUI's `prompt`: the graph of nodes that made a picture, as its programming interface takes it.

A node is {"class_type": its kind, "inputs": {name: a value, or a link [number of a node, number of its output]}}.
Anybody can write new kinds, so only what a graph says for certain is told: a value that comes from a node whose
working is not known is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from collection.pictures.embedded.fields import (
    CFG,
    MODEL,
    NEGATIVE,
    PROMPT,
    SAMPLER,
    SCHEDULE,
    SEED,
    SIZE,
    STEPS,
    as_text,
    plausible,
)

_SETTINGS: Mapping[str, Sequence[str]] = {
    SEED: ("seed", "noise_seed"), STEPS: ("steps",), CFG: ("cfg",), SAMPLER: ("sampler_name",),
    SCHEDULE: ("scheduler",),
}  # fmt: skip
_PIPES = ("sdxl_tuple", "pipe", "basic_pipe", "context", "base_ctx", "ctx")
"""Inputs that bundle model, texts and latent, as collections of nodes have them."""
_SETTING_LINKS = ("noise", "sigmas", "sampler", "guider", *_PIPES)
"""Inputs of a sampler whose nodes hold its settings."""
_LATENTS = ("latent_image", "latent", "samples", "optional_latent")
_MODELS = ("ckpt_name", "unet_name", "model_name", "base_ckpt_name")
_TEXTS = ("text", "text_g", "text_l", "clip_l", "clip_g", "t5xxl", "prompt")
_VALUES = ("value", "seed", "noise_seed", "int", "float", "number", "text", "string", "populated_text")
"""Names of the one input of a node that hands a value on."""
_LONGEST_WAY = 200
"""Nodes between a sampler and a value."""
_LONGEST_STRINGS = 10
"""Strings that are put together of others."""
_SIZES = (("width", "height"), ("empty_latent_width", "empty_latent_height"))
_HANDS_ON = "Reroute"
"""The kind of a node that does nothing but hand its one input on."""
_STRINGS = "StringConcatenate"
"""The kind of ComfyUI's own node that puts `string_a` and `string_b` together."""
_JOINS = ("ConditioningCombine", "ConditioningConcat", "ConditioningAverage")


class _UnknownError(Exception):
    """A value comes from a node of a kind whose working is not known."""


def is_graph(value: Any) -> bool:
    """Whether a JSON value is a graph."""
    return isinstance(value, dict) and any(_is_node(node) for node in value.values())


def is_workflow(value: Any) -> bool:
    """Whether a JSON value is the drawing of a graph in the editor, which tells values by their places only."""
    return isinstance(value, dict) and isinstance(value.get("nodes"), list) and "links" in value


def read_graph(value: Mapping[str, Any]) -> dict[str, str]:
    """The parameters of the first pass of sampling; of several pictures in one graph what all of them share."""
    graph = _Graph({str(key): node["inputs"] for key, node in value.items() if _is_node(node)},
                   {str(key): node["class_type"] for key, node in value.items() if _is_node(node)})  # fmt: skip
    first, *more = [graph.parameters(sampler) for sampler in graph.first_samplers()] or [{}]
    return {name: text for name, text in first.items() if all(one.get(name) == text for one in more)}


def _is_node(value: Any) -> bool:
    return (
        isinstance(value, dict) and isinstance(value.get("class_type"), str) and isinstance(value.get("inputs"), dict)
    )


class _Graph:
    """Nodes by number: their inputs and kinds."""

    def __init__(self, inputs: Mapping[str, Mapping[str, Any]], kinds: Mapping[str, str]) -> None:
        self._inputs, self._kinds = inputs, kinds

    def first_samplers(self) -> list[str]:
        """The samplers that no other sampler works for; those of pictures that are saved, if any is."""
        saved = [node for node, kind in self._kinds.items() if "Save" in kind]
        made = [node for node in self._upstream(saved or list(self._inputs)) if self._is_sampler(node)]
        return [node for node in made if not any(map(self._is_sampler, self._before(node)))]

    def parameters(self, sampler: str) -> dict[str, str]:
        """What a sampler was told."""
        told = [(name, self._setting(sampler, inputs)) for name, inputs in _SETTINGS.items()]
        texts = [(PROMPT, self._prompt(sampler, "positive")), (NEGATIVE, self._prompt(sampler, "negative"))]
        return plausible([*texts, *told, (SIZE, self._size(sampler)), (MODEL, self._model(sampler))])

    def _source(self, value: Any) -> str | None:
        """The node that an input is linked to; None if it is no link."""
        if (
            not isinstance(value, list)
            or len(value) != 2
            or isinstance(value[1], bool)
            or not isinstance(value[1], int)
        ):
            return None
        return str(value[0]) if str(value[0]) in self._inputs else None

    def _sources(self, node: str, names: Sequence[str] | None = None) -> list[str]:
        inputs = self._inputs[node]
        linked = (self._source(value) for name, value in inputs.items() if names is None or name in names)
        return [source for source in linked if source]

    def _upstream(self, nodes: Sequence[str], names: Sequence[str] | None = None) -> Iterator[str]:
        """These nodes and all that work for them, through the inputs of these names; each once, nearest first."""
        queue, seen = list(nodes), set(nodes)
        for node in queue:
            yield node
            new = [source for source in dict.fromkeys(self._sources(node, names)) if source not in seen]
            queue += new
            seen.update(new)

    def _before(self, sampler: str) -> list[str]:
        """All that works for the latent of a sampler."""
        return list(self._upstream(self._sources(sampler, (*_LATENTS, *_PIPES))))

    def _is_sampler(self, node: str) -> bool:
        inputs = self._inputs[node]
        if "sampler" in self._kinds[node].lower() and self._sources(node, _PIPES):
            return True
        return any(self._source(inputs.get(name)) for name in _LATENTS) and any(
            self._source(inputs.get(name)) for name in ("positive", "guider", "conditioning")
        )

    def _setting(self, sampler: str, names: Sequence[str]) -> str:
        for node in self._upstream([sampler], _SETTING_LINKS):
            for name in names:
                if name in self._inputs[node]:
                    try:
                        return self._value(self._inputs[node][name])
                    except _UnknownError:
                        return ""
        return ""

    def _value(self, value: Any, depth: int = 0) -> str:
        """A value, or that of the node it is linked to, if that does nothing but hold one."""
        source = self._source(value)
        if source is None:
            return as_text("", value)
        inputs, kind = self._inputs[source], self._kinds[source]
        if depth < _LONGEST_WAY and len(inputs) == 1 and (next(iter(inputs)) in _VALUES or kind == _HANDS_ON):
            return self._value(next(iter(inputs.values())), depth + 1)
        if depth < _LONGEST_STRINGS and kind == _STRINGS:
            parts = [self._value(inputs.get(name, ""), depth + 1) for name in ("string_a", "string_b")]
            delimiter = inputs.get("delimiter", "")
            return str(delimiter).join(parts)
        raise _UnknownError(self._kinds[source])

    def _size(self, sampler: str) -> str:
        ways = (*_LATENTS, *_PIPES)
        for node in self._upstream(self._sources(sampler, ways), ways):
            inputs = self._inputs[node]
            sides = next((sides for sides in _SIZES if inputs.keys() >= {*sides}), ())
            if sides:
                try:
                    return "x".join(self._value(inputs[side]) for side in sides)
                except _UnknownError:
                    return ""
        return ""

    def _model(self, sampler: str) -> str:
        for node in self._upstream([sampler], ("model", "base_model", "guider", "unet", *_PIPES)):
            names = [name for name in _MODELS if name in self._inputs[node]]
            if names and node != sampler:
                return as_text(MODEL, self._inputs[node][names[0]])
        return ""

    def _prompt(self, sampler: str, side: str) -> str:
        """The text of one side, `positive` or `negative`; empty where it is not known for certain."""
        try:
            for node in self._upstream([sampler], ("guider", *_PIPES)):
                inputs = self._inputs[node]
                if node != sampler and isinstance(inputs.get(side), str):  # a loader that takes both texts
                    return str(inputs[side])
                for name in (side, f"base_{side}", *(["conditioning"] if side == "positive" else [])):
                    if self._source(inputs.get(name)):
                        return "\n".join(dict.fromkeys(self._texts(str(self._source(inputs[name])), side, set())))
        except _UnknownError:
            pass
        return ""

    def _texts(self, node: str, side: str, seen: set[str]) -> list[str]:
        """The texts that a conditioning was made of, without those of nodes `seen` before."""
        inputs, kind = self._inputs[node], self._kinds[node]
        if "ZeroOut" in kind or node in seen:
            return []
        seen.add(node)
        if isinstance(inputs.get(side), str):  # a loader that takes both texts
            return [inputs[side]]
        if "TextEncode" in kind:
            told = [self._value(inputs[name]) for name in _TEXTS if name in inputs]
            return [text for text in told if text]
        linked = [name for name in inputs if self._source(inputs[name])]
        ways = [name for name in linked if name == side] or [name for name in linked if name.startswith("conditioning")]
        ways = ways or (linked if kind == _HANDS_ON else [])
        if not linked and seen != {node}:
            return [self._value([node, 0])]  # a loader's text that another node holds
        if not ways or (len(ways) > 1 and kind not in _JOINS) or len(seen) > _LONGEST_WAY:
            raise _UnknownError(kind)
        return [text for name in ways for text in self._texts(str(self._source(inputs[name])), side, seen)]
