from __future__ import annotations

from typing import Any

import pytest

from collection.config.samplers import SAMPLERS
from collection.errors import UsageError
from collection.generate.diffusion.options import DiffusionOptions


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("steps", 0),
        ("steps", 1001),
        ("steps", 2.5),
        ("steps", True),
        ("batch_size", 0),
        ("batch_size", 257),
        ("batch_size", "4"),
        ("guidance", -0.1),
        ("guidance", 100.5),
        ("guidance", float("nan")),
        ("guidance", float("inf")),
        ("guidance", None),
        ("scheduler", "Eular"),
        ("dtype", "float64"),
        ("revision", ""),
        ("strength", 0),
        ("strength", 1.1),
        ("switch_at", -0.1),
        ("alpha", True),
        ("lora_scale", 5),
        ("ip_adapter_scale", float("nan")),
        ("long_prompt", "cutt"),
        ("vae", ""),
        ("ip_adapter", 3),
        ("compile", 1),
    ],
)
def test_a_wrong_value_is_named_with_its_field(field: str, value: Any) -> None:
    with pytest.raises(UsageError) as caught:
        DiffusionOptions.of({field: value})
    assert f"{field} = {value!r}" in caught.value.message


def test_a_misspelt_scheduler_is_told_its_nearest_name() -> None:
    with pytest.raises(UsageError) as caught:
        DiffusionOptions.of({"scheduler": "EulerAncestrel"})
    assert "did you mean EulerAncestral?" in caught.value.message


@pytest.mark.parametrize("name", ["DPMSolverSDE", "DPMSolverSDEScheduler"])
def test_the_scheduler_that_ignores_the_seed_is_banned_with_its_reason(name: str) -> None:
    with pytest.raises(UsageError, match="ignores the seed"):
        DiffusionOptions.of({"scheduler": name})


def test_an_unknown_option_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match='"step"; did you mean steps'):
        DiffusionOptions.of({"step": 3})


def test_options_survive_their_json() -> None:
    options = DiffusionOptions(steps=4, guidance=0.0, scheduler="LCM", batch_size=2, dtype="bfloat16", revision="main")
    assert DiffusionOptions.of(options.as_json()) == options
    assert DiffusionOptions.of({}) == DiffusionOptions()
    assert DiffusionOptions.of({"steps": 1000, "guidance": 100, "batch_size": 256}).guidance == 100


def test_every_allowed_scheduler_is_a_class_of_diffusers() -> None:
    import diffusers

    assert [sampler for sampler in SAMPLERS.values() if not hasattr(diffusers, sampler.scheduler)] == []
