"""Average the weights of several runs that began from the same ones: steadier than any of them, at no cost to read."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("runs", type=Path, nargs="+")
    options = parser.parse_args()
    runs = [torch.load(path, map_location="cpu") for path in options.runs]
    torch.save({name: sum(run[name].float() for run in runs) / len(runs) for name in runs[0]}, options.out)


if __name__ == "__main__":
    main()
