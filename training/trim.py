"""Last stage before shipping: what the two encoders share is stored once, and what is never used is left out.

The claims encoder starts from the study's attribution encoder, and its word vectors are never trained: the two hold
the same table, half of an encoder. It goes into `words.zlib` (stocktake/reading/wordtable.py), and the graphs take the
vectors of a window's pieces. Of the places in a window only those are kept that the package's windows have. Nothing is
rounded: the graphs answer as before. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, TensorProto, helper, numpy_helper

from stocktake.reading import reader, speech
from stocktake.reading.wordtable import packed

PLACES = max(reader.WINDOW, speech.WINDOW)


def take_out(model: ModelProto) -> tuple[np.ndarray, ...]:
    """Let the graph take `words` (1, T, width) in place of `ids`. Returns its table, scale and zero."""
    graph = model.graph
    stored = {tensor.name: tensor for tensor in graph.initializer}
    look_up = _only(node for node in graph.node if node.op_type == "Gather" and node.input[1] == "ids")
    scale_up = _only(node for node in graph.node if look_up.output[0] in node.input)
    table, *scale = (numpy_helper.to_array(stored[name]) for name in (look_up.input[0], *scale_up.input[1:]))
    graph.node.remove(look_up)
    graph.initializer.remove(stored[look_up.input[0]])
    for node in graph.node:
        if "ids" in node.input:
            if node.op_type != "Shape":
                raise ValueError(f"{node.name} uses the pieces' numbers in a way that vectors cannot stand in for")
            node.attribute.append(helper.make_attribute("end", 2))
        node.input[:] = ["words" if name in ("ids", look_up.output[0]) else name for name in node.input]
    ids = _only(given for given in graph.input if given.name == "ids")
    axes = [axis.dim_param or axis.dim_value for axis in ids.type.tensor_type.shape.dim]
    ids.CopyFrom(helper.make_tensor_value_info("words", TensorProto.UINT8, [*axes, table.shape[1]]))
    return table, *scale


def shorten(model: ModelProto) -> None:
    """Keep the vectors of the first PLACES places only."""
    graph = model.graph
    places = _only(tensor for tensor in graph.initializer if tensor.name.endswith(("pos.weight", "position.weight")))
    kept = np.ascontiguousarray(numpy_helper.to_array(places)[:PLACES])
    places.CopyFrom(numpy_helper.from_array(kept, places.name))


def _only(found: Iterable[Any]) -> Any:
    (one,) = found
    return one


def trim(source: Path, study: Path, folder: Path) -> None:
    """Fill a weights folder from what export.py wrote and the study's encoder."""
    folder.mkdir(parents=True, exist_ok=True)
    claims, speech = onnx.load(source / "encoder.onnx"), onnx.load(study / "k6.enc.int8.onnx")
    held, also_held = take_out(claims), take_out(speech)
    if not all(map(np.array_equal, held, also_held)):
        raise ValueError("the two encoders have different word vectors; train the claims encoder with them kept fixed")
    (folder / "words.zlib").write_bytes(packed(held[0]))
    for model, name in ((claims, "encoder.onnx"), (speech, "speech.onnx")):
        shorten(model)
        onnx.checker.check_model(model)
        onnx.save(model, folder / name)
    shutil.copyfile(study / "k6.tag.int8.onnx", folder / "speech_tags.onnx")
    for name in ("roles.onnx", "tokenizer.json"):
        shutil.copyfile(source / name, folder / name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="the folder that export.py wrote")
    parser.add_argument("folder", type=Path, help="the weights folder to fill, another one")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    options = parser.parse_args()
    trim(options.source, options.shared / "reading/study/attributions", options.folder)
    sizes = {path.name: path.stat().st_size for path in sorted(options.folder.iterdir())}
    for name, size in sizes.items():
        print(f"{size:>11,}  {name}")
    print(f"{sum(sizes.values()):>11,}  in all")


if __name__ == "__main__":
    main()
