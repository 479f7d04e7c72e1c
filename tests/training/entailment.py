"""Train what tells a sentence that turns its passage round, and store it for `entailment`.

    python tests/training/entailment.py

It takes the extra `benchmark` (torch) and the better part of an hour on two cores. The
sentences are those of `turned.jsonl`, statements put in other words, and of `claims.jsonl`,
what an assistant might say of a passage: their meaning kept, and turned round. Statements
of the corpus as they stand, whole or cut at a comma, are among what turns nothing: without
them, nearness in words is taken for a turn, since people who turn a sentence change little
of it. None is from a passage of a pair that is held back.

Matrices of low rank (Hu et al., 2021) beside those of the model and a logistic regression
over both texts' mean vectors are trained together by AdamW, with a linearly falling step;
one passage in eight measures them. With a step of 1e-3 the training does not converge. What
is stored was trained in three runs one after another, of 200, 720 and 145 batches, with
steps of 8e-4, 6e-4 and 3e-4, the statements as they stand in the last one only.
"""

from __future__ import annotations

import hashlib
import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from assistant.corpus import Corpus, plain
from assistant.encoder import LINEAR, SCALE, Weights
from assistant.entailment import STORED, joined
from assistant.keywords import Keywords
from assistant.models import load_embeddings
from assistant.settings import Settings
from assistant.support import Support
from assistant.support_pairs import read_pairs, read_rows
from assistant.types import LANGUAGES, Language
from assistant.vectors import VectorStore

DATA = Path(__file__).parents[1] / "data" / "support"
_RANK = 16
_STEP = 6e-4
_HEAD_STEP = 1e-3
_DECAY = 0.01
_EPOCHS = 1.6
_BATCH = 24
_WARM = 0.06
_SORTED = 40
_MEASURED = 8
_VERBATIM = 260
_SEED = 1


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence, what its passage says of it, and whether it turns that round."""

    premise: str
    sentence: str
    turned: bool
    measured: bool


def examples(folder: Path) -> list[Example]:
    """Read the sentences, each with the statements of its passage that are nearest to it.

    Raises:
        InputError: a file is missing, or a line of it is something else.
    """
    settings = Settings.load()
    corpus, embeddings = Corpus.read(settings.corpus), load_embeddings(settings)
    support = Support(
        corpus, Keywords(corpus), VectorStore(embeddings, embeddings.name), None, weights={}
    )
    told: list[tuple[Language, str, str, bool]] = []
    for row in read_rows(
        folder / "turned.jsonl", ("language", "passage", "statement", "kept", "turned")
    ):
        told += [(row["language"], row["passage"], row["kept"], False)]
        told += [(row["language"], row["passage"], text, True) for text in row["turned"]]
    for row in read_rows(folder / "claims.jsonl", ("language", "passage", "supported", "turned")):
        for label in ("supported", "turned"):
            told += [(row["language"], row["passage"], s, label == "turned") for s in row[label]]
    told += _verbatim(corpus, {pair.passage for pair in read_pairs(folder) if pair.held_back})
    found = []
    for language, key, text, turned in told:
        passage = corpus.get(key, language)
        if passage is not None:
            claim = support.claim(text, language)
            premise = support.premise(claim, [passage])
            measured = int(hashlib.sha256(key.encode()).hexdigest(), 16) % _MEASURED == 0
            found.append(Example(premise, claim.text, turned, measured))
    return found


def _verbatim(corpus: Corpus, left_out: set[str]) -> list[tuple[Language, str, str, bool]]:
    """Return a statement of many passages, every third without its last clause."""
    chosen = random.Random(_SEED)
    found: list[tuple[Language, str, str, bool]] = []
    for language in LANGUAGES:
        passages = [one for one in corpus.passages(language) if one.id not in left_out]
        for passage in chosen.sample(passages, _VERBATIM):
            text = plain(chosen.choice(passage.statements))
            clauses = re.split(r"(?<=[,;，；])\s*", text)
            if len(clauses) > 1 and chosen.random() < 1 / 3:
                text = " ".join(clauses[:-1]).rstrip(",;，； ")
            found.append((language, passage.id, text, False))
    return found


class _Lowered(nn.Module):
    """A matrix of the model that stays as it is, and the product that is trained beside it."""

    def __init__(self, kept: nn.Linear) -> None:
        super().__init__()
        self.kept = kept
        spread = math.sqrt(kept.in_features)
        self.a = nn.Parameter(torch.randn(_RANK, kept.in_features) / spread)
        self.b = nn.Parameter(torch.zeros(kept.out_features, _RANK))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        added = functional.linear(functional.linear(x, self.a), self.b)
        found: torch.Tensor = self.kept(x) + SCALE * added
        return found


class _Reader(nn.Module):
    """The model with what is trained, from rows of token ids to log-odds."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        shape = weights.shape
        self._shape = shape
        self._ids = weights.tokenizer()
        self.model = _pretrained(weights)
        self.lowered: dict[str, _Lowered] = {}
        for number, layer in enumerate(self.model.encoder.layer):
            places = (
                (layer.attention.self, "query"),
                (layer.attention.self, "key"),
                (layer.attention.self, "value"),
                (layer.attention.output, "dense"),
                (layer.intermediate, "dense"),
                (layer.output, "dense"),
            )
            for name, (owner, attribute) in zip(LINEAR, places, strict=True):
                lowered = _Lowered(getattr(owner, attribute))
                setattr(owner, attribute, lowered)
                self.lowered[f"l{number}.{name}"] = lowered
        self.head = nn.Linear(4 * shape.width, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, batch: Sequence[Example]) -> torch.Tensor:
        rows = [joined(self._ids(e.premise), self._ids(e.sentence), self._shape) for e in batch]
        longest = max(len(tokens) for tokens, _, _ in rows)
        ids = torch.full((len(rows), longest), self._shape.pad)
        there, one, two = (torch.zeros(len(rows), longest) for _ in range(3))
        for row, (tokens, first, second) in enumerate(rows):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            there[row, : len(tokens)] = 1
            one[row, first], two[row, second] = 1, 1
        with torch.autocast("cpu", dtype=torch.bfloat16):
            read = self.model(input_ids=ids, attention_mask=there)[0].float()
        u, v = (
            torch.einsum("bt,bth->bh", mask / mask.sum(1, keepdim=True).clamp(min=1), read)
            for mask in (one, two)
        )
        found: torch.Tensor = self.head(torch.cat([u, v, (u - v).abs(), u * v], 1))[:, 0]
        return found

    def stored(self) -> dict[str, np.ndarray]:
        """Return what `entailment.Entailment` reads, in half precision."""
        found = {"head": self.head.weight[0], "bias": self.head.bias}
        for name, lowered in self.lowered.items():
            found |= {f"{name}.A": lowered.a, f"{name}.B": lowered.b}
        return {name: one.detach().numpy().astype(np.float16) for name, one in found.items()}


def _pretrained(weights: Weights) -> BertModel:
    shape = weights.shape
    model = BertModel(
        BertConfig(
            vocab_size=shape.vocabulary,
            hidden_size=shape.width,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            intermediate_size=shape.inner,
            max_position_embeddings=shape.positions,
            type_vocab_size=1,
            layer_norm_eps=shape.epsilon,
        ),
        add_pooling_layer=False,
    )
    names = {
        "embeddings.word_embeddings.weight": "emb.word",
        "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.token_type_embeddings.weight": "emb.type",
        "embeddings.LayerNorm.weight": "emb.ln.w",
        "embeddings.LayerNorm.bias": "emb.ln.b",
    }
    parts = (
        ("attention.self.query", "q"),
        ("attention.self.key", "k"),
        ("attention.self.value", "v"),
        ("attention.output.dense", "ao"),
        ("attention.output.LayerNorm", "aln"),
        ("intermediate.dense", "fi"),
        ("output.dense", "fo"),
        ("output.LayerNorm", "oln"),
    )
    for layer in range(shape.layers):
        for theirs, ours in parts:
            names[f"encoder.layer.{layer}.{theirs}.weight"] = f"l{layer}.{ours}.w"
            names[f"encoder.layer.{layer}.{theirs}.bias"] = f"l{layer}.{ours}.b"
    for name, parameter in model.named_parameters():
        values = torch.from_numpy(weights.tensor(names[name]).copy())
        parameter.data = values[: parameter.numel()].reshape(parameter.shape)
        parameter.requires_grad = False
    return model


def train(told: Sequence[Example]) -> dict[str, np.ndarray]:
    """Train on examples and print how well those of one passage in eight are told apart.

    Returns:
        what is stored, by name.
    """
    torch.manual_seed(_SEED)
    random.seed(_SEED)
    reader = _Reader(Weights())
    learned = [one for one in told if not one.measured]
    steps = int(_EPOCHS * len(learned) / _BATCH)
    trained = [matrix for one in reader.lowered.values() for matrix in (one.a, one.b)]
    optimiser = torch.optim.AdamW(
        [{"params": trained, "lr": _STEP}, {"params": reader.head.parameters(), "lr": _HEAD_STEP}],
        weight_decay=_DECAY,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, (step + 1) / (_WARM * steps)) * (steps - step) / steps
    )
    reader.train()
    batches: list[list[Example]] = []
    with Progress() as progress:
        for _ in progress.track(range(steps), description="training"):
            batches = batches or _batches(learned)
            batch = batches.pop()
            truth = torch.tensor([float(one.turned) for one in batch])
            loss = functional.binary_cross_entropy_with_logits(reader(batch), truth)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            schedule.step()
    _report(reader, [one for one in told if one.measured])
    return reader.stored()


def _batches(told: Sequence[Example]) -> list[list[Example]]:
    """Return examples in random batches of about the same length."""
    mixed = random.sample(list(told), len(told))
    found = []
    for start in range(0, len(mixed), _BATCH * _SORTED):
        some = sorted(
            mixed[start : start + _BATCH * _SORTED], key=lambda e: len(e.premise) + len(e.sentence)
        )
        found += [some[n : n + _BATCH] for n in range(0, len(some), _BATCH)]
    return random.sample(found, len(found))


def _report(reader: _Reader, told: Sequence[Example]) -> None:
    """Print the area under the ROC curve, and what is caught with one false alarm in twenty."""
    reader.eval()
    with torch.no_grad():
        scores = np.concatenate(
            [reader(told[n : n + _BATCH]).numpy() for n in range(0, len(told), _BATCH)]
        )
    turned = np.array([one.turned for one in told])
    ranks = scores.argsort().argsort()
    many, few = turned.sum(), (~turned).sum()
    area = (ranks[turned].sum() - many * (many - 1) / 2) / (many * few)
    caught = (scores[turned] > np.quantile(scores[~turned], 0.95)).mean()
    Console().print(f"{len(told)} sentences: area {area:.3f}, caught {caught:.3f} of turned ones")


if __name__ == "__main__":
    np.savez_compressed(STORED, allow_pickle=False, **train(examples(DATA)))
