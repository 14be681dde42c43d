"""What must hold between the keys of collection.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from collection.config.generator import TABLES, GeneratorTable
from collection.config.planning import Image, OneOfOne, Series, listed
from collection.config.reading import Place, Refuse
from collection.config.selling import seconds_of
from collection.config.styles import StyleTable
from collection.config.tables import Config
from collection.config.trait_checks import check_conditions, check_trait
from collection.config.type_errors import what_fits
from collection.spelling import nearest
from collection.values import ARTIST, amount


def check(config: Config, refuse: Refuse) -> None:
    """Call `refuse` for everything that is wrong."""
    if config.candidates is None and config.images < config.supply:
        message = f"{config.supply} is more than the {amount(config.images, 'image')} that axes and one-of-ones ask for"
        refuse(["supply"], message, "lower supply, or make the axes longer")
    elif config.candidates != 0 and config.images < config.supply:
        refuse(["candidates"], f"{config.images} is less than supply = {config.supply}", "make more images than tokens")
    _check_names(config, refuse)
    for index, series in enumerate(config.series):
        _check_blend(refuse, ["series", index, "blend"], series.blend, config)
        _check_blend(refuse, ["series", index, "switch_to"], series.switch_to, config)
        _check_axes(config, ["series", index, "axes"], series, refuse)
    for index, one in enumerate(config.one_of_ones):
        _check_blend(refuse, ["one_of_ones", index, "blend"], one.blend, config)
    _check_images(config, refuse)
    for name, trait in config.traits.items():
        check_trait(config, name, trait, refuse)
    for index, rule in enumerate(config.rules):
        for part in ("when", "exclude", "require"):
            check_conditions(config, ["rules", index, part], getattr(rule, part), refuse)
        if not rule.exclude and not rule.require:
            refuse(["rules", index], "says neither what to exclude nor what to require", "add exclude = {...}")
    _check_shares(config, refuse)
    _check_sale(config, refuse)
    _check_reveal(config, refuse)
    _check_editions(config, refuse)
    _check_credits(config, refuse)
    shares = sum(artist.share for artist in config.artists)
    if config.artists and abs(shares - 100) > 1e-6:
        refuse(["artists", len(config.artists) - 1, "share"], f"the shares sum to {shares:g}", "make them sum to 100")


def _check_reveal(config: Config, refuse: Refuse) -> None:
    """A hidden set has a contract of its own, which can do nothing else."""
    chain = config.chain
    for key, asked in (("burnable", chain.burnable), ("transfer_validator", chain.transfer_validator is not None)):
        if asked and config.reveal is not None:
            message = "is not possible with [reveal]: the contract of a hidden set does not have it"
            refuse(["chain", key], message, f"leave out {key}, or [reveal]")


def _check_editions(config: Config, refuse: Refuse) -> None:
    if (told := config.editions) and told.copies and told.mint > told.copies:
        refuse(["editions", "mint"], f"{told.mint} is more than copies = {told.copies}", "mint fewer")


def _check_credits(config: Config, refuse: Refuse) -> None:
    """Whoever is named by a style or the generator is one of [[artists]], who has an address there."""
    names = [artist.name for artist in config.artists]
    named: list[tuple[list[str], GeneratorTable | StyleTable]] = [(["generator"], config.generator)]
    named += [(["styles", name], style) for name, style in config.styles.items()]
    for place, table in named:
        if table.artist is not None and names.count(table.artist) != 1:
            message = f'{names.count(table.artist) or "no"} artists are called "{table.artist}"'
            hint = f'[[artists]] with name = "{table.artist}" once; share = 0, if nothing else is theirs'
            refuse([*place, "artist"], message + nearest(table.artist, names), hint)
        elif table.artist is None and table.share is not None:
            refuse([*place, "share"], "is nobody's", 'artist = "..." says whose it is')


def _check_sale(config: Config, refuse: Refuse) -> None:
    if config.sale is None:
        return
    if config.sale.reserve > config.supply:
        refuse(["sale", "reserve"], f"{config.sale.reserve} is more than supply = {config.supply}", "reserve fewer")
    for index, phase in enumerate(config.sale.phases):
        if phase.end is not None and seconds_of(phase.end) <= seconds_of(phase.start):
            refuse(["sale", "phases", index, "end"], f"{phase.end} is not after {phase.start}", "end it later")


def _check_shares(config: Config, refuse: Refuse) -> None:
    """Each series is one artist's, so that an image counts for one share, and its cell is told by traits and artist."""
    shares, names = config.select.shares, [artist.name for artist in config.artists]
    known, taken = [series.name for series in config.series], set[str]()
    for name in shares:
        place = ["select", "shares", name]
        if names.count(name) != 1:
            message = f"{names.count(name) or 'no'} artists have that name{nearest(name, names)}"
            refuse(place, message, f'[[artists]] with name = "{name}" once')
    for index, artist in enumerate(config.artists):
        for name in artist.series:
            if name not in known:
                refuse(
                    ["artists", index, "series"], f'no series "{name}"{nearest(name, known)}', "name one of [[series]]"
                )
            if name in taken:
                refuse(
                    ["artists", index, "series"],
                    f'"{name}" is named twice',
                    "each series is one artist's; make two of it",
                )
            taken.add(name)
    if shares and ARTIST in config.traits:
        refuse(["traits", ARTIST], "shares of artists need that name", "call the trait something else")
    if shares and config.images and (free := [name for name in known if name not in config.owners]):
        message = f'the series "{free[0]}" is none of these artists\''
        refuse(["select", "shares"], message, f'[[artists]] series = ["{free[0]}"] says whose it is')


def _check_names(config: Config, refuse: Refuse) -> None:
    names: set[str] = set()
    named: dict[str, Sequence[Series | OneOfOne]] = {"series": config.series, "one_of_ones": config.one_of_ones}
    for key, tables in named.items():
        for index, table in enumerate(tables):
            if table.name in names:
                refuse([key, index, "name"], f'"{table.name}" is the name of two series', "give each its own name")
            names.add(table.name)


def _check_blend(refuse: Refuse, place: Place, blend: Mapping[str, float], config: Config) -> None:
    for name in blend:
        if name not in config.styles:
            message = f"no style of that name{nearest(name, config.styles)}"
            refuse([*place, name], message, f"add a table [styles.{name}]")
    if blend and not sum(blend.values()):
        refuse(place, "all weights are zero", "give one style a weight above zero")


def _check_images(config: Config, refuse: Refuse) -> None:
    fixed = sum(series.axes.points for series in config.series) + len(config.one_of_ones)
    free = [series for series in config.series if not series.axes.points]
    if len(config.one_of_ones) > config.supply:
        refuse(["one_of_ones"], f"{len(config.one_of_ones)} are more than supply = {config.supply}", "raise supply")
    if fixed > config.images or (not free and fixed != config.images):
        message = f"{config.images} is not what axes and one-of-ones ask for: {amount(fixed, 'image')}"
        refuse(["candidates"], message, "leave `candidates` out, or change the axes")


def _check_axes(config: Config, place: Place, series: Series, refuse: Refuse) -> None:
    axes = series.axes
    for part in ("cross", "zip"):
        for name, wanted in getattr(axes, part).items():
            if part == "zip" and name in axes.cross:
                refuse([*place, part, name], "is crossed and zipped at once", "choose one")
            _check_axis_name(config, [*place, part, name], name, series, refuse)
            for value in listed(wanted):
                _check_axis_value(config, [*place, part, name], name, value, refuse)
    lengths = {name: len(listed(wanted)) for name, wanted in axes.zip.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {length}" for name, length in lengths.items())
        refuse([*place, "zip"], f"the lists are of different lengths: {said}", "make them equally long, or cross them")


def _check_axis_name(config: Config, place: Place, name: str, series: Series, refuse: Refuse) -> None:
    known = ["seed", "size", "blend", *config.generator.axes()]
    if name in known or any(f"${{{name}" in prompt for prompt in (series.prompt, series.negative_prompt)):
        return
    if any(name in table.axes() for _, table in TABLES.working()):
        refuse(place, f"the {config.generator.use} generator has no {name}", f"it knows: {', '.join(known)}")
        return
    hint = f"the axes of {config.generator.use} are {', '.join(known)}, and every ${{name}} that the prompt says"
    refuse(place, f"no such axis, and the prompt says no ${{{name}}}{nearest(name, known)}", hint)


def _check_axis_value(config: Config, place: Place, name: str, value: Any, refuse: Refuse) -> None:
    said = f"{value!r} does not fit"
    if name == "blend":
        if not isinstance(value, dict):
            refuse(place, said, "write blends: [{NAME = 1}, {NAME = 0.5, OTHER = 0.5}]")
        else:
            _check_blend(refuse, place, value, config)
    elif name == "seed":
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
            refuse(place, said, 'write seeds: "0-99,200" or whole numbers from 0 to 2**53 - 1')
    elif name in ("size", *config.generator.axes()):
        try:
            if name == "size":
                Image.model_validate({"size": value}, strict=True)
            else:
                type(config.generator).model_validate({**config.generator.model_dump(), name: value}, strict=True)
        except ValidationError as error:
            found = error.errors(include_url=False)[0 if isinstance(value, int) else -1]
            refuse(place, f"{said}: {what_fits(found)}", "collection config --schema tells what fits")
    elif isinstance(value, dict | tuple):
        refuse(place, said, "write words of the prompt")
