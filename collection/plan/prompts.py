"""Prompts with choices in them: checked once, counted, and drawn for each image by its own seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import factorial

from collection.errors import UsageError
from collection.plan.grammar import (
    Assignment,
    Choice,
    Node,
    Parts,
    TraitValue,
    Variable,
    Wildcard,
    Words,
    parse,
)  # fmt: skip
from collection.plan.seeds import RandomStream
from collection.plan.wildcards import Option, Wildcards, live
from collection.spelling import nearest

__all__ = ["Prompt", "Wildcards"]

MAX_DRAWN, MAX_COUNTED = 20_000, 200_000
"""Parts that one prompt may draw, and may have in all: wildcards that double at every level end here."""


class Prompt:
    """A prompt of the configuration. Raises UsageError, with its position, for what cannot be drawn.

    `source` says where it stands, `traits` are the names that {name} may mean, `variables` the texts of names that
    the axes set.
    """

    def __init__(
        self, text: str, source: str, traits: Iterable[str], wildcards: Wildcards, variables: Iterable[str] = ()
    ) -> None:
        self.parts = parse(text, source)
        self._plain = all(isinstance(part, Words) for part in self.parts)
        self._wildcards = wildcards
        checked = _Count(wildcards, frozenset(traits), dict.fromkeys(variables, ()))
        self.count = checked.parts(self.parts)
        """In how many ways it can be drawn, with traits and axes fixed. Two ways may write the same."""

    def draw(self, stream: RandomStream, traits: Mapping[str, str], variables: Mapping[str, str] | None = None) -> str:
        """The prompt of one image; spaces in a row become one, unless nothing was to be drawn."""
        if self._plain:
            return "".join(part.text for part in self.parts if isinstance(part, Words))
        given: dict[str, Parts] = {name: (Words(text),) for name, text in (variables or {}).items()}
        drawn = _Draw(self._wildcards, stream, traits, given).parts(self.parts)
        return " ".join(drawn.split())


@dataclass
class _Walk:
    """What drawing and counting share: variables, what is being resolved, and an end to it."""

    wildcards: Wildcards
    limit: int
    variables: dict[str, Parts]
    resolving: list[str] = field(default_factory=list)
    steps: int = 0

    def enter(self, name: str, position: str) -> None:
        """Begin to resolve a wildcard or a variable."""
        if name in self.resolving:
            circle = " in ".join([name, *reversed(self.resolving[self.resolving.index(name) :])])
            raise UsageError(f"{position}: {circle} goes round in a circle", "take it out of one of them")
        self.resolving.append(name)

    def step(self) -> None:
        """One part more."""
        self.steps += 1
        if self.steps > self.limit:
            raise UsageError(
                f"a prompt of more than {self.limit:,} parts (in {' in '.join(reversed(self.resolving)) or 'itself'})",
                "wildcards that name others several times grow at every level",
            )

    def value(self, variable: Variable) -> Parts:
        """What a variable stands for now."""
        found = self.variables.get(variable.name, variable.otherwise)
        if found is None:
            raise UsageError(
                f"{variable.position}: ${{{variable.name}}} has no value{nearest(variable.name, self.variables)}",
                f"set it before: ${{{variable.name}=...}}",
            )
        return found


class _Draw(_Walk):
    """Draws one prompt."""

    def __init__(
        self, wildcards: Wildcards, stream: RandomStream, traits: Mapping[str, str], variables: dict[str, Parts]
    ) -> None:
        super().__init__(wildcards, MAX_DRAWN, variables)
        self.stream, self.traits = stream, traits

    def parts(self, parts: Parts) -> str:
        return "".join(map(self.node, parts))

    def node(self, node: Node) -> str:
        self.step()
        match node:
            case Words(text):
                return text
            case TraitValue(name):
                return self.traits.get(name, "")
            case Choice():
                return self.choice(node)
            case Wildcard():
                return self.named(f"__{node.name}__", node.position, self.pick(self.wildcards.entries(node)))
            case Assignment(name, value, at_once):
                self.variables[name] = (Words(self.parts(value)),) if at_once else value
                return ""
            case Variable(name, _, position):
                return self.named(f"${{{name}}}", position, self.value(node))

    def named(self, name: str, position: str, parts: Parts) -> str:
        self.enter(name, position)
        found = self.parts(parts)
        self.resolving.pop()
        return found

    def pick(self, options: Sequence[Option]) -> Parts:
        return options[self.stream.weighted([weight for weight, _ in options])][1]

    def choice(self, choice: Choice) -> str:
        """Some of the options, none twice; of a single wildcard, some of its entries."""
        options, wildcard = _options(choice, self.wildcards)
        high = len(options) if choice.high is None else min(choice.high, len(options))
        low = min(choice.low, high)
        amount = low + (self.stream.below(high - low + 1) if high > low else 0)
        left, drawn = list(options), []
        if wildcard:
            self.enter(f"__{wildcard.name}__", wildcard.position)
        for _ in range(amount):
            place = self.stream.weighted([weight for weight, _ in left])
            drawn.append(self.parts(left.pop(place)[1]))
        if wildcard:
            self.resolving.pop()
        return choice.separator.join(drawn)


class _Count(_Walk):
    """Counts the ways to draw a prompt, and by walking all of them finds what is wrong in any."""

    def __init__(self, wildcards: Wildcards, traits: frozenset[str], variables: dict[str, Parts]) -> None:
        super().__init__(wildcards, MAX_COUNTED, variables)
        self.traits = traits

    def parts(self, parts: Parts) -> int:
        ways = 1
        for node in parts:
            ways *= self.node(node)
        return ways

    def node(self, node: Node) -> int:
        self.step()
        match node:
            case Words():
                return 1
            case TraitValue(name, position):
                if name not in self.traits:
                    hint = f"add a table [traits.{name}]; a choice has a bar, as in {{a|b}}"
                    raise UsageError(f"{position}: {{{name}}} is no trait{nearest(name, self.traits)}", hint)
                return 1
            case Choice():
                return self.choice(node)
            case Wildcard():
                return self.named(f"__{node.name}__", node.position, self.wildcards.entries(node))
            case Assignment(name, value, at_once):
                ways = self.parts(value) if at_once else 1
                self.variables[name] = () if at_once else value
                return ways
            case Variable(name, _, position):
                return self.named(f"${{{name}}}", position, [(1.0, self.value(node))])

    def named(self, name: str, position: str, options: Sequence[Option]) -> int:
        self.enter(name, position)
        ways = sum(self.option(parts) for _, parts in options)
        self.resolving.pop()
        return ways

    def option(self, parts: Parts) -> int:
        """The ways of one option; what it sets may not be set in another."""
        outside = dict(self.variables)
        ways = self.parts(parts)
        self.variables = outside
        return ways

    def choice(self, choice: Choice) -> int:
        """Ordered selections: of k among n, k! times the k-th elementary symmetric polynomial of their ways."""
        options, wildcard = _options(choice, self.wildcards)
        if wildcard:
            self.enter(f"__{wildcard.name}__", wildcard.position)
        high = len(options) if choice.high is None else min(choice.high, len(options))
        polynomial = [1] + [0] * high
        for _, parts in options:
            ways = self.option(parts)
            for degree in range(high, 0, -1):
                polynomial[degree] += polynomial[degree - 1] * ways
        if wildcard:
            self.resolving.pop()
        return sum(factorial(amount) * polynomial[amount] for amount in range(min(choice.low, high), high + 1))


def _options(choice: Choice, wildcards: Wildcards) -> tuple[Sequence[Option], Wildcard | None]:
    """What a choice chooses among; a wildcard that stands alone is its entries."""
    if len(choice.options) == 1 and len(parts := choice.options[0][1]) == 1 and isinstance(parts[0], Wildcard):
        return wildcards.entries(parts[0]), parts[0]
    return live(choice.options), None
