"""Third stage: turn trained weights into the two int8 ONNX graphs that claims are read with.

`encoder.onnx` takes ids and features of one window without padding; `roles.onnx` takes what a trigger sees. The heads
for attributions only train the encoder. Matrices and tables are stored as int8, one scale a column.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from network import NARROW, STATUS, WIDTH, Layer, Reader, load_reader
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

OPSET = 20


class EncoderGraph(nn.Module):
    """ids, feat (1, T) → x, trg, at, am."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, ids: Tensor, features: Tensor) -> tuple[Tensor, ...]:
        r = self.reader
        x = r.encode(ids, features)
        return x, torch.sigmoid(r.trigger(x)), r.role_state(x), r.role_gate(x)


class RolesGraph(nn.Module):
    """c (N, 384), ht, mt (N or 1, T, 256), et (N), rel, sr, mask (N, T) → role, st, mo, ne."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, c: Tensor, ht: Tensor, mt: Tensor, et: Tensor, rel: Tensor, sr: Tensor, mask: Tensor):
        roles, status = self.reader.roles(c, ht, mt, et, rel, sr, mask)
        return torch.sigmoid(roles), *(torch.softmax(part, -1) for part in status.split(STATUS, 1))


def _write(
    graph: nn.Module, example: Sequence[Tensor], inputs: dict[str, str], outputs: dict[str, str], path: Path
) -> None:
    """Trace `graph` and write it quantised; `inputs` and `outputs` name each tensor and its free axes ("1T")."""
    free = {"N": "n", "M": "m", "T": "t"}
    axes = {
        name: {place: free[axis] for place, axis in enumerate(shape) if axis in free}
        for name, shape in {**inputs, **outputs}.items()
    }
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            graph,
            tuple(example),
            str(plain),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
        quantize_dynamic(
            plain, path, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul", "Gather"]
        )


def export(reader: Reader, folder: Path, tokenizer: Path) -> None:
    """Write the two graphs and the tokenizer into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    reader.eval()
    for module in reader.modules():
        if isinstance(module, Layer):
            module.written_out = True
    n, t = 3, 40
    ones = torch.ones(1, t, dtype=torch.long)
    numbers = torch.zeros(n, t, dtype=torch.long)
    narrow = torch.zeros(n, t, NARROW)
    centre = torch.zeros(n, WIDTH)
    _write(
        EncoderGraph(reader),
        (ones, ones * 0),
        {"ids": "1T", "feat": "1T"},
        dict.fromkeys(("x", "trg", "at", "am"), "1T-"),
        folder / "encoder.onnx",
    )
    _write(
        RolesGraph(reader),
        (centre, narrow, narrow, torch.zeros(n, dtype=torch.long), numbers, numbers, torch.ones(n, t)),
        {"c": "N-", "ht": "MT-", "mt": "MT-", "et": "N", "rel": "NT", "sr": "NT", "mask": "NT"},
        {"role": "NT-", "st": "N-", "mo": "N-", "ne": "N-"},
        folder / "roles.onnx",
    )
    shutil.copyfile(tokenizer, folder / "tokenizer.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    options = parser.parse_args()
    export(load_reader(options.weights), options.folder, options.shared / "reading/study/attributions/tokenizer.json")


if __name__ == "__main__":
    main()
