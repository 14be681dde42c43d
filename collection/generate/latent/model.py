"""A latent model, opened: points and class weights go in, pictures come out, whatever format it came in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from collection.errors import WeightsError
from collection.generate.latent.manifest import Manifest, read_manifest
from collection.models.hub import first_line
from collection.models.weights import file_sha256, load_state
from collection.values import sha256_hex

if TYPE_CHECKING:
    from torch import Tensor

Decode = Callable[["Tensor", "Tensor"], "Tensor"]
"""(n, *shape) points and (n, inputs) class weights to the network's own pictures."""


@dataclass(frozen=True)
class LatentModel:
    """A network with a latent space."""

    kind: str
    decode: Decode
    shape: tuple[int, ...]
    """The shape of a point, of a network whose points have one shape."""
    files: Sequence[Path]
    """The files with its weights."""
    classes: tuple[str, ...] = ()
    first_class: int = 0
    class_inputs: int = 0
    distribution: Literal["normal", "uniform"] = "normal"
    bounds: tuple[float, float] = (-1.0, 1.0)
    """Of uniform points."""
    layout: str = "NCHW"
    range: tuple[float, float] = (-1.0, 1.0)
    """What the network calls black and white."""
    pixels_a_number: int | None = None
    """Where a point is a grid, and a picture of any size may be asked for: pixels of a side of a cell."""
    differentiable: bool = True
    """Whether gradients lead from pictures back to points."""
    mixes: bool = True
    """Whether classes can be mixed; else one is named by its number."""
    encode: Callable[[Tensor], Tensor] | None = None
    """Points of pictures (n, 3, h, w), -1 to 1, of a model that came with its encoder."""
    license: str = ""
    packages: tuple[str, ...] = ("torch",)
    manifest: Path | None = None
    weights: str = field(init=False)
    """SHA-256 of the file with the weights; of several, that of their hashes, each in hexadecimal."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", weights_sha256(self.files))

    @property
    def identity(self) -> Mapping[str, Any]:
        """What ran, in JSON values."""
        said = {"weights": self.weights, "versions": {name: version(name) for name in self.packages}}
        return {**said, **({"manifest": file_sha256(self.manifest)} if self.manifest else {})}

    def shape_for(self, width: int, height: int) -> tuple[int, ...]:
        """The shape of a point whose picture has so many pixels."""
        if self.pixels_a_number is None:
            return self.shape
        cell = self.pixels_a_number
        return self.shape[0], max(1, round(height / cell)), max(1, round(width / cell))

    def pictures(self, points: Tensor, classes: Tensor) -> Tensor:
        """Pictures (n, 3, h, w), 0 to 1, of points (n, *shape) and class weights (n, classes)."""
        import torch

        inputs = torch.zeros(len(points), self.class_inputs)
        inputs[:, self.first_class : self.first_class + len(self.classes)] = classes
        made = self.decode(points, inputs)
        if made.ndim == 3:
            made = made.unsqueeze(1 if self.layout == "NCHW" else 3)
        made = made.permute(0, 3, 1, 2) if self.layout == "NHWC" else made
        if made.ndim != 4 or made.shape[1] not in (1, 3, 4):
            raise WeightsError(
                f"{self.files[0].name} makes {tuple(made.shape)}, which is no picture in the layout {self.layout}",
                "correct layout and latent in its manifest",
            )
        black, white = self.range
        made = (made.float() - black) / (white - black)
        return (made.expand(-1, 3, -1, -1) if made.shape[1] == 1 else made[:, :3]).clamp(0, 1)


def weights_sha256(files: Sequence[Path]) -> str:
    """The SHA-256 that recipes know a model by."""
    found = [file_sha256(path) for path in files]
    return found[0] if len(found) == 1 else sha256_hex("".join(found).encode())


def weight_files(place: Path) -> list[Path]:
    """The files with the weights of the model that `find_model` found, without opening them; raises WeightsError."""
    if place.name == "model.json":
        from collection.generate.latent.tensorflow_js import KerasDecoder

        return KerasDecoder(place).files
    if place.name == "config.json":
        return [place.with_name("diffusion_pytorch_model.safetensors")]
    return [place.with_name(read_manifest(place).weights)]


def open_model(place: Path) -> LatentModel:
    """The model that `find_model` found.

    Raises WeightsError for a manifest that is none, for weights that are missing, of another architecture or in a
    pickle, and for what does not turn a point into a picture.
    """
    if place.name == "model.json":
        return _tensorflow_js(place)
    if place.name == "config.json":
        return _diffusers(place)
    manifest = read_manifest(place)
    weights = place.with_name(manifest.weights)
    if not weights.is_file():
        raise WeightsError(f"{place}: weights = {manifest.weights!r}: there is no such file", "put it beside")
    made = {"onnx": _onnx, "torchscript": _torchscript}.get(manifest.kind, _own)(manifest, weights)
    model = LatentModel(
        manifest.kind, shape=manifest.latent, files=[weights], classes=manifest.classes,
        first_class=manifest.first_class, class_inputs=manifest.inputs, distribution=manifest.distribution,
        bounds=(manifest.low, manifest.high), layout=manifest.layout, range=manifest.range, license=manifest.license,
        manifest=place, **made,
    )  # fmt: skip
    _try(model)
    return model


def _try(model: LatentModel) -> None:
    """Raise WeightsError unless a point becomes a picture: the manifest fits the weights."""
    import torch

    points, classes = torch.zeros(1, *model.shape), torch.zeros(1, len(model.classes))
    classes[:, :1] = 1
    try:
        with torch.no_grad():
            model.pictures(points, classes)
    except WeightsError:
        raise
    except Exception as error:  # whatever a foreign network raises where its inputs are others
        raise WeightsError(
            f"{model.files[0].name} does not take points of {model.shape} and {model.class_inputs} class numbers, as "
            f"its manifest says: {first_line(error)}",
            "correct latent, classes, first_class and class_inputs in the manifest",
        ) from error


def _own(manifest: Manifest, weights: Path) -> dict[str, Any]:
    from collection.generate.latent.networks import ARCHITECTURES, SIZES

    if manifest.size not in SIZES:
        raise WeightsError(f"size = {manifest.size}: a {manifest.kind} has {', '.join(map(str, SIZES))} pixels a side")
    network = ARCHITECTURES[manifest.kind](manifest.size, manifest.latent[0], manifest.inputs, manifest.width)
    state = {
        name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in load_state(weights).items()
    }
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        wanted = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
        raise WeightsError(f"{weights} are of another network: {_first_difference(state, wanted)}", _FITS) from error
    network.eval().requires_grad_(False)
    return {"decode": network}


_FITS = "give weights that fit kind, size, latent, classes and width of the manifest"


def _first_difference(state: Mapping[str, Tensor], wanted: Mapping[str, tuple[int, ...]]) -> str:
    for name, shape in wanted.items():
        if name not in state:
            return f"they have no {name}"
        if tuple(state[name].shape) != shape:
            return f"{name} has the shape {tuple(state[name].shape)}, not {shape}"
    return f"they have {next(name for name in state if name not in wanted)}, which the network has not"


def _torchscript(manifest: Manifest, weights: Path) -> dict[str, Any]:
    import warnings

    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network = torch.jit.load(str(weights), map_location="cpu").eval()  # type: ignore[no-untyped-call]
    except (RuntimeError, ValueError, OSError) as error:
        raise WeightsError(
            f"{weights} is no TorchScript archive: {first_line(error)}",
            "save it by torch.jit.trace(...).save(...); a pickled model is not opened, since it may run anything",
        ) from error

    def decode(points: Tensor, classes: Tensor) -> Tensor:
        found: Tensor = network(points, classes) if manifest.inputs else network(points)
        return found

    return {"decode": decode}


def _onnx(manifest: Manifest, weights: Path) -> dict[str, Any]:
    from collection.generate.latent.onnx import OnnxDecoder

    network = OnnxDecoder(weights, with_classes=bool(manifest.inputs))
    packages = ("torch", "onnxruntime")
    return {"decode": network, "differentiable": False, "mixes": network.mixes, "packages": packages}


def _tensorflow_js(place: Path) -> LatentModel:
    from collection.generate.latent.tensorflow_js import KerasDecoder

    network = KerasDecoder(place)
    names, inputs = _labels(place.with_name("manifest.json")), (*network.sizes, 0)[1]
    classes = names or tuple(map(str, range(inputs)))
    if len(classes) > inputs:
        raise WeightsError(f"{place}: it takes {inputs} class numbers, manifest.json names {len(classes)} classes")
    model = LatentModel(
        "tensorflow-js", network, (network.sizes[0],), network.files, classes if inputs else (),
        first_class=inputs - len(classes) if inputs else 0, class_inputs=inputs, layout="NHWC", range=(0.0, 1.0),
    )  # fmt: skip
    _try(model)
    return model


def _labels(file: Path) -> tuple[str, ...]:
    """The class names in the manifest that ml5 puts beside a model; none, if there is none."""
    try:
        found = json.loads(file.read_bytes())["labels"]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _diffusers(place: Path) -> LatentModel:
    from collection.models.determinism import quiet
    from collection.models.environment import prepare_torchvision

    prepare_torchvision()
    import diffusers

    try:
        config = json.loads(place.read_bytes())
        kind = config["_class_name"]
        if kind not in ("AutoencoderKL", "AutoencoderTiny"):
            raise WeightsError(f"{place} describes a {kind}, not a VAE of pictures", "give an AutoencoderKL or a TAESD")
        with quiet():
            vae = getattr(diffusers, kind).from_pretrained(place.parent, local_files_only=True, use_safetensors=True)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{place.parent} is no diffusers VAE: {first_line(error)}") from error
    vae.float().eval().requires_grad_(False)
    scale, shift = float(config.get("scaling_factor") or 1.0), float(config.get("shift_factor") or 0.0)
    blocks = config.get("block_out_channels") or config["encoder_block_out_channels"]

    def decode(points: Tensor, classes: Tensor) -> Tensor:
        found: Tensor = vae.decode(points / scale + shift).sample
        return found

    def encode(pictures: Tensor) -> Tensor:
        said = vae.encode(pictures)
        found: Tensor = said.latents if kind == "AutoencoderTiny" else said.latent_dist.mode()
        return (found - shift) * scale

    shape = (int(config["latent_channels"]), 8, 8)
    return LatentModel(
        "diffusers", decode, shape, weight_files(place), pixels_a_number=2 ** (len(blocks) - 1), encode=encode,
        packages=("torch", "diffusers"),
    )  # fmt: skip
