"""What must hold between traits, and of the conditions that name them or the series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from collection.config.conditions import ABSENT, SERIES, Between, Conditions, Values, as_number, values_of
from collection.config.planning import Trait
from collection.config.reading import Place, Refuse
from collection.config.tables import Config
from collection.spelling import nearest

SHOWN = 20
"""Names that a hint lists."""


def check_trait(config: Config, name: str, trait: Trait, refuse: Refuse) -> None:
    """Call `refuse` for everything that is wrong with a trait."""
    place = ["traits", name]
    if name == SERIES:
        refuse(place, "conditions mean the token's series by that name", "call the trait something else")
        return
    if not trait.values:
        refuse(place, "has no value", "add weight = {...}, count = {...} or numbers = [...]")
        return
    if both := sorted({*trait.weight} & {*trait.count}):
        refuse([*place, "count"], f'"{both[0]}" has a weight and a count', "leave one of them out")
    if not sum(trait.weights.values()) and not sum(trait.count.values()):
        refuse(
            place,
            "every value is drawn zero times, so that no token could have the trait",
            f"give one of them a weight above zero, or take [traits.{name}] out",
        )
    for key, known in (("weight", trait.drawn_from), ("count", trait.drawn_from), ("words", trait.values)):
        for value in getattr(trait, key):
            _check_value([*place, key, value], value, known, refuse)
    check_conditions(config, [*place, "when"], trait.when, refuse)
    _check_circle(config.traits, name, refuse)


def check_conditions(config: Config, place: Place, conditions: Conditions, refuse: Refuse) -> None:
    """Call `refuse` for everything in conditions that no token could meet."""
    for name, wanted in conditions.items():
        if name == SERIES:
            _check_series(config, [*place, name], wanted, refuse)
        elif name in config.traits:
            _check_condition(config.traits[name], [*place, name], name, wanted, refuse)
        else:
            known = [SERIES, *config.traits]
            refuse([*place, name], f"no trait of that name{nearest(name, known)}", f"add a table [traits.{name}]")


def _check_circle(traits: Mapping[str, Trait], name: str, refuse: Refuse) -> None:
    """Refuse a trait that needs itself, by way of others or at once."""
    ways = [[name]]
    while ways:
        way = ways.pop()
        for parent in traits[way[-1]].when if way[-1] in traits else ():
            if parent == name:
                said = " needs ".join([*way, parent])
                refuse(["traits", name, "when"], f"goes round in a circle: {said}", "take one `when` away")
                return
            if parent not in way:
                ways.append([*way, parent])


def _check_series(config: Config, place: Place, wanted: Values, refuse: Refuse) -> None:
    known = [series.name for series in config.series]
    if not config.images:
        refuse(place, "all images are imported (candidates = 0), and only planned ones have a series", "leave it out")
    elif isinstance(wanted, Between) or ABSENT in values_of(wanted, ()):
        refuse(place, "every token has a series, which is a name", f"the series: {_listed(known)}")
    else:
        for name in values_of(wanted, ()):
            if name not in known:
                refuse(place, f'no series "{name}"{nearest(name, known)}', f"the series: {_listed(known)}")


def _check_condition(trait: Trait, place: Place, name: str, wanted: Values, refuse: Refuse) -> None:
    found = values_of(wanted, trait.values)
    if ABSENT in found and not trait.when:
        message = f"every token has the trait {name}, as it has no `when`"
        hint = 'write "false" in quotes for the value' if "false" in trait.values else f"leave {name} = false out"
        refuse(place, message, hint)
    elif isinstance(wanted, Between):
        if words := [value for value in trait.values if as_number(value) is None]:
            refuse(place, f'{name} has values that are no numbers, such as "{words[0]}"', "name values instead")
        elif not found:
            refuse(place, f"no value of {name} is {wanted}", f"its values: {_listed(trait.values)}")
    else:
        for value in found:
            if value != ABSENT:
                _check_value(place, value, trait.values, refuse)


def _check_value(place: Place, value: str, known: Sequence[str], refuse: Refuse) -> None:
    if value not in known:
        refuse(place, f'it has no value "{value}"{nearest(value, known)}', f"its values: {_listed(known)}")


def _listed(names: Sequence[str]) -> str:
    """Names in a row, the first of many."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
