"""The claim task: triggers, and for each trigger its roles and its status.

A trigger is learnt at the first piece of its first word. A role is learnt over the pieces near the trigger (as the
package crops them): the mentions that fill it are positive, further mentions of the same filler are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from attribution import distances
from network import EVENTS, ROLES, STATUS, Reader
from torch import Tensor
from windows import covering

from stocktake.reading.pieces import Window
from stocktake.reading.roles import crop

TRIGGER_WEIGHT, ROLE_WEIGHT, STATUS_WEIGHT = 4.0, 1.0, 0.7
ROLE_SCALE = 0.25
SAME, BEFORE, AFTER, HEADLINE = 0, 1, 2, 3
TAUGHT = 0.3
"""From this probability on, a teacher's trigger has its roles and status learnt as well."""
TAUGHT_AT_ONCE = 48


@dataclass
class Event:
    """A trigger in a window: its piece, its type, and (pieces, roles) targets and weights over the whole window."""

    piece: int
    event: int
    targets: np.ndarray
    weights: np.ndarray
    status: tuple[int, int, int]


@dataclass
class Example:
    """A window with its trigger targets and weights (pieces, types) and its events."""

    window: Window
    targets: np.ndarray
    weights: np.ndarray
    events: list[Event]


def example(window: Window, claims: list[dict]) -> Example:
    """What aligned claims (character spans) say of one window."""
    targets = np.zeros((len(window), len(EVENTS)), np.float32)
    weights = np.repeat(window.first[:, None], len(EVENTS), 1).astype(np.float32)
    events: dict[tuple[int, int], Event] = {}
    for claim in claims:
        places = covering(window, *claim["trigger"])
        if not len(places):
            continue
        piece, kind = int(places[0]), EVENTS.index(claim["event"])
        if (piece, kind) not in events:
            shape = (len(window), len(ROLES))
            status = tuple(claim["status"])
            events[piece, kind] = Event(piece, kind, np.zeros(shape, np.float32), np.ones(shape, np.float32), status)
        one = events[piece, kind]
        weights[places[1:], kind] = 0.0
        for column, role in enumerate(ROLES):
            for span in claim["may"][role]:
                one.weights[covering(window, *span), column] = 0.0
            for span in claim["roles"][role]:
                one.targets[covering(window, *span), column] = 1.0
    for (piece, kind), one in events.items():
        targets[piece, kind] = 1.0
        weights[piece, kind] = TRIGGER_WEIGHT
        one.weights[one.targets > 0] = ROLE_WEIGHT
    return Example(window, targets, weights, list(events.values()))


def relation(window: Window, piece: int) -> np.ndarray:
    """Where each piece's sentence stands: the trigger's, before it, after it, or the report's first."""
    own = window.sentence[piece]
    where = np.where(window.sentence == own, SAME, np.where(window.sentence < own, BEFORE, AFTER))
    return np.where((window.sentence == 0) & (own != 0), HEADLINE, where)


def role_logits(
    reader: Reader, states: Tensor, windows: list[Window], triggers: list[tuple[int, int, int]]
) -> tuple[Tensor, Tensor, list[np.ndarray]]:
    """Role (N, T, 7) and status (N, 9) logits for triggers given as (row, piece, type), and each one's crop."""
    crops = [crop(windows[row], piece) for row, piece, _ in triggers]
    length = max(map(len, crops))
    places = np.zeros((len(triggers), length), np.int64)
    distance, sentence = np.zeros_like(places), np.full_like(places, AFTER)
    keep = np.zeros(places.shape, np.float32)
    for place, ((row, piece, _), seen) in enumerate(zip(triggers, crops, strict=True)):
        window, size = windows[row], len(seen)
        places[place, :size] = seen
        distance[place, :size] = distances(piece, piece, len(window))[seen]
        sentence[place, :size] = relation(window, piece)[seen]
        keep[place, :size] = 1.0
    device = states.device
    rows, pieces, kinds = (torch.tensor(column, device=device) for column in zip(*triggers, strict=True))
    index = torch.from_numpy(places).to(device)
    state, gate = reader.role_state(states), reader.role_gate(states)
    roles, status = reader.roles(
        states[rows, pieces],
        state[rows[:, None], index],
        gate[rows[:, None], index],
        kinds,
        torch.from_numpy(distance).to(device),
        torch.from_numpy(sentence).to(device),
        torch.from_numpy(keep).to(device),
    )
    return roles, status, crops


def loss(reader: Reader, states: Tensor, batch: list[Example]) -> tuple[Tensor, dict[str, float]]:
    """The claim loss of a batch whose encoder states (B, T, 384) are given, and its parts."""
    device, (rows, length, _) = states.device, states.shape
    targets = torch.zeros(rows, length, len(EVENTS))
    weights = torch.zeros_like(targets)
    triggers, events = [], []
    for row, one in enumerate(batch):
        targets[row, : len(one.window)] = torch.from_numpy(one.targets)
        weights[row, : len(one.window)] = torch.from_numpy(one.weights)
        triggers += [(row, event.piece, event.event) for event in one.events]
        events += one.events
    logits = reader.trigger(states).float()
    raw = F.binary_cross_entropy_with_logits(logits, targets.to(device), reduction="none")
    trigger_loss = (raw * weights.to(device)).sum() / max(1, len(events))
    if not events:
        return trigger_loss, {"trigger": float(trigger_loss.detach())}
    roles, status, crops = role_logits(reader, states, [one.window for one in batch], triggers)
    roles, status = roles.float(), status.float()
    wanted, weight = torch.zeros_like(roles), torch.zeros_like(roles)
    for place, (event, seen) in enumerate(zip(events, crops, strict=True)):
        wanted[place, : len(seen)] = torch.from_numpy(event.targets[seen]).to(device)
        weight[place, : len(seen)] = torch.from_numpy(event.weights[seen]).to(device)
    raw = F.binary_cross_entropy_with_logits(roles, wanted, reduction="none")
    role_loss = ROLE_SCALE * (raw * weight).sum() / len(events)
    answers = torch.tensor([event.status for event in events], device=device).T
    status_loss = sum(map(F.cross_entropy, status.split(STATUS, 1), answers))
    parts = {"trigger": trigger_loss, "role": role_loss, "status": status_loss}
    total = trigger_loss + role_loss + STATUS_WEIGHT * status_loss
    return total, {name: float(part.detach()) for name, part in parts.items()}


def agreement(
    reader: Reader, teacher: Reader, ids: Tensor, features: Tensor, mask: Tensor, batch: list[Example]
) -> Tensor:
    """The loss of a reader against a teacher's probabilities, over windows that nobody has labelled (distillation)."""
    windows = [one.window for one in batch]
    first = torch.zeros(ids.shape)
    for row, window in enumerate(windows):
        first[row, : len(window)] = torch.from_numpy(window.first.astype(np.float32))
    first = first.to(ids.device).unsqueeze(-1)
    with torch.no_grad():
        theirs = teacher.encode(ids, features, mask)
        likely = torch.sigmoid(teacher.trigger(theirs).float()) * first
        triggers = [(int(row), int(piece), int(kind)) for row, piece, kind in (likely > TAUGHT).nonzero()]
        triggers = triggers[:TAUGHT_AT_ONCE]
    states = reader.encode(ids, features, mask)
    raw = F.binary_cross_entropy_with_logits(reader.trigger(states).float(), likely, reduction="none")
    total = (raw * first * (1 + (TRIGGER_WEIGHT - 1) * likely)).sum() / likely.sum().clamp(min=1.0)
    if not triggers:
        return total
    roles, status, crops = role_logits(reader, states, windows, triggers)
    with torch.no_grad():
        their_roles, their_status, _ = role_logits(teacher, theirs, windows, triggers)
    keep = torch.zeros(roles.shape[:2], device=roles.device)
    for place, seen in enumerate(crops):
        keep[place, : len(seen)] = 1.0
    raw = F.binary_cross_entropy_with_logits(roles.float(), torch.sigmoid(their_roles.float()), reduction="none")
    role_loss = ROLE_SCALE * (raw * keep.unsqueeze(-1)).sum() / len(triggers)
    answers = (part.softmax(-1) for part in their_status.float().split(STATUS, 1))
    status_loss = sum(map(F.cross_entropy, status.float().split(STATUS, 1), answers))
    return total + role_loss + STATUS_WEIGHT * status_loss
