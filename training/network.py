"""The reader's network: one small encoder and its heads.

The encoder is a six-layer MiniLM (384 wide) with a second input for case and quotation marks. Its heads, all
read off the last layer: a sigmoid per piece for each of the twelve event types (triggers); for each trigger a
role head that tags the pieces near it, with one narrow transformer layer, and gives the claim's status; a
begin-inside-outside tag per piece for attribution cues, and for each cue a tag head for source and content.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stocktake.reading.encoder import REACH
from stocktake.reading.roles import MODALITIES, ROLES, STANCES
from stocktake.reading.triggers import TYPES

WIDTH, HEADS, INNER, LAYERS, POSITIONS = 384, 12, 1536, 6, 512
FEATURES = 6
NARROW, NARROW_HEADS, NARROW_INNER = 256, 4, 512
DISTANCES = 2 * REACH + 3
AT_CENTRE = 2 * REACH + 2
EVENTS = [event.value for event in TYPES]
CUE_TAGS = 3
"""Outside a cue, its begin, its inside."""
SPEECH_TAGS = 5
"""Outside, begin and inside of the source, begin and inside of the content."""
STATUS = (len(STANCES), len(MODALITIES), 2)


class Layer(nn.Module):
    """A post-norm transformer layer; `mask` is added to the attention scores."""

    def __init__(self, width: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm1 = nn.LayerNorm(width, eps=1e-12)
        self.up = nn.Linear(width, inner)
        self.down = nn.Linear(inner, width)
        self.norm2 = nn.LayerNorm(width, eps=1e-12)
        self.drop = nn.Dropout(dropout)
        self.written_out = False

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        rows, length, width = x.shape
        size = width // self.heads
        q, k, v = self.qkv(x).view(rows, length, 3, self.heads, size).permute(2, 0, 3, 1, 4).unbind(0)
        if self.written_out:
            scores = torch.matmul(q, k.transpose(-1, -2)) * size**-0.5
            y = torch.matmul(torch.softmax(scores if mask is None else scores + mask, -1), v)
        else:
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=None if mask is None else mask.to(q.dtype))
        x = self.norm1(x + self.drop(self.out(y.transpose(1, 2).reshape(rows, length, width))))
        return self.norm2(x + self.drop(self.down(F.gelu(self.up(x)))))


class Reader(nn.Module):
    """Encoder and heads. B windows, N triggers or cues, T pieces."""

    def __init__(self, vocabulary: int, layers: int = LAYERS, dropout: float = 0.1) -> None:
        super().__init__()
        self.word = nn.Embedding(vocabulary, WIDTH)
        self.position = nn.Embedding(POSITIONS, WIDTH)
        self.feature = nn.Embedding(FEATURES, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.drop = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(WIDTH, HEADS, INNER, dropout) for _ in range(layers))

        self.trigger = nn.Sequential(
            nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Dropout(dropout), nn.Linear(WIDTH, len(EVENTS))
        )
        self.role_state = nn.Linear(WIDTH, NARROW)
        self.role_gate = nn.Linear(WIDTH, NARROW)
        self.trigger_state = nn.Linear(WIDTH, NARROW)
        self.trigger_gate = nn.Linear(WIDTH, NARROW)
        self.event = nn.Embedding(len(EVENTS), NARROW)
        self.role_distance = nn.Embedding(DISTANCES, NARROW)
        self.sentence = nn.Embedding(4, NARROW)
        self.role_norm = nn.LayerNorm(NARROW)
        self.role_layer = Layer(NARROW, NARROW_HEADS, NARROW_INNER, dropout)
        self.role = nn.Linear(NARROW, len(ROLES))
        self.status = nn.Sequential(
            nn.Linear(WIDTH + NARROW, 256), nn.GELU(), nn.Dropout(dropout), nn.Linear(256, sum(STATUS))
        )

        self.cue = nn.Linear(WIDTH, CUE_TAGS)
        self.speech_state = nn.Linear(WIDTH, NARROW)
        self.speech_gate = nn.Linear(WIDTH, NARROW)
        self.cue_state = nn.Linear(WIDTH, NARROW)
        self.cue_gate = nn.Linear(WIDTH, NARROW)
        self.speech_distance = nn.Embedding(DISTANCES, NARROW)
        self.speech_norm = nn.LayerNorm(NARROW)
        self.speech = nn.Linear(NARROW, SPEECH_TAGS)

        for table in (self.event, self.role_distance, self.sentence):
            nn.init.normal_(table.weight, std=0.02)
        for table in (self.feature, self.speech_distance):
            nn.init.zeros_(table.weight)
        nn.init.constant_(self.trigger[-1].bias, -4.0)
        nn.init.constant_(self.role.bias, -3.0)

    def encode(self, ids: Tensor, features: Tensor, mask: Tensor | None = None) -> Tensor:
        """States (B, T, 384) of windows `ids`, `features` (B, T); `mask` (B, 1, 1, T) is 0 or very negative."""
        x = self.word(ids) + self.position.weight[: ids.shape[1]] + self.feature(features)
        x = self.drop(self.norm(x))
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def roles(
        self,
        centre: Tensor,
        state: Tensor,
        gate: Tensor,
        event: Tensor,
        distance: Tensor,
        sentence: Tensor,
        keep: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Role logits (N, T, 7) and status logits (N, 9) of N triggers over the T pieces near each.

        `centre` (N, 384) is the encoder's state at the trigger; `state`, `gate` (N, T, 256) are the pieces'
        projections; `distance` (N, T) in pieces from the trigger, as `distances` gives it; `sentence` (N, T) is
        0 in the trigger's own sentence, 1 before it, 2 after it, 3 in the report's first; `keep` (N, T) is 1 for
        a piece, 0 for padding.
        """
        z = state + (self.trigger_state(centre) + self.event(event)).unsqueeze(1)
        z = z + gate * self.trigger_gate(centre).unsqueeze(1) + self.role_distance(distance) + self.sentence(sentence)
        z = F.gelu(self.role_norm(z))
        z = self.role_layer(z, (keep - 1.0)[:, None, None, :] * 1e4)
        own = ((sentence == 0) & (keep > 0.5)).unsqueeze(-1)
        pooled = torch.where(own, z, torch.full_like(z, -30.0)).amax(1)
        return self.role(self.drop(z)), self.status(torch.cat([centre, pooled], -1))

    def speech_tags(self, centre: Tensor, state: Tensor, gate: Tensor, distance: Tensor) -> Tensor:
        """Source and content logits (N, T, 5) of N cues; `centre` (N, 384) is the mean state over the cue."""
        z = state + self.cue_state(centre).unsqueeze(1) + gate * self.cue_gate(centre).unsqueeze(1)
        return self.speech(self.drop(F.gelu(self.speech_norm(z + self.speech_distance(distance)))))


def load_reader(weights: Path, keep: Sequence[int] | None = None, dropout: float = 0.1) -> Reader:
    """A reader with the saved weights, of all its encoder layers or of those in `keep`."""
    state = torch.load(weights, map_location="cpu")
    count = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("layers."))
    keep = range(count) if keep is None else keep
    kept = {name: values for name, values in state.items() if not name.startswith("layers.")}
    for place, layer in enumerate(keep):
        prefix = f"layers.{layer}."
        kept |= {f"layers.{place}.{n.removeprefix(prefix)}": v for n, v in state.items() if n.startswith(prefix)}
    reader = Reader(len(state["word.weight"]), len(keep), dropout)
    reader.load_state_dict(kept)
    return reader
