"""Write the reference pages of docs/ from the code, so that they cannot drift: `make docs`.

With --check, write nothing and fail if a page is not up to date.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from collection.config import Config
from collection.judge.catalogue import metrics
from collection.judge.issues import TINY, TINY_SAYS, thresholds
from collection.store.percentiles import COMPARED_WITH
from collection_cli.commands import COMMANDS, Commands, words_of
from collection_cli.main import app

DOCS = Path(__file__).parent.parent / "docs"
NOTE = "<!-- Written by `make docs`; do not edit. -->\n"


def configuration() -> str:
    """The page of collection.toml: a section for each table, a row for each key."""
    schema = Config.model_json_schema()
    lines = [
        "# collection.toml",
        NOTE,
        "Three keys are required: `title`, `supply`, `seed`. An unknown key is an error, which names its line and the "
        "nearest known key. `collection config` prints the configuration with all defaults, `collection config "
        "--schema` prints the JSON Schema.",
        "",
    ]
    for heading, node in tables(schema):
        lines += [f"## {heading}", "", *described(node), "| key | default | meaning |", "|---|---|---|"]
        required = set(node.get("required", []))
        for key, value in node["properties"].items():
            lines.append(f"| `{key}` | {default(value, key in required)} | {meaning(schema, value)} |")
        lines.append("")
        lines += issues() if heading == "[score]" else []
    return "\n".join(lines)


def issues() -> list[str]:
    """The table of thresholds, which follows from the catalogue of metrics."""
    defects = [metric.defect for metric in metrics().values() if metric.defect]
    says = {defect.issue: defect.says + (" Never chosen." if defect.never_chosen else "") for defect in defects}
    says[TINY] = TINY_SAYS
    lines = [
        "## [score.issues]",
        "",
        "From where on a number counts as a defect. Nothing is measured again when these ",
    ]
    lines[-1] += "change. [The metrics](metrics.md) say what the numbers are; the end of a range means never. A metric "
    lines[-1] += "that an installed package adds has its issue here too."
    lines += ["", "| key | default | meaning |", "|---|---|---|"]
    return [*lines, *(f"| `{issue}` | `{value:g}` | {says[issue]} |" for issue, value in thresholds({}).items()), ""]


def tables(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(heading of a table, its schema), the whole file first."""
    yield "The file", {**schema, "description": ""}
    for key, value in schema["properties"].items():
        for node in value.get("oneOf", ()):
            yield f'[{key}] with use = "{node["properties"]["use"]["const"]}"', node
        for node in [*value.get("patternProperties", {}).values(), value.get("additionalProperties")]:
            if isinstance(node, dict) and "properties" in node:
                yield f"[{key}.NAME]", node
        for name in definitions(value):
            node = schema["$defs"][name]
            if "properties" not in node:
                continue
            heading = f"[{key}]"
            if value.get("type") == "array":
                heading = f"[[{key}]]"
            elif "additionalProperties" in value or "patternProperties" in value:
                heading = f"[{key}.NAME]"
            yield heading, node
            for inner, part in node["properties"].items():
                if "$ref" in part and "properties" in schema["$defs"][part["$ref"].rsplit("/", 1)[1]]:
                    yield f"[{key}.{inner}]", schema["$defs"][part["$ref"].rsplit("/", 1)[1]]


def definitions(value: Any) -> Iterator[str]:
    """The names of the definitions that a schema refers to."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"].rsplit("/", 1)[1]
        for key, part in value.items():
            if key not in ("mapping", "default"):
                yield from definitions(part)
    elif isinstance(value, list):
        for part in value:
            yield from definitions(part)


def described(node: dict[str, Any]) -> list[str]:
    """The description of a table."""
    text = " ".join(node.get("description", "").split())
    return [text, ""] if text else []


def default(value: dict[str, Any], required: bool) -> str:
    """The default of a key."""
    if required:
        return "required"
    found = value.get("default")
    if found is None or "$ref" in value or (isinstance(found, dict | list) and _holds_table(value)):
        return ""
    return f"`{str(found).lower() if isinstance(found, bool) else repr(found).replace(chr(39), chr(34))}`"


def _holds_table(value: dict[str, Any]) -> bool:
    """Whether a key has tables below it, by name or in place."""
    said = json.dumps(value)
    return '"$ref"' in said or '"properties"' in said


def meaning(schema: dict[str, Any], value: dict[str, Any]) -> str:
    """The description of a key and its range, or a pointer to the table of the key."""
    text = " ".join(value.get("description", "").split())
    if not text and ("oneOf" in value or list(definitions(value)) or _holds_table(value)):
        text = "A table, below."
    low, high = value.get("minimum", value.get("exclusiveMinimum")), value.get("maximum")
    limits = f"{low:,} to {high:,}." if low is not None and high is not None else ""
    return " ".join(filter(None, [text, limits])).replace("|", "\\|")


def commands() -> str:
    """The page of the commands: a section for each heading of the help, a paragraph for each command."""
    group = get_command(app)
    assert isinstance(group, Commands)
    lines = [
        "# Commands",
        NOTE,
        "`collection [-C PROJECT] COMMAND`. Exit codes: 0, 1 (work failed or incomplete), 2 (usage, configuration). "
        "Every command takes `--json`: it prints one object to stdout and everything else to stderr.",
    ]
    for heading, members in COMMANDS.items():
        lines += ["", f"## {heading}"]
        for name in words_of(members):
            command = group.command(name)
            lines += ["", f"### collection {name}", "", inspect.cleandoc(command.help or ""), ""]
            lines += [
                f"- {option(parameter)}" for parameter in command.params if parameter.name not in ("as_json", "help")
            ]
    return "\n".join(lines) + "\n"


def option(parameter: Any) -> str:
    """An option or argument with its help."""
    value = (parameter.metavar or parameter.name).upper()
    names = [*parameter.opts, *parameter.secondary_opts] if parameter.opts[0].startswith("-") else [value]
    if names != [value] and not parameter.is_flag:
        names[-1] += f" {value}"
    return f"{', '.join(f'`{name}`' for name in names)}: {parameter.help or ''}"


NOT_READ = (
    "## Models that are not read",
    "",
    "- HPSv3 (Ma et al., ICCV 2025; 60.2 % in Multimodal RewardBench 2): a vision-language model of 7 billion "
    "parameters with a head of its own, asked in a fixed wording. Neither its weights nor numbers of its authors for "
    "known pictures were at hand to check a reader against, and no description of the file's layout was found apart "
    "from its code. A number that nobody could have checked would carry the name of a model that may not have given "
    "it.",
    "- The image-only HP head of ICT (2025): a small network on the vectors of a CLIP. The same holds.",
    "",
    "A package can add either as a metric: it runs the authors' own code, and brings its own check.",
)


def metric_catalogue() -> str:
    """The page of the metrics: a section for each metric."""
    lines = [
        "# Metrics",
        NOTE,
        "What each number of an image says, and what it cannot tell. Collection keeps each with the "
        f"identity of the model that computed it and with its percentile: the share of {COMPARED_WITH} that have a "
        "lower number. Scores of different models are never compared. `[score.issues]` sets the limit beyond which a "
        "number is a defect.",
    ]
    for metric in metrics().values():
        lines += ["", f"## {metric.title}", "", metric.says, "", f"- Range: {metric.span}; {metric.direction}."]
        if defect := metric.defect:
            lines.append(f"- Issue: `{defect.issue}`, {defect.side} {defect.threshold:g}.")
        lines += [f"- Source: {metric.source}.", f"- Limits: {metric.limits}"]
    return "\n".join([*lines, "", *NOT_READ]) + "\n"


def main() -> None:
    """Write or check the files."""
    wanted = {
        DOCS / "configuration.md": configuration(),
        DOCS / "commands.md": commands(),
        DOCS / "metrics.md": metric_catalogue(),
    }
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        if stale:
            sys.exit(f"not up to date: {', '.join(path.name for path in stale)}; run `make docs`")
        return
    for path in stale:
        path.write_text(wanted[path])


if __name__ == "__main__":
    main()
