"""The commands by heading, each imported only when it is used: `--help` and `--version` load none of them."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cached_property
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from collection.errors import UsageError
from collection.spelling import COMMANDS as RENAMED

from .typed import name_project


class Entry(NamedTuple):
    """Where a command lies, and its line in the help of `collection`."""

    module: str
    """The module below this package; its function `command` is the command."""
    summary: str
    """The first line of the docstring of that function."""
    members: Mapping[str, Entry] = {}
    """The commands of a group, by name; a group has no function of its own."""


COMMANDS = {
    "Set up": {
        "new": Entry("setup.new", "Create a project folder, as a copy of a sample."),
        "config": Entry("setup.config", "Print the configuration with all defaults filled in."),
        "models": Entry("setup.models", "List the diffusion models by their short names."),
        "words": Entry("setup.words", "List the words that a generator or a model can paint."),
        "metrics": Entry("setup.metrics", "List the metrics with range, direction, source and limits."),
        "doctor": Entry("setup.doctor", "Check what is installed and reachable, and how to fix it."),
    },
    "Run everything": {
        "run": Entry("run", "Run all stages in order and draw the contact sheet."),
        "status": Entry("status", "Show how far the project is and what failed."),
    },
    "Make and judge": {
        "plan": Entry("make.plan", "Turn collection.toml into recipes, one for each image."),
        "generate": Entry("make.generate", "Generate every planned image that does not exist yet."),
        "explore": Entry("make.explore", "Draw a contact sheet of seeds to choose from."),
        "import": Entry("make.importing", "Import images of any origin, with their metadata."),
        "score": Entry("make.score", "Score images: aesthetics, defects, safety, embeddings."),
        "mismatches": Entry("make.mismatches", "List images that do not show a planned trait."),
        "references": Entry("make.references", "List the nearest reference picture of each image."),
        "dedupe": Entry("make.dedupe", "Mark near-duplicates and keep the best of each group."),
    },
    "Train": {
        "train": Entry(
            "train",
            "Train a model on a folder of your own pictures.",
            {
                "gan": Entry("train.gan", "Train a GAN: crisp pictures, learned slowly."),
                "vae": Entry("train.vae", "Train a VAE: soft pictures, learned fast and surely."),
                "lora": Entry("train.lora", "Train a LoRA: your style or motif in a diffusion model."),
                "style": Entry("train.style", "Train a network that paints one style in one pass."),
            },
        ),
    },
    "Choose": {
        "review": Entry("choose.review", "Review the images in the browser, alone or with others."),
        "pick": Entry("choose.pick", "Flag images as picks."),
        "reject": Entry("choose.reject", "Flag images as rejected."),
        "lock": Entry("choose.lock", "Lock images into the set."),
        "tag": Entry("choose.tag", "Put a tag on images, or take it off."),
        "note": Entry("choose.note", "Write a note on images, or show their notes."),
        "rank": Entry("choose.rank", "Rank images by pairwise comparisons."),
        "learn": Entry("choose.learn", "Learn a preference from votes and score images by it."),
        "ask": Entry("choose.ask", "Name the images whose votes would teach a preference most."),
        "reviews": Entry("choose.reviews", "Show what curators decided and how far they agree."),
        "select": Entry("choose.select", "Select the set: good images that differ from each other."),
        "sheet": Entry("choose.sheet", "Draw a contact sheet of the set or of any images."),
        "export": Entry("choose.export", "Copy images out of the project, with CSV and sheet."),
    },
    "Make more images": {
        "variations": Entry("derive.variations", "Plan image-to-image variations of a picture."),
        "inpaint": Entry("derive.inpaint", "Plan to inpaint a part of an image."),
        "restyle": Entry("derive.restyle", "Plan images anew in the style of other pictures."),
        "dream": Entry("derive.dream", "Plan dreams of images: a network amplifies what it sees."),
        "restore": Entry("derive.restore", "Plan one whole picture of several damaged copies."),
        "breed": Entry("derive.breed", "Plan children of two images by crossing their recipes."),
        "reroll": Entry("derive.reroll", "Plan to replace images by new ones with another seed."),
        "top-up": Entry("derive.top_up", "Plan the images that the supply still lacks."),
        "upscale": Entry("derive.upscale", "Plan larger versions of images."),
        "interpolate": Entry("derive.interpolate", "Plan the images between two images."),
        "walk": Entry("derive.walk", "Animate the way from image to image through latent space."),
        "latent": Entry(
            "latent",
            "Find points and directions in a model's latent space.",
            {
                "project": Entry("latent.project", "Find the point whose picture comes nearest to a picture."),
                "direction": Entry(
                    "latent.direction", "Learn a direction from the votes of curators, or from a trait."
                ),
            },
        ),
        "finish": Entry("derive.finish", "Plan the selected previews again with the full decoder."),
        "remove": Entry("derive.remove", "Take added recipes out of the plan again."),
        "lineage": Entry("derive.lineage", "Draw the ancestors and the children of an image."),
        "recipe": Entry("derive.recipe", "Print the recipe that an image file carries."),
    },
    "Publish and prove": {
        "rarity": Entry("publish.rarity", "Rank the tokens by rarity, by OpenRarity's method."),
        "freeze": Entry("publish.freeze", "Assign token ids, write the metadata and fix both by hash."),
        "unfreeze": Entry("publish.unfreeze", "Go back to choosing; every frozen version is kept."),
        "pin": Entry("publish.pin", "Write the set as a CAR file and pin it on IPFS."),
        "verify": Entry("publish.verify", "Verify every token on the chain and on IPFS, without a key."),
        "inspect": Entry("publish.inspecting", "Read the marks in an image file: what made it."),
        "gateway": Entry("publish.gateway", "Show the frozen set in the browser, as IPFS gateways will."),
        "export-set": Entry("publish.export_set", "Export the frozen set for a marketplace or a mint tool."),
        "site": Entry("publish.site", "Make a static gallery of the frozen set, with its proof."),
    },
    "On the chain": {
        "networks": Entry("chain.networks", "List the networks by the names that [chain] takes."),
        "chain": Entry("chain.node", "Start or stop a node of this machine."),
        "keys": Entry("chain.keys", "List or make the keys of accounts and of marked pictures."),
        "resolve": Entry("chain.resolve", "Resolve names of ENS, and keep where they lead to."),
        "gas": Entry("chain.gas", "Show what the launch costs in gas, before it is spent."),
        "rehearse": Entry("chain.rehearse", "Rehearse the whole launch on this machine."),
        "deploy": Entry("chain.deploy", "Deploy the contract of the frozen set."),
        "publish-source": Entry("chain.publish_source", "Publish the source of every contract of the project."),
        "mint": Entry("chain.mint", "Mint every frozen token that is not minted yet."),
        "airdrop": Entry("chain.airdrop", "Mint tokens to the owners that a list names."),
        "phase": Entry("chain.phase", "Show the phases of the sale, or bring them to the chain."),
        "allowlist": Entry("chain.allowlist", "Build or check an allowlist, or print a proof from it."),
        "voucher": Entry("chain.voucher", "Sign a voucher: a promise of tokens at a price."),
        "editions": Entry("chain.editions", "Deploy, mint, close or verify copies of the images."),
        "reveal": Entry("chain.reveal", "Draw which token shows which image."),
        "freeze-metadata": Entry("chain.freeze_metadata", "Freeze the metadata on the chain for ever."),
        "royalty": Entry("chain.royalty", "Show who is paid how much of a resale, by the chain."),
        "withdraw": Entry("chain.withdraw", "Pay the artists what royalties and sales brought."),
        "rescue": Entry("chain.rescue", "Rescue a published collection from its contract."),
    },
}
"""The commands in the order of the help, under its headings."""


def _named(context: typer.Context, project: Path | None) -> None:
    if project is not None:
        context.obj = project
        name_project(None if project == Path() else project)


def _placeless(
    project: Annotated[
        Path | None,
        typer.Option("--project", "-C", hidden=True, expose_value=False, callback=_named, help="The project folder."),
    ] = None,
) -> None:
    """The option -C, which stands before the command's name or after it."""


def project_option() -> Any:
    """-C as an option of a command: people write it after the command's name, too."""
    app = typer.Typer(add_completion=False)
    app.command()(_placeless)
    return next(option for option in get_command(app).params if option.name == "project")


def _is_here(value: Any) -> bool:
    return value == Path() or (isinstance(value, tuple | list) and Path() in value)


def _unnamed(what: str) -> UsageError:
    return UsageError(f"the name given for {what} is empty", "give a name; this folder is called .")


class LazyCommand(TyperCommand):
    """The name and the summary of a command, whose module is imported when the command is used."""

    def __init__(self, name: str, entry: Entry) -> None:
        super().__init__(name, help=entry.summary)
        self._module = entry.module

    @cached_property
    def loaded(self) -> Any:
        """The command itself, with its options."""
        app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        app.command(self.name)(import_module(f".{self._module}", __package__).command)
        command = get_command(app)
        command.params.append(project_option())
        return command

    def make_context(self, *words: Any, **settings: Any) -> Any:
        """The context of the loaded command: parsing, running, help and completion go on with that.

        Raises UsageError for an empty word where a folder or a file is meant: it would be read as this folder.
        """
        empty = "" in words[1]
        context = self.loaded.make_context(*words, **settings)
        given = {name for name in context.params if context.get_parameter_source(name).name == "COMMANDLINE"}
        if empty and (unnamed := [name for name in given if _is_here(context.params[name])]):
            raise _unnamed(unnamed[0].upper())
        return context


class LazyGroup(TyperGroup):
    """A command of commands, such as `collection train gan`; none of them is imported to list them."""

    def __init__(self, name: str, entry: Entry) -> None:
        super().__init__(name=name, help=entry.summary, rich_markup_mode=None)
        self.commands.update((member, LazyCommand(member, about)) for member, about in entry.members.items())


def words_of(members: Mapping[str, Entry]) -> dict[str, Entry]:
    """The commands under a heading by the words that people type (train gan), in the order of the help."""
    found: dict[str, Entry] = {}
    for name, entry in members.items():
        found |= {f"{name} {member}": about for member, about in entry.members.items()} or {name: entry}
    return found


class Commands(TyperGroup):
    """All commands; the help lists their summaries under headings."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for members in COMMANDS.values():
            self.commands.update(
                (name, (LazyGroup if entry.members else LazyCommand)(name, entry)) for name, entry in members.items()
            )

    def make_context(self, info_name: str | None, args: list[str], *words: Any, **settings: Any) -> Any:
        """The context of a command line; raises UsageError for -C with an empty name."""
        if any(option in ("-C", "--project") and not name for option, name in pairwise(args)) or "--project=" in args:
            raise _unnamed("PROJECT")
        return super().make_context(info_name, args, *words, **settings)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the words name; an old name is refused with the new one."""
        if args and args[0] in RENAMED and args[0] not in self.commands:
            new = RENAMED[args[0]]
            raise UsageError(f"collection {args[0]} is called {new} now", f"collection {new} --help")
        if args and args[0] not in self.commands and (near := get_close_matches(args[0], self.commands, 1)):
            ctx.fail(f"No such command {args[0]!r}. Did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def command(self, words: str) -> Any:
        """The command that people type by these words, imported."""
        command: Any = self
        for name in words.split():
            command = command.commands[name]
        assert isinstance(command, LazyCommand)
        return command.loaded

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a section for each heading, with summaries in one column."""
        width = max(map(len, self.commands))
        for heading, members in COMMANDS.items():
            with formatter.section(heading):
                formatter.write_dl([(f"{name:<{width}}", entry.summary) for name, entry in members.items()])
