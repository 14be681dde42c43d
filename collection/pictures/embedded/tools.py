"""Which tool wrote the texts of a picture, and what they say of its making."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from collection.pictures.embedded.comfyui import is_graph, is_workflow, read_graph
from collection.pictures.embedded.fields import (
    CFG,
    MODEL,
    NEGATIVE,
    PROMPT,
    SAMPLER,
    SEED,
    SIZE,
    STEPS,
    json_object,
    model_name,
    plausible,
    read_fields,
)
from collection.pictures.embedded.infotext import parse_infotext, prompts
from collection.pictures.embedded.texts import COMMENT, USER_COMMENT, XP_COMMENT, XP_SUBJECT, XP_TITLE
from collection.pictures.embedded.xmp import XMP_COMMENT, XMP_DESCRIPTION, XMP_TOOL

PARAMETERS = "parameters"
"""Key of the text that the web UI and most tools write."""


class Told(NamedTuple):
    """What a tool says."""

    format: str
    """The tool whose form the texts have; others write it too."""
    parameters: Mapping[str, str]
    unread: str = ""
    """What is there of the tool and was not read, in words."""


Texts = Mapping[str, str]

_DATA = re.compile(r'\s*(<(?!lora:|lyco:|hypernet:)|[\[{]\s*["\d{}\]])')
"""How XML and JSON begin, whole or cut off; a prompt may begin with another bracket."""

_LISTED = re.compile(r"\s*(---\n)?(positive[ _])?prompt:.*(\n[a-z_ ]+:.*)+\s*")
"""YAML: a line for each key, in small letters, and the prompt first."""


def read_tools(texts: Texts) -> Iterator[Told]:
    """What each tool whose texts these are says, best first."""
    for reader in _READERS:
        told = reader(texts)
        if told and (told.parameters or told.unread):
            yield told


def _web_ui(texts: Texts) -> Told | None:
    """A text with a line of pairs, wherever it is; in `parameters` also a prompt alone."""
    if _LISTED.fullmatch(texts.get(PARAMETERS, "")):
        return Told("A1111", {}, f"data in its `{PARAMETERS}` text")
    for key in (PARAMETERS, USER_COMMENT, COMMENT, "Comment", "ImageDescription", "Description", XMP_COMMENT,
                XMP_DESCRIPTION, XP_COMMENT, XP_TITLE, XP_SUBJECT):  # fmt: skip
        found = parse_infotext(texts.get(key, ""))
        if found:
            return Told("A1111", found)
    text = texts.get(PARAMETERS, "")
    if not text or json_object(text) is not None:
        return None
    if "\0" in text or _DATA.match(text):
        return Told("A1111", {}, f"data in its `{PARAMETERS}` text")
    return Told("A1111", plausible(prompts(text)))


def _stability_matrix(texts: Texts) -> Told | None:
    value = json_object(texts.get("parameters-json", ""))
    return Told("StabilityMatrix", read_fields(value)) if value else None


def _json_parameters(texts: Texts) -> Told | None:
    """SwarmUI, Fooocus and its kin, Civitai and others: one JSON object."""
    for key in (PARAMETERS, USER_COMMENT, COMMENT, "Comment", "ImageDescription", "generation_data", XMP_COMMENT,
                XP_COMMENT, "prompt"):  # fmt: skip
        value = json_object(texts.get(key, ""))
        if value and not (key == "Comment" and "Description" in texts):  # which is NovelAI's
            told = _json(value, texts)
            if told:
                return told
    return None


def _json(value: Mapping[str, Any], texts: Texts) -> Told | None:
    inner = value.get("sui_image_params")
    if isinstance(inner, dict):
        return Told("SwarmUI", read_fields(inner, negativeprompt=NEGATIVE, comfyuisampler=SAMPLER))
    if isinstance(value.get("Comment"), str) and "Description" in value:  # in the EXIF of a WebP file
        return _novelai({key: item for key, item in value.items() if isinstance(item, str)})
    civitai = json_object(value["extraMetadata"]) if isinstance(value.get("extraMetadata"), str) else None
    if civitai:
        return Told("Civitai", read_fields(civitai))
    if is_graph(value) or is_graph(_inner(value, "prompt")) or is_workflow(_inner(value, "workflow")):
        return None
    software = str(value.get("software") or value.get("version") or texts.get("Software", ""))
    tool = "Fooocus" if "fooocus" in software.lower() or "fooocus_scheme" in texts else ""
    tool = "TensorArt" if "generation_data" in texts else tool
    found = read_fields(value, scale=CFG, **({"c": PROMPT} if "uc" in value else {}))
    return Told(tool or "JSON", found if _enough(found) else {}, "" if _enough(found) else "JSON of an unknown tool")


def _enough(found: Mapping[str, str]) -> bool:
    """Whether a JSON object of nobody's says enough to be parameters: a prompt or model, and a number."""
    return bool(found.keys() & {PROMPT, MODEL}) and bool(found.keys() & {SEED, STEPS, CFG})


def _inner(value: Mapping[str, Any], key: str) -> Any:
    """A value of a JSON object, which may be JSON as text."""
    inner = value.get(key)
    return json_object(inner) if isinstance(inner, str) else inner


def _comfyui(texts: Texts) -> Told | None:
    """A graph: in `prompt`, or in a comment, alone or below `prompt`."""
    values = {key: json_object(texts.get(key, "")) or {} for key in ("prompt", "workflow", USER_COMMENT, COMMENT)}
    graphs = [values["prompt"], *(form for key in (USER_COMMENT, COMMENT) for form in _forms(values[key], "prompt"))]
    for graph in filter(is_graph, graphs):
        found = read_graph(graph)
        unread = "a prompt that ComfyUI's nodes put together" if found else "a ComfyUI graph"
        return Told("ComfyUI", found, "" if found.get(PROMPT) else unread)
    drawn = [form for value in values.values() for form in _forms(value, "workflow")]
    return Told("ComfyUI", {}, "a ComfyUI workflow") if any(map(is_workflow, drawn)) or _cut(texts) else None


def _forms(value: Mapping[str, Any], key: str) -> tuple[Any, Any]:
    return value, _inner(value, key)


def _cut(texts: Texts) -> bool:
    """Whether there is a text of ComfyUI that is no whole JSON."""
    return any(texts.get(key, "").lstrip().startswith("{") for key in ("prompt", "workflow"))


def _invokeai(texts: Texts) -> Told | None:
    for key in ("invokeai_metadata", "invokeai"):
        found = read_fields(json_object(texts.get(key, "")) or {}, scheduler=SAMPLER)
        if found:
            return Told("InvokeAI", found)
    value = json_object(texts.get("sd-metadata", ""))
    if value and isinstance(value.get("image"), dict):  # versions 1.15 to 2
        found = {
            **read_fields({key: item for key, item in value.items() if key != "model"}),
            **read_fields(value["image"]),
        }
        return Told("InvokeAI", _split_brackets(found))
    if "Dream" in texts:
        return Told("InvokeAI", _dream(texts["Dream"]))
    there = any(key.startswith("invokeai") for key in texts)
    return Told("InvokeAI", {}, "an InvokeAI workflow") if there else None


def _dream(text: str) -> dict[str, str]:
    """The command line of InvokeAI's first versions: "PROMPT" -s STEPS -S SEED -W WIDTH -H HEIGHT -C CFG -A SAMPLER.

    In the very first the prompt has no quotes.
    """
    try:
        told = shlex.split(text)
    except ValueError:  # an apostrophe, in a prompt without quotes
        told = [] if text.startswith('"') else text.split()
    first = next((place for place, word in enumerate(told) if place and re.fullmatch("-[a-zA-Z].*", word)), len(told))
    prompt, words = " ".join(told[:first]), told[first:]
    options = {word[:2]: word[2:] or following for word, following in zip(words, [*words, ""][1:], strict=True)
               if re.match("-[a-zA-Z]", word)}  # fmt: skip
    size = f"{options.get('-W', '')}x{options.get('-H', '')}"
    pairs = ((STEPS, "-s"), (SEED, "-S"), (CFG, "-C"), (SAMPLER, "-A"), (SAMPLER, "-m"))
    return _split_brackets(
        plausible([(PROMPT, prompt), (SIZE, size), *((name, options.get(key, "")) for name, key in pairs)])
    )


def _split_brackets(found: Mapping[str, str]) -> dict[str, str]:
    """InvokeAI before version 3: what stands in square brackets is the negative prompt."""
    text = found.get(PROMPT, "")
    negative = ", ".join(re.findall(r"\[([^\[\]]+)\]", text))
    prompt = re.sub(r"\s*\[[^\[\]]+\]", "", text).strip()
    return plausible([(PROMPT, prompt), (NEGATIVE, negative), *((key, found[key]) for key in found if key != PROMPT)])


def _novelai(texts: Texts) -> Told | None:
    value = json_object(texts.get("Comment", ""))
    if value is None or ("Description" not in texts and "uc" not in value):
        return None
    found = {PROMPT: texts.get("Description", ""), **read_fields(value, scale=CFG)}
    if "Source" in texts:
        found[MODEL] = model_name(texts["Source"])
    unwanted, characters = _captions(value.get("v4_negative_prompt"))
    found.setdefault(NEGATIVE, unwanted)
    characters |= _captions(value.get("v4_prompt"))[1]
    return Told("NovelAI", plausible(found.items()), "prompts of single characters" if characters else "")


def _captions(told: Any) -> tuple[str, bool]:
    """The text of a prompt of NovelAI's version 4, and whether characters have prompts besides."""
    caption = told.get("caption") if isinstance(told, dict) else None
    if not isinstance(caption, dict):
        return "", False
    text = caption.get("base_caption")
    return text if isinstance(text, str) else "", bool(caption.get("char_captions"))


def _draw_things(texts: Texts) -> Told | None:
    """XMP: JSON with "c" for the prompt and "uc" for what is unwanted; or its text, where a line "-..." is that."""
    if "draw things" not in texts.get(XMP_TOOL, "").lower():
        return None
    found = read_fields(json_object(texts.get(XMP_COMMENT, "")) or {}, scale=CFG, c=PROMPT)
    if not _enough(found):
        lines = texts.get(XMP_DESCRIPTION, "").splitlines()
        last = next((place for place, line in enumerate(lines) if line.startswith("Steps:")), len(lines))
        unwanted = next((place for place, line in enumerate(lines[:last]) if place and line.startswith("-")), last)
        said = [(PROMPT, "\n".join(lines[:unwanted])), (NEGATIVE, "\n".join(lines[unwanted:last]).removeprefix("-"))]
        found = plausible([*said, *read_fields(parse_infotext("\n".join(lines[last:]))).items()])
        found = found if _enough(found) else {}
    return Told("Draw Things", found, "" if found else "a text of Draw Things")


def _single_texts(texts: Texts) -> Told | None:
    """One chunk for each parameter, as Easy Diffusion writes them, by the names of its code or of its page."""
    keys = {re.sub("[^a-z]", "", key.lower()) for key in texts}
    if "prompt" not in keys or json_object(texts.get("prompt", "")) is not None:
        return None
    if keys & {"usestablediffusionmodel", "stablediffusionmodel", "numinferencesteps"}:
        return Told("Easy Diffusion", read_fields(texts))
    found = read_fields(texts)
    return Told("texts", found) if _enough(found) else None


_READERS: tuple[Callable[[Texts], Told | None], ...] = (
    _draw_things, _web_ui, _stability_matrix, _invokeai, _novelai, _single_texts, _json_parameters, _comfyui,
)  # fmt: skip
