"""The attribution task: cues, and the source and content of each, learnt from PolNeAR."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from network import AT_CENTRE, REACH, Reader
from torch import Tensor
from windows import covering

from stocktake.reading.pieces import Window

IGNORED = -100
CUE_WEIGHTS = (1.0, 1.5, 1.5)


@dataclass
class Cue:
    """A cue in a window, from its first to its last piece, and the tag of every piece of the window for it."""

    first: int
    last: int
    tags: np.ndarray


@dataclass
class Example:
    """A window with its cue tags (outside, begin, inside) and its cues."""

    window: Window
    cue_tags: np.ndarray
    cues: list[Cue]


def _tag(places: np.ndarray, begin: int, inside: int, tags: np.ndarray) -> None:
    previous = None
    for place in places:
        tags[place] = inside if previous is not None and place == previous + 1 else begin
        previous = place


def example(window: Window, attributions: list[dict]) -> Example:
    """What PolNeAR's attributions (character spans) say of one window."""
    cue_tags = np.zeros(len(window), np.int64)
    cues = []
    for attribution in attributions:
        places = [covering(window, *span) for span in attribution["cue"]]
        places = np.concatenate(places) if places else np.zeros(0, int)
        if not len(places) or cue_tags[places.min()]:
            continue
        first, last = int(places.min()), int(places.max())
        _tag(np.arange(first, last + 1), 1, 2, cue_tags)
        tags = np.zeros(len(window), np.int64)
        for span in attribution["content"]:
            _tag(covering(window, *span), 3, 4, tags)
        for span in attribution["source"]:
            _tag(covering(window, *span), 1, 2, tags)
        cues.append(Cue(first, last, tags))
    return Example(window, cue_tags, cues)


def distances(first: int, last: int, length: int) -> np.ndarray:
    """For each of `length` pieces, how far it stands from the span first..last, as an index of a distance table."""
    places = np.arange(length)
    before = np.clip(places - first, -REACH, 0) + REACH
    after = np.clip(places - last, 0, REACH) + REACH + 1
    return np.where(places < first, before, np.where(places > last, after, AT_CENTRE))


def found_cues(probabilities: np.ndarray, threshold: float) -> list[tuple[int, int, float]]:
    """Runs of pieces (T, 3) whose chance of being in a cue passes the threshold: first, last, highest chance."""
    inside = probabilities[:, 1] + probabilities[:, 2]
    runs: list[list] = []
    for place in np.nonzero(inside > threshold)[0]:
        _, begin, goes_on = probabilities[place]
        if runs and place == runs[-1][1] + 1 and not (begin > goes_on and begin > 0.5):
            runs[-1][1] = int(place)
            runs[-1][2] = max(runs[-1][2], float(inside[place]))
        else:
            runs.append([int(place), int(place), float(inside[place])])
    return [(first, last, score) for first, last, score in runs]


def tag_logits(reader: Reader, states: Tensor, cues: list[tuple[int, int, int]]) -> Tensor:
    """Tag logits (N, T, 5) over whole windows for cues given as (row, first, last)."""
    length = states.shape[1]
    rows = torch.tensor([row for row, _, _ in cues], device=states.device)
    centre = torch.stack([states[row, first : last + 1].mean(0) for row, first, last in cues])
    distance = torch.from_numpy(np.stack([distances(first, last, length) for _, first, last in cues]))
    state, gate = reader.speech_state(states), reader.speech_gate(states)
    return reader.speech_tags(centre, state[rows], gate[rows], distance.to(states.device))


def loss(reader: Reader, states: Tensor, batch: list[Example], invented: bool = True) -> Tensor:
    """Cue and tag loss of a batch whose encoder states (B, T, 384) are given.

    With `invented`, cues that the reader itself finds are tagged too, so that it learns what to do with a false
    one (nothing) and with one whose edges are off (the same as with the right one).
    """
    device, length = states.device, states.shape[1]
    cue_logits = reader.cue(states).float()
    wanted = torch.full(states.shape[:2], IGNORED, device=device)
    cues, tags = [], []
    for row, one in enumerate(batch):
        wanted[row, : len(one.window)] = torch.from_numpy(one.cue_tags).to(device)
        cues += [(row, cue.first, cue.last) for cue in one.cues]
        tags += [cue.tags for cue in one.cues]
    weights = torch.tensor(CUE_WEIGHTS, device=device)
    cue_loss = F.cross_entropy(cue_logits.view(-1, 3), wanted.view(-1), weight=weights)
    if invented:
        chances = cue_logits.detach().softmax(-1).cpu().numpy()
        for row, one in enumerate(batch):
            for first, last, _ in found_cues(chances[row, : len(one.window)], 0.15):
                near = [cue for cue in one.cues if cue.first <= last and first <= cue.last]
                if not near:
                    cues.append((row, first, last))
                    tags.append(np.zeros(len(one.window), np.int64))
                elif (first, last) != (near[0].first, near[0].last):
                    cues.append((row, first, last))
                    tags.append(near[0].tags)
    if not cues:
        return 5 * cue_loss
    logits = tag_logits(reader, states, cues).float()
    targets = torch.full((len(cues), length), IGNORED, device=device)
    for place, ((_, first, last), tag) in enumerate(zip(cues, tags, strict=True)):
        low, high = max(0, first - REACH), min(len(tag), last + 1 + REACH)
        targets[place, low:high] = torch.from_numpy(tag[low:high]).to(device)
    return 5 * cue_loss + F.cross_entropy(logits.view(-1, 5), targets.view(-1))
