"""The [generator] table: whichever generator it names says what may stand in it, and what a plan may ask of it.

A generator is added by a package that has an entry point in the group `collection.generators`
(see `collection.generate.plugin`). Its module is loaded when a project first names it, so it must be quick to load.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr, ValidationError, ValidationInfo, create_model
from pydantic.annotated_handlers import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from collection.config.planning import Rule, Trait
from collection.config.type_errors import what_fits
from collection.config.types import Name, Table
from collection.errors import CollectionError, UnknownPluginError, UsageError
from collection.plugins import Registry
from collection.spelling import OPTIONS, nearest
from collection.values import STYLE_FIELDS

GROUP = "collection.generators"
BUILT_IN: Mapping[str, str] = {
    "painter": "collection.generate.painter.plugin:PLUGIN",
    "diffusion": "collection.generate.diffusion.plugin:PLUGIN",
    "latent": "collection.generate.latent.plugin:PLUGIN",
    "script": "collection.generate.script.plugin:PLUGIN",
    "tiles": "collection.generate.upscale.plugin:TILES",
    "layers": "collection.generate.layers.plugin:PLUGIN",
    "upscaler": "collection.generate.upscale.plugin:UPSCALER",
    "restyle": "collection.generate.style_transfer.plugin:RESTYLE",
    "dream": "collection.generate.dream.plugin:DREAM",
    "restore": "collection.generate.restore.plugin:RESTORE",
}
"""The generators that come with Collection. No other module knows one by its name."""
UNSAID = ("use", "artist", "share")
"""Keys of every [generator] table that are neither options of recipes nor axes."""
CREDIT = ("artist", "share")
"""Keys of every style and generator that say whose it is."""
DEFAULT = "painter"
"""The generator of a collection.toml that has no [generator] table."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What recipes may ask of a generator. A recipe that asks for more is refused by name before it is rendered."""

    init_image: bool = False
    """It can begin from a picture (image-to-image)."""
    mask: bool = False
    """It can paint a masked part of a picture anew (inpainting)."""
    style_blends: bool = False
    """It can mix several styles by weight."""
    negative_prompts: bool = False
    """It can be told what to avoid (`negative_prompt`)."""
    prompt_schedules: bool = False
    """It can change from one blend to another on the way (`switch_to`)."""
    interpolation: bool = False
    """It can make pictures between two recipes (`interpolation_target`)."""
    batch: bool = False
    """It computes several images at once; its recipes say how many (`batch_size`)."""
    enlarges: Literal["", "redraws", "tiles"] = ""
    """How its images are enlarged: drawn again at another size, or painted anew tile by tile (needs `init_image`)."""
    enlarges_others: Literal["", "tiles", "model"] = ""
    """It enlarges pictures of others: by tiles, through the generator that its recipes name, or by a trained model."""
    longest: int = 8192
    """Pixels of the longest side that it makes."""
    preview_option: str = ""
    """The option of a recipe that makes it a draft; a recipe without it makes the full picture."""
    seeds: bool = True
    """Another seed makes another picture. If not, pictures follow from traits alone: a token has one candidate, and no
    two tokens have the same traits unless `unique_traits = false` allows it."""
    cpu_noise: bool = False
    """Its noise is drawn on the processor, from the seed, as "RNG: CPU" says in the `parameters` of a picture."""


@dataclass(frozen=True, slots=True)
class Gene:
    """Marks an option that children may inherit from either parent. `mutates`: a number that may change a little."""

    mutates: bool = True


@dataclass(frozen=True, slots=True)
class Range:
    """The limits of a number."""

    least: float
    most: float
    whole: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a generator takes, before this project has measured it. None: not known."""

    seconds_a_pixel: float | None = None
    bytes_a_pixel: float | None = None
    source: str = ""
    """Where the numbers come from."""


class StyleSettings(Table):
    """The keys that a generator adds to [styles.NAME], with types, defaults and limits; text below a key describes it.

    Recipes carry what is written there, by the same keys: a key that is not written is the generator's default.
    """

    def settings(self, name: str, folder: Path) -> Mapping[str, Any]:
        """What recipes say of the style `name`: JSON values. `folder`: the project's. Raises ConfigError."""
        return self.model_dump(mode="json", exclude_unset=True)

    def pictures(self, folder: Path) -> Sequence[Path]:
        """Files in the project's folder that recipes name by SHA-256, and that must be kept; raises ConfigError."""
        return ()

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        """Raise ValueError, saying why, for settings of a recipe's style that are not as these keys say.

        Settings of other generators stand among them.
        """
        try:
            cls.model_validate({name: value for name, value in settings.items() if name in cls.model_fields})
        except ValidationError as error:
            found = error.errors(include_url=False)[0]
            place = ".".join(map(str, found["loc"]))
            raise ValueError(f"{place}: {what_fits(found)}") from error


class GeneratorTable(Table):
    """The [generator] table of one generator, and all that is known of it before it is opened.

    A subclass gives `use` its name (`use: Literal["spiral"] = "spiral"`) and adds its keys, with types, defaults and
    limits. Every key that is not `outside` is an option of its recipes, a setting that axes may vary, and, where it
    is marked as a `Gene`, one that breeding crosses and mutates within its limits.
    """

    use: str
    """The name of the generator."""
    artist: Name | None = None
    """Who made what it runs (a model, a script, layers): the name of one of [[artists]]."""
    share: float | None = Field(default=None, gt=0, le=100)
    """Percent of each picture that the artist has; absent: 100. The rest is shared by styles and [[artists]]."""

    capabilities: ClassVar[Capabilities] = Capabilities()
    recipe_model: ClassVar[str] = "model"
    """The key whose value is the `model` of recipes: an engine's version, a file, a hub id."""
    outside: ClassVar[frozenset[str]] = frozenset()
    """Keys that are no part of a recipe, because no picture depends on them."""
    configurable: ClassVar[bool] = True
    """False: it only makes images of other images (`use` cannot name it)."""
    styles: ClassVar[type[StyleSettings]] = StyleSettings
    """The keys that it adds to [styles.NAME]."""
    presets: ClassVar[bool] = False
    """Whether its model may be a name that `collection models` lists."""

    _folder: Path = PrivateAttr(default=Path())
    """The folder of the file that the table was read from."""

    @classmethod
    def option_names(cls) -> tuple[str, ...]:
        """The keys that are options of recipes."""
        return tuple(name for name in cls.model_fields if name not in {*UNSAID, cls.recipe_model, *cls.outside})

    @classmethod
    def axes(cls) -> tuple[str, ...]:
        """The keys that axes may vary."""
        return tuple(name for name in cls.model_fields if name not in {*UNSAID, *cls.outside})

    @classmethod
    def recipe_options(cls) -> type[Table]:
        """The `options` of its recipes, with types, defaults and limits."""
        return _options_of(cls)

    @classmethod
    def check_options(cls, options: Mapping[str, Any]) -> None:
        """Raise UsageError for options that its recipes cannot have."""
        read_options(str(cls.model_fields["use"].default), cls.recipe_options(), options)

    @classmethod
    def genes(cls) -> tuple[str, ...]:
        """The options that children inherit from either parent."""
        return tuple(name for name, gene, _ in _genes(cls.recipe_options()) if gene)

    @classmethod
    def ranges(cls) -> dict[str, Range]:
        """The options that mutate, and their limits."""
        return {name: limits for name, gene, limits in _genes(cls.recipe_options()) if gene.mutates and limits}

    @property
    def options(self) -> dict[str, Any]:
        """The options of the recipes that this table asks for."""
        return self.model_dump(include=set(self.option_names()), exclude_none=True)

    @property
    def default_batch_size(self) -> int:
        """Recipes that one call brings, where they do not say it themselves."""
        return 1

    def varied(self, values: Mapping[str, Any]) -> Self:
        """The table with other (checked) values of some keys."""
        return self.model_copy(update=dict(values))

    def settings(self) -> tuple[str, dict[str, Any]]:
        """`model` and `options` of the recipes that this table asks for."""
        return str(getattr(self, self.recipe_model)), self.options

    def estimate(self) -> Estimate:
        """What an image takes."""
        return Estimate()

    def traits(self) -> Mapping[str, Trait]:
        """Traits that the generator brings, beside those of [traits] (the folders of layers); raises ConfigError."""
        return {}

    def rules(self) -> Sequence[Rule]:
        """Rules that follow from those traits, beside [[rules]]."""
        return ()

    def drawn(self, series: str, traits: Mapping[str, str]) -> Mapping[str, Any]:
        """Further options of a recipe, by its traits and its series ("" of a one-of-one); raises ConfigError."""
        return {}

    def pictures(self) -> Sequence[Path]:
        """Files in the project's folder that recipes name by SHA-256, and that must be kept; raises ConfigError."""
        return ()


@cache
def _options_of(table: type[GeneratorTable]) -> type[Table]:
    fields: dict[str, Any] = {
        name: (Annotated[field.rebuild_annotation(), field], field)
        for name, field in table.model_fields.items()
        if name in table.option_names()
    }
    return create_model(f"{table.__name__}Options", __base__=Table, __module__=table.__module__, **fields)


def read_options(generator: str, options: type[Table], values: Mapping[str, Any]) -> Any:
    """The options of a recipe, read; raises UsageError, naming the generator, the option and its value."""
    known = tuple(options.model_fields)
    for name in values:
        if name not in known:
            raise UsageError(
                f'{generator} has no option "{name}"{nearest(name, known, OPTIONS)}', f"its options: {', '.join(known)}"
            )
    try:
        return options.model_validate(dict(values), strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        name = str(found["loc"][0])
        raise UsageError(f"{generator} option {name} = {values.get(name)!r}: {what_fits(found)}") from error


def _genes(options: type[Table]) -> Iterator[tuple[str, Gene, Range | None]]:
    """Each option that is marked as a Gene, and its limits if it is a number that has both."""
    for name, field in options.model_fields.items():
        gene = next((mark for mark in field.metadata if isinstance(mark, Gene)), None)
        if gene is None:
            continue
        limits: dict[str, float] = {}
        for mark in field.metadata:
            limits |= {kind: getattr(mark, kind) for kind in ("ge", "gt", "le", "lt") if hasattr(mark, kind)}
        least, most = limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))
        whole = "int" in str(field.annotation)
        yield name, gene, None if least is None or most is None else Range(least, most, whole)


def _table_of(name: str, found: Any) -> type[GeneratorTable]:
    table = getattr(found, "table", None)
    if not (isinstance(table, type) and issubclass(table, GeneratorTable)):
        raise TypeError(f"a GeneratorPlugin with a table was expected, not {type(found).__name__}")
    if table.model_fields["use"].default != name:
        raise ValueError(f"its table says use = {table.model_fields['use'].default!r}, its entry point {name!r}")
    if table.recipe_model not in table.model_fields:
        raise ValueError(f"its table has no key {table.recipe_model!r} for the model of its recipes")
    if not (isinstance(table.styles, type) and issubclass(table.styles, StyleSettings)):
        raise TypeError("its table's styles are no StyleSettings")
    if taken := [key for key in table.styles.model_fields if key in (*STYLE_FIELDS, *CREDIT)]:
        raise ValueError(f"its styles have a key {taken[0]!r}, which every style has")
    return table


TABLES: Registry[type[GeneratorTable]] = Registry(GROUP, "generator", BUILT_IN, _table_of)
"""The tables of all generators, by name."""


def known_table(generator: str) -> type[GeneratorTable] | None:
    """The table of the generator of a recipe; None where no such generator is installed or can be used."""
    try:
        return TABLES.get(generator)
    except CollectionError:
        return None


def configurable() -> list[str]:
    """The names that `use` may have: generators that cannot be loaded are among them, and say so when they are used."""
    return [name for name in TABLES.names if name not in BUILT_IN or TABLES.get(name).configurable]


def capable(ability: str) -> list[str]:
    """The names of the generators that a project can use and that have an ability: a field of Capabilities."""
    return [name for name, table in TABLES.working() if table.configurable and getattr(table.capabilities, ability)]


def enlarger(way: Literal["tiles", "model"]) -> str:
    """The name of the generator that enlarges pictures of others in this way: the first that is installed."""
    return next(name for name, table in TABLES.working() if table.capabilities.enlarges_others == way)


class _Dispatch:
    """Reads the [generator] table as the generator that it names says."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        written = core_schema.plain_serializer_function_ser_schema(_write, info_arg=True)
        return core_schema.with_info_plain_validator_function(_read, serialization=written)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        tables = [table for _, table in TABLES.working() if table.configurable]
        found = [table.__get_pydantic_json_schema__(table.__pydantic_core_schema__, handler) for table in tables]
        return {"oneOf": [{**table, "required": ["use", *table.get("required", ())]} for table in found]}


def _read(value: Any, info: ValidationInfo) -> GeneratorTable:
    if isinstance(value, GeneratorTable):
        return value
    if not isinstance(value, dict):
        raise PydanticCustomError("table_type", "must be a table: [generator]")
    table = _named_table(value)
    try:
        if info.mode == "json":
            read = table.model_validate_json(json.dumps(value), strict=True, context=info.context)
        else:
            read = table.model_validate(value, context=info.context)
    except ValidationError as error:
        raise _at(error, str(value["use"])) from error
    if info.context:
        read._folder = info.context["folder"]
    return read


def _named_table(value: dict[str, Any]) -> type[GeneratorTable]:
    if "use" not in value:
        raise _refused("missing", ("use",), value)
    use = value["use"]
    try:
        table = TABLES.get(use) if isinstance(use, str) else None
    except UnknownPluginError:
        table = None
    except CollectionError as error:
        reason = {"reason": error.message}
        raise _refused(PydanticCustomError("broken_generator", "{reason}", reason), ("use",), use) from error
    if table is None or not table.configurable:
        names = configurable()
        close = nearest(use, names) if isinstance(use, str) else ""
        reason = {"reason": f"there is no such generator{close} (known: {', '.join(names)})"}
        raise _refused(PydanticCustomError("no_generator", "{reason}", reason), ("use",), use)
    return table


def _refused(kind: Any, place: tuple[str, ...], value: Any) -> ValidationError:
    details: list[InitErrorDetails] = [{"type": kind, "loc": place, "input": value}]
    return ValidationError.from_exception_data("generator", details)


def _at(error: ValidationError, tag: str) -> ValidationError:
    """The same errors, said of the table of that name, as pydantic says them of unions."""
    details: list[InitErrorDetails] = [
        {"type": found["type"], "loc": (tag, *found["loc"]), "input": found["input"], "ctx": found.get("ctx", {})}
        for found in error.errors(include_url=False)
    ]
    return ValidationError.from_exception_data("generator", details)


def _write(table: GeneratorTable, info: core_schema.SerializationInfo) -> dict[str, Any]:
    return table.model_dump(mode=info.mode, exclude_none=info.exclude_none, exclude_unset=info.exclude_unset)


AnyGenerator = Annotated[GeneratorTable, _Dispatch()]
"""The table of whichever generator `use` names."""
