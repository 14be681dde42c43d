"""Which activation and which preprocess belong to CLIP weights, and what of that can be known.

Weights do not say which activation they were trained with: QuickGELU and GELU have no parameters, and a tower fed with
the wrong one, or with the wrong mean, gives plausible vectors and wrong scores. What can be decided:

* A registered tag (NAME/TAG) says all of it; open_clip's registry is the authority.
* A bare file says nothing. It is accepted where every registered set of weights of that name wants the same
  treatment, and otherwise only with the tag that it claims to be (NAME/TAG:FILE).
* A folder's open_clip_config.json may state `quick_gelu` and the preprocess. What it states must be what some
  registered weights of that architecture want, and what it leaves out must follow; of an architecture that
  nobody registered it is believed.
* OpenAI's own weights can be recognised: they were published with matrices in half precision and the rest in single
  (the sizes of the files prove it), and stay so whatever they are converted to. Other weights were trained and
  published in single precision, or cast as a whole. That is strong evidence, not proof.
* Weights nobody has trained can be recognised: see `open_clip_encoder`.

A false declaration of weights that are not OpenAI's cannot be found out by any means here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from collection.errors import UsageError, WeightsError
from collection.judge.encoders.preprocess import Triple


@dataclass(frozen=True, slots=True)
class Treatment:
    """What weights want: the activation of their blocks, and how pictures are brought to them."""

    quick_gelu: bool
    mean: Triple
    std: Triple
    resize: str
    interpolation: str


@dataclass(frozen=True, slots=True)
class EncoderReference:
    """Where an open_clip model is to come from; which fields are set says which kind it is."""

    text: str
    name: str = ""
    tag: str = ""
    file: Path | None = None
    folder: Path | None = None
    repository: str = ""


def parse_reference(text: str) -> EncoderReference:
    """Read NAME/TAG, NAME:FILE, NAME/TAG:FILE, hf-hub:ORGANISATION/REPOSITORY or local-dir:FOLDER.

    Raises UsageError for anything else, a NAME alone included: it would be a network with random weights.
    """
    kind, _, rest = text.partition(":")
    if kind in ("local-dir", "hf-hub") and rest:
        return (
            EncoderReference(text, folder=Path(rest))
            if kind == "local-dir"
            else EncoderReference(text, repository=rest)
        )
    name, _, tag = kind.partition("/")
    if kind in ("local-dir", "hf-hub") or not name or not (tag or rest):
        raise UsageError(
            f"encoder {text!r} names no weights",
            "write NAME/TAG (ViT-L-14-quickgelu/openai), NAME/TAG:FILE, hf-hub:REPOSITORY or local-dir:FOLDER",
        )
    return EncoderReference(text, name=name, tag=tag, file=Path(rest) if rest else None)


def registered(name: str) -> dict[str, Treatment]:
    """Treatments of the tags that open_clip knows for a model name."""
    from open_clip.pretrained import get_pretrained_cfg, list_pretrained_tags_by_model

    return {tag: _treatment(get_pretrained_cfg(name, tag)) for tag in list_pretrained_tags_by_model(name)}


def _treatment(tag: Mapping[str, Any]) -> Treatment:
    return Treatment(
        quick_gelu=bool(tag.get("quick_gelu", False)),
        mean=tuple(tag["mean"]),
        std=tuple(tag["std"]),
        resize=tag["resize_mode"],
        interpolation=tag["interpolation"],
    )


def model_config(name: str) -> dict[str, Any]:
    """The architecture of an open_clip model name; raises UsageError with near names if there is none."""
    import difflib

    import open_clip

    found = open_clip.get_model_config(name) if ":" not in name else None
    if found is None:
        near = ", ".join(difflib.get_close_matches(name, open_clip.list_models(), 3)) or "see open_clip.list_models()"
        raise UsageError(f"open_clip knows no model {name!r}", f"did you mean {near}?")
    return dict(found)


def treatment_of_tag(name: str, tag: str) -> Treatment:
    """What NAME/TAG wants; raises where the tag is unknown, or the name builds the wrong activation for it."""
    from open_clip.pretrained import get_pretrained_cfg

    config, found = model_config(name), get_pretrained_cfg(name, tag)
    if not found:
        known = [f"{right}/{other}" for other in registered(name) if (right := _right_name(name, other))]
        raise UsageError(
            f"open_clip knows no weights {name}/{tag}",
            f"known: {', '.join(known)}" if known else "use local-dir:FOLDER with weights of your own",
        )
    treatment = _treatment(found)
    if treatment.quick_gelu != bool(config.get("quick_gelu", False)):
        right = _right_name(name, tag)
        raise WeightsError(
            f"{name}/{tag}: these weights want {_activation(treatment.quick_gelu)}, which {name} does not build",
            f"write {right}/{tag}" if right else "choose other weights: no model of open_clip builds that",
        )
    return treatment


def _right_name(name: str, tag: str) -> str | None:
    """The model of these towers that builds the activation that a tag wants, if open_clip has one."""
    import open_clip
    from open_clip.pretrained import get_pretrained_cfg

    plain = name.removesuffix("-quickgelu")
    for right in (name, plain, f"{plain}-quickgelu"):
        config, found = open_clip.get_model_config(right), get_pretrained_cfg(right, tag)
        if config and found and bool(config.get("quick_gelu")) == bool(found.get("quick_gelu")):
            return right
    return None


def treatment_of_bare_file(name: str, file: Path) -> Treatment:
    """What NAME:FILE wants, if all registered weights of that name want the same; raises WeightsError otherwise."""
    known = registered(name) if model_config(name) else {}
    if len(set(known.values())) != 1:
        raise WeightsError(
            f"{name}:{file.name} does not say which weights these are, and those of {name} differ in what they want",
            f"write {name}/TAG:{file} with TAG one of {', '.join(known)}, or use local-dir:FOLDER"
            if known
            else "use local-dir:FOLDER, whose open_clip_config.json says how pictures are brought to them",
        )
    tag = next(iter(known))
    return treatment_of_tag(name, tag)


def treatment_of_folder(config: Mapping[str, Any], where: str) -> Treatment:
    """What the weights beside an open_clip_config.json want; raises WeightsError if that is unknown or contradicted."""
    model, preprocess = config["model_cfg"], config.get("preprocess_cfg", {})
    stated: dict[str, Any] = {"quick_gelu": bool(model["quick_gelu"])} if "quick_gelu" in model else {}
    for ours, theirs in (
        ("mean", "mean"),
        ("std", "std"),
        ("resize", "resize_mode"),
        ("interpolation", "interpolation"),
    ):
        if preprocess.get(theirs) is not None:
            value = preprocess[theirs]
            stated[ours] = tuple(float(part) for part in value) if ours in ("mean", "std") else value
    known = {way for name in models_of_same_towers(model) for way in registered(name).values()}
    if not known:
        from open_clip.transform import PreprocessCfg

        default = PreprocessCfg()
        fallback = Treatment(False, default.mean, default.std, default.resize_mode, default.interpolation)
        known = {Treatment(**{**_as_dict(fallback), **stated})}
    return _the_only(known, stated, where)


def _the_only(known: Iterable[Treatment], stated: Mapping[str, Any], where: str) -> Treatment:
    fitting = [way for way in known if all(_equal(getattr(way, key), value) for key, value in stated.items())]
    said = ", ".join(f"{key} = {value}" for key, value in stated.items()) or "nothing"
    if not fitting:
        raise WeightsError(
            f"{where} states {said}: no known weights of this architecture want that together",
            "correct quick_gelu in model_cfg, or mean, std, resize_mode in preprocess_cfg, as their authors give them",
        )
    if len(fitting) > 1:
        open_fields = sorted(
            field.name for field in fields(Treatment) if len({getattr(way, field.name) for way in fitting}) > 1
        )
        raise WeightsError(
            f"{where} states {said}, and known weights of this architecture differ in {', '.join(open_fields)}",
            "state quick_gelu in model_cfg (true for OpenAI, MetaCLIP, DFN) and mean, std, resize_mode, interpolation"
            " in preprocess_cfg",
        )
    return fitting[0]


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, tuple):
        return len(one) == len(other) and all(abs(a - b) < 1e-4 for a, b in zip(one, other, strict=True))
    return bool(one == other)


def _as_dict(treatment: Treatment) -> dict[str, Any]:
    return {field.name: getattr(treatment, field.name) for field in fields(Treatment)}


def models_of_same_towers(model: Mapping[str, Any]) -> list[str]:
    """Names of registered models with the same towers, whatever their activation."""
    import open_clip

    towers = _towers(model)
    return [name for name in open_clip.list_models() if _towers(open_clip.get_model_config(name)) == towers]


def _towers(model: Mapping[str, Any]) -> tuple[Any, ...]:
    vision, text = model.get("vision_cfg", {}), model.get("text_cfg", {})
    layers, size = vision.get("layers"), vision.get("image_size")
    return (
        model.get("embed_dim"),
        tuple(layers) if isinstance(layers, list) else layers,
        tuple(size) if isinstance(size, list) else size,
        *(vision.get(key) for key in ("width", "patch_size", "timm_model_name")),
        *(text.get(key) for key in ("width", "layers", "hf_model_name")),
    )


def registered_repository(repository: str) -> tuple[str, str] | None:
    """(NAME, TAG) of the registered weights whose home is this hub repository, if any; -quickgelu names first."""
    from open_clip.pretrained import get_pretrained_cfg, list_pretrained

    pairs = sorted(list_pretrained(), key=lambda pair: not pair[0].endswith("-quickgelu"))
    return next(
        (pair for pair in pairs if get_pretrained_cfg(*pair).get("hf_hub", "").startswith(f"{repository}/")), None
    )


def _activation(quick: bool) -> str:
    return "QuickGELU" if quick else "GELU"
