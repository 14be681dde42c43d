"""Decoders in ONNX files, run by onnxruntime on the processor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import WeightsError
from collection.models.hub import first_line

if TYPE_CHECKING:
    from torch import Tensor


class OnnxDecoder:
    """An ONNX graph whose first input is a point and whose second, if any, is the class: weights, or a number."""

    def __init__(self, file: Path, *, with_classes: bool) -> None:
        """Open the file; raises WeightsError for one that is no ONNX, or has other inputs."""
        try:
            import onnxruntime
        except ImportError as error:
            raise WeightsError(
                "onnxruntime, which runs ONNX models, is not installed", "pip install onnxruntime"
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # another number may give other last bits
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # of a library that has a dozen kinds of them, all meaning the same
            raise WeightsError(
                f"{file} is no ONNX model that runs here: {first_line(error)}", "give another file"
            ) from error
        inputs = self._session.get_inputs()
        if len(inputs) != 1 + with_classes:
            names = ", ".join(item.name for item in inputs)
            raise WeightsError(
                f"{file} has the inputs {names}; its manifest speaks of {'two' if with_classes else 'one'}",
                "name classes in the manifest where the model takes them, and only there",
            )
        self._names = [item.name for item in inputs]
        self._double = inputs[0].type == "tensor(double)"
        self.mixes = not with_classes or inputs[1].type in ("tensor(float)", "tensor(double)")
        """Whether classes are weights; else the second input is the number of one class."""

    def __call__(self, points: Tensor, classes: Tensor) -> Tensor:
        """The pictures of points (n, *shape) and class weights (n, inputs), as the graph gives them."""
        import torch

        given: dict[str, Any] = {self._names[0]: (points.double() if self._double else points).numpy()}
        if len(self._names) == 2:
            given[self._names[1]] = classes.numpy() if self.mixes else classes.argmax(dim=1).numpy()
        found = self._session.run(None, given)[0]
        return torch.from_numpy(found.copy())
