"""What a diffusion model may be asked: the [generator] table and the options of recipes, in one place.

Types, defaults and limits stand here and nowhere else: configuration, recipes, axes and breeding read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field

from collection.config.generator import Capabilities, Estimate, Gene, GeneratorTable, StyleSettings, read_options
from collection.config.models import Duty, model_presets, preset_of
from collection.config.samplers import SAMPLERS, sampler_name
from collection.config.types import Table
from collection.generate.diffusion.style_settings import DiffusionStyle


class SharedOptions(Table):
    """What the [generator] table and the recipes that come of it both say."""

    steps: Annotated[int, Gene(mutates=False)] = Field(default=25, ge=1, le=1000)
    """Denoising steps."""
    guidance: Annotated[float, Gene()] = Field(default=7.5, ge=0, le=100)
    """Classifier-free guidance scale (Ho and Salimans 2022); 1 or less turns it off, and with it negative prompts."""
    scheduler: Annotated[str, AfterValidator(sampler_name), Gene()] | None = Field(
        default=None, json_schema_extra={"examples": [*SAMPLERS]}
    )
    """A sampler by its name in A1111's web UI (Euler a, DPM++ 2M Karras, UniPC, ...) or in diffusers (EulerAncestral,
    DPMSolverMultistep Karras, UniPCMultistepScheduler, ...); the pipeline's own if absent."""
    batch_size: int = Field(default=1, ge=1, le=256)
    """Images made at once. Part of a picture's identity: the arithmetic differs in the last bits with the shape."""
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    """float32, float16 or bfloat16; auto: float32 on a processor; on a GPU bfloat16, or float16 where it has none."""
    revision: str | None = Field(default=None, min_length=1)
    """Branch, tag or commit on the hub."""
    configured_by: str | None = Field(default=None, min_length=1)
    """For a model in one .safetensors file: the folder in diffusers format (or hub id) that it is configured by, with
    model_index.json, tokenizers and scheduler, no weights needed. Absent: that of the model it descends from (Stable
    Diffusion 1.5, SDXL, ...), whose small files are fetched from the hub once."""
    lora_scale: Annotated[float, Gene()] = Field(default=1.0, ge=-4, le=4)
    """How strongly LoRAs work: the weight of each is this times the weight of its style."""
    ip_adapter: str | None = Field(default=None, min_length=1)
    """An IP-Adapter's safetensors file, its image_encoder folder beside it: looks at the reference of styles."""
    ip_adapter_scale: Annotated[float, Gene()] = Field(default=0.6, ge=0, le=2)
    """How strongly reference pictures work: their scale is this times the weight of the styles that have any."""
    switch_at: Annotated[float, Gene()] = Field(default=0.5, ge=0, le=1)
    """Part of the steps after which the switch_to of a series takes over."""
    long_prompt: Literal["error", "truncate", "chunk"] = "error"
    """What becomes of a prompt beyond the model's limit (77 tokens for CLIP, two of them its ends): error, truncate
    (with a warning that says what went), or chunk (read in pieces of 75 tokens, whose embeddings are put end to
    end)."""
    vae: str | None = Field(default=None, min_length=1)
    """A folder with a small decoder (TAESD), for drafts, or with another AutoencoderKL for the model."""
    compile: bool = False
    """Compile the denoiser: faster after a slow start, and other last bits."""


class DiffusionOptions(SharedOptions):
    """The `options` of a recipe for the diffusion generator."""

    alpha: Annotated[float, Gene()] = Field(default=0.5, ge=0, le=1)
    """How far the recipe is moved towards its `interpolation_target`."""
    strength: Annotated[float, Gene()] | None = Field(default=None, gt=0, le=1)
    """Denoising strength: how far the picture leaves the init image; absent: 0.75, or 1 with a mask image."""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Read a recipe's options; what is absent has its default. UsageError names the option and its value."""
        found: Self = read_options("diffusion", cls, options)
        return found

    def as_json(self) -> dict[str, Any]:
        """Every option with its value."""
        return self.model_dump()


class _ModelTable(GeneratorTable):
    """What comes first in the table."""

    use: Literal["diffusion"] = "diffusion"
    model: str = Field(min_length=1)
    """A folder in diffusers format, a checkpoint (all weights in one .safetensors file), a hub id, or a name that
    `collection models` lists, which brings its settings."""
    license: str | None = None
    """The license of the model, told in the metadata of the tokens; a listed model brings its own."""
    attribution: str | None = None
    """Whom that license asks to name, told in the metadata of the tokens; a listed model brings its own."""
    duties: tuple[Duty, ...] = ()
    """What that license asks before pictures are published: review, filter, disclosure, revenue."""


class DiffusionGenerator(SharedOptions, _ModelTable):
    """Any diffusers text-to-image pipeline."""

    device: str = "auto"
    """cpu, cuda, cuda:1, mps; auto: the best there is."""
    offload_text_encoder: bool = False
    """Keep text encoders on the processor while they have no work, which leaves a GPU more memory."""
    threads: int | None = Field(default=None, ge=1, le=1024)
    """Threads of each process that computes on a processor: another number gives other last bits. Absent: torch's own
    choice, the number of cores. With several workers on one processor, set it to cores / workers."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        init_image=True, mask=True, style_blends=True, negative_prompts=True, prompt_schedules=True,
        interpolation=True, batch=True, enlarges="tiles", preview_option="vae", cpu_noise=True,
    )  # fmt: skip
    outside: ClassVar[frozenset[str]] = frozenset(
        {"license", "attribution", "duties", "device", "offload_text_encoder", "threads"}
    )
    styles: ClassVar[type[StyleSettings]] = DiffusionStyle
    presets: ClassVar[bool] = True

    @classmethod
    def recipe_options(cls) -> type[Table]:
        """DiffusionOptions."""
        return DiffusionOptions

    @property
    def options(self) -> dict[str, Any]:
        """The options of recipes: those always, and what else the table says, so that recipes stay short."""
        said = {"steps", "guidance", "batch_size", "dtype"} | self.model_fields_set
        return self.model_dump(include=said & set(self.option_names()), exclude_none=True)

    @property
    def default_batch_size(self) -> int:
        """`batch_size`."""
        return self.batch_size

    def settings(self) -> tuple[str, dict[str, Any]]:
        """`model` and `options` of recipes; the name of a listed model stands for what recipes call it."""
        preset = model_presets().get(self.model)
        return preset.model if preset else self.model, self.options

    def estimate(self) -> Estimate:
        """What a listed model was measured to take, in as many steps as the table asks for."""
        preset = preset_of(self.settings()[0])
        if preset is None or preset.seconds is None:
            return Estimate()
        seconds = preset.seconds / preset.size**2 * self.steps / preset.steps
        return Estimate(seconds, None, f"{preset.name} at {preset.size} px on one core")
