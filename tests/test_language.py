"""The language of a question, and of questions that are in none of ours."""

from __future__ import annotations

import pytest

from assistant.corpus import Corpus
from assistant.language import LanguageDetector
from assistant.types import LANGUAGES, Language


@pytest.fixture(scope="module")
def detector(corpus: Corpus) -> LanguageDetector:
    return LanguageDetector(corpus.vocabulary)


QUESTIONS: list[tuple[Language, str]] = [
    ("en", "How do I vet a CX job?"),
    ("en", "what is voc"),
    ("en", "WHAT ABOUT YEAR FIVE?"),
    ("pl", "Co robić w trzecim roku?"),
    ("pl", "czym jest voc"),
    ("pl", "jak zbudowac zespol"),
    ("pl", "CFO pytania"),
    ("hu", "Mit tegyek a harmadik évben?"),
    ("hu", "mi az a voc"),
    ("hu", "hogyan merjem az ugyfelelegedettseget"),
    ("ru", "Что делать в третьем году?"),
    ("ru", "что такое voc"),
    ("ru", "как измерить удовлетворенность клиентов"),
    ("zh-Hans", "第三年该做什么？"),
    ("zh-Hans", "什么是客户之声"),
    ("zh-Hans", "VoC是什么"),
    ("zh-Hant", "第三年該做什麼？"),
    ("zh-Hant", "什麼是顧客之聲"),
    ("zh-Hant", "紅旗"),
]


@pytest.mark.parametrize(("language", "question"), QUESTIONS)
def test_short_question_names_its_language_wherever_it_is_asked(
    detector: LanguageDetector, language: Language, question: str
) -> None:
    told = {page: detector.detect(question, page) for page in LANGUAGES}
    assert told == dict.fromkeys(LANGUAGES, language)


@pytest.mark.parametrize("page", LANGUAGES)
@pytest.mark.parametrize("question", ["42", "?", "2022!"])
def test_question_without_letters_is_in_the_preferred_language(
    detector: LanguageDetector, page: Language, question: str
) -> None:
    assert detector.detect(question, page) == page


@pytest.mark.parametrize("page", ["en", "pl", "hu"])
@pytest.mark.parametrize("question", ["CX", "NPS?", "VoC"])
def test_abbreviation_that_several_languages_use_is_in_the_preferred_one(
    detector: LanguageDetector, page: Language, question: str
) -> None:
    assert detector.detect(question, page) == page


@pytest.mark.parametrize("page", ["zh-Hans", "zh-Hant"])
def test_chinese_written_alike_in_both_is_in_the_preferred_one(
    detector: LanguageDetector, page: Language
) -> None:
    assert detector.detect("文化", page) == page


def test_mixed_question_takes_the_language_of_its_function_words(
    detector: LanguageDetector,
) -> None:
    assert detector.detect("what is the 客户之声 about?", "zh-Hans") == "en"
    assert detector.detect("Co to jest Voice of the Customer?", "en") == "pl"
    assert detector.detect("客户之声VoC怎么做", "en") == "zh-Hans"
    assert detector.detect("Что такое Net Promoter Score?", "en") == "ru"


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("Wie messe ich die Kundenzufriedenheit in meinem Unternehmen?", id="de"),
        pytest.param("Was soll ich im dritten Jahr tun?", id="de short"),
        pytest.param("Wie werde ich CX-Leiter?", id="de shorter"),
        pytest.param("Comment mesurer la satisfaction des clients ?", id="fr"),
        pytest.param("¿Cómo mido la satisfacción del cliente?", id="es"),
        pytest.param("Cosa devo fare nel terzo anno?", id="it"),
        pytest.param("O que é a voz do cliente?", id="pt"),
        pytest.param("Wat is de stem van de klant?", id="nl"),
        pytest.param("Co je hlas zákazníka a proč je důležitý?", id="cs"),
        pytest.param("Müşterinin sesi nedir?", id="tr"),
        pytest.param("Ce este vocea clientului?", id="ro"),
        pytest.param("Як виміряти задоволеність клієнтів?", id="uk"),
        pytest.param("顧客の声とは何ですか？", id="ja"),
        pytest.param("고객의 소리란 무엇인가요?", id="ko"),
        pytest.param("ما هو صوت العميل؟", id="ar"),
        pytest.param("מה זה קול הלקוח?", id="he"),
        pytest.param("Τι είναι η φωνή του πελάτη;", id="el"),
        pytest.param("ग्राहक की आवाज़ क्या है?", id="hi"),
        pytest.param("เสียงของลูกค้าคืออะไร", id="th"),
    ],
)
def test_language_that_is_not_answered_is_none_of_ours(
    detector: LanguageDetector, question: str
) -> None:
    assert {page: detector.detect(question, page) for page in LANGUAGES} == dict.fromkeys(LANGUAGES)


def test_own_phrasings_of_the_corpus_are_told_to_be_in_its_languages(
    corpus: Corpus, detector: LanguageDetector
) -> None:
    for language in LANGUAGES:
        asked = [p.question for p in corpus.passages(language) if p.question]
        assert asked
        wrong = [text for text in asked if detector.detect(text, "en") != language]
        assert wrong == []


def test_detector_without_a_corpus_still_tells_grammar_from_grammar() -> None:
    empty = LanguageDetector(dict.fromkeys(LANGUAGES, frozenset()))
    assert empty.detect("What is this about?", "hu") == "en"
    assert empty.detect("Czym to jest dla mnie?", "hu") == "pl"
    assert empty.detect("Mit tegyek most?", "en") == "hu"
