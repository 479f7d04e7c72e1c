"""Words, stems and numbers: what meets what, in each language."""

from __future__ import annotations

import pytest

from assistant import analysis
from assistant.types import LANGUAGES, Language


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", ("customer", "customers", "Customers", "customer's", "customer’s")),
        ("pl", ("klient", "klienta", "klientów", "KLIENTEM")),
        ("hu", ("ügyfél", "ügyfelek", "ügyfelet", "Ügyfélnek")),
        ("ru", ("клиента", "клиентов", "Клиентам")),
        ("ru", ("учёт", "учет", "УЧЁТА")),
    ],
)
def test_inflected_forms_of_a_word_share_a_term(language: Language, forms: tuple[str, ...]) -> None:
    assert set.intersection(*(set(analysis.terms(form, language)) for form in forms))


@pytest.mark.parametrize(
    ("language", "typed", "written"),
    [
        ("pl", "doswiadczenie klienta", "doświadczenie klienta"),
        ("hu", "ugyfelelmeny merese", "ügyfélélmény mérése"),
        ("en", "resume", "résumé"),
        ("pl", "lacznosc", "łączność"),
        ("pl", "klientow", "klientów"),
    ],
)
def test_word_typed_without_diacritics_meets_the_one_with_them(
    language: Language, typed: str, written: str
) -> None:
    found = set(analysis.terms(written, language))
    for word in typed.split():
        assert found & set(analysis.terms(word, language)), word


def test_taiwans_words_meet_the_mainlands() -> None:
    assert set(analysis.terms("软件和网络", "zh-Hans")) == set(
        analysis.terms("軟體和網路", "zh-Hant")
    )


def test_full_width_letters_meet_ordinary_ones() -> None:
    assert analysis.words("ＣＸ　２０２２", "zh-Hans") == ["cx", "2022"]


@pytest.mark.parametrize(
    ("language", "text", "kept"),
    [
        ("en", "What is the role of a leader?", ["role", "leader"]),
        ("pl", "Co to jest rola lidera?", ["rola", "lidera"]),
        ("ru", "Что такое роль лидера?", ["роль", "лидера"]),
        ("hu", "Mi a vezető szerepe?", ["vezető", "szerepe"]),
    ],
)
def test_function_words_are_left_out(language: Language, text: str, kept: list[str]) -> None:
    expected = [term for word in kept for term in analysis.terms(word, language)]
    assert analysis.terms(text, language) == expected


def test_chinese_is_cut_into_characters_and_pairs() -> None:
    found = analysis.terms("客户体验", "zh-Hans")
    assert {"客", "户", "体", "验"} <= set(found)
    assert {"客户", "户体", "体验"} <= set(found)


@pytest.mark.parametrize(
    "text", ["CX leaders的预算", "CX leaders 的预算", "预算CX leaders", "CX，leaders"]
)
def test_latin_words_inside_chinese_are_words_of_their_own(text: str) -> None:
    assert set(analysis.terms("CX leaders", "en")) <= set(analysis.terms(text, "zh-Hans"))


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_abbreviation_that_chinese_follows_directly_is_a_word(language: Language) -> None:
    """As in "CX是什么": Chinese puts no space around Latin letters."""
    assert "cx" in analysis.words("CX是什麼", language)
    assert ("cx",) in analysis.content_words("CX是什麼", language)


def test_content_words_leave_function_words_out_and_keep_the_order() -> None:
    found = analysis.content_words("What is the role of a leader?", "en")
    assert [variants[0] for variants in found] == ["role", "leader"]


def test_content_word_without_diacritics_may_stand_for_either_stem() -> None:
    for variants in analysis.content_words("doświadczenie", "pl"):
        assert set(variants) == set(analysis.terms("doświadczenie", "pl"))


def test_chinese_content_counts_by_pairs_without_function_characters() -> None:
    found = [pair for (pair,) in analysis.content_words("客户的体验", "zh-Hans")]
    assert {"客户", "体验"} <= set(found)
    assert not any("的" in pair for pair in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_comes_of_nothing(language: Language) -> None:
    assert analysis.words("?! … —", language) == []
    assert analysis.terms("", language) == []
    assert analysis.content_words("", language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_function_words(language: Language) -> None:
    listed = analysis.function_words()["zh" if language.startswith("zh") else language]
    assert len(listed) > 20
    assert all(word == word.casefold() for word in listed)


def test_languages_that_are_not_answered_are_none_of_those_that_are() -> None:
    answered = {language.partition("-")[0] for language in LANGUAGES}
    assert answered.isdisjoint(analysis.foreign_function_words())
    assert all(analysis.foreign_function_words().values())


@pytest.mark.parametrize(
    ("first", "second"),
    [("Ügyfélélmény", "ugyfelelmeny"), ("ŁÓDŹ", "lodz"), ("ёж", "еж"), ("Élan", "elan")],
)
def test_folding_takes_case_and_diacritics_away(first: str, second: str) -> None:
    assert analysis.fold(first) == analysis.fold(second) == second


def test_folding_keeps_letters_that_only_look_like_accents() -> None:
    assert analysis.fold("МОЙ") == "мой"


# --- numbers


@pytest.mark.parametrize(
    ("language", "phrases"),
    [
        ("en", ("year three", "Year 3", "YEAR THREE", "years three")),
        ("pl", ("rok trzy", "rok 3")),
        ("hu", ("év három", "év 3")),
        ("ru", ("год три", "год 3")),
    ],
)
def test_number_words_are_digits(language: Language, phrases: tuple[str, ...]) -> None:
    normalised = {tuple(analysis.normalise_numbers(phrase, language)) for phrase in phrases}
    assert len(normalised) == 1
    assert "3" in next(iter(normalised))


@pytest.mark.parametrize(
    ("language", "phrases"),
    [
        ("en", ("third year", "3rd year", "Third Year")),
        ("pl", ("trzeci rok", "trzeciego roku", "trzecim roku", "3. rok")),
        ("hu", ("harmadik év", "3. év")),
        ("ru", ("третий год", "третьего года", "третьем году", "3-й год")),
    ],
)
def test_ordinals_keep_a_full_stop_in_every_form(
    language: Language, phrases: tuple[str, ...]
) -> None:
    for phrase in phrases:
        assert analysis.normalise_numbers(phrase, language)[0] == "3.", phrase


@pytest.mark.parametrize(
    ("language", "number", "phrase"),
    [
        ("en", "27", "twenty-seven"),
        ("en", "27", "twenty seven"),
        ("en", "27.", "twenty-seventh"),
        ("en", "27.", "Twenty Seventh"),
        ("en", "27.", "27th"),
        ("pl", "27", "dwadzieścia siedem"),
        ("pl", "27.", "dwudziesty siódmy"),
        ("pl", "28.", "dwudziestego ósmego"),
        ("pl", "50", "pięćdziesiąt"),
        ("hu", "27", "huszonhét"),
        ("hu", "28", "huszonnyolc"),
        ("hu", "35", "harmincöt"),
        ("hu", "27.", "huszonhetedik"),
        ("hu", "28.", "huszonnyolcadikat"),
        ("ru", "25", "двадцать пять"),
        ("ru", "27", "двадцать семь"),
        ("ru", "27.", "двадцать седьмой"),
        ("ru", "28.", "двадцать восьмого"),
    ],
)
def test_compound_numeral_is_one_number(language: Language, number: str, phrase: str) -> None:
    assert analysis.normalise_numbers(phrase, language) == [number]


@pytest.mark.parametrize(
    ("language", "number", "forms"),
    [
        ("pl", "2", ("dwa", "dwie", "dwóch", "dwoma")),
        ("pl", "3", ("trzy", "trzech", "trzema")),
        ("pl", "5", ("pięć", "pięciu", "pięcioma")),
        ("hu", "2", ("kettő", "két")),
        ("ru", "2", ("два", "две", "двух", "двумя")),
        ("ru", "4", ("четыре", "четырёх", "четырех", "четырьмя")),
        ("ru", "5", ("пять", "пяти", "пятью")),
    ],
)
def test_oblique_forms_of_a_cardinal_are_its_number(
    language: Language, number: str, forms: tuple[str, ...]
) -> None:
    found = {form: " ".join(analysis.normalise_numbers(form, language)) for form in forms}
    assert found == dict.fromkeys(forms, number)


@pytest.mark.parametrize(
    ("language", "number", "forms"),
    [
        ("pl", "5.", ("piąty", "piątego", "piątej")),
        ("pl", "8.", ("ósmy", "ósmego", "ósmym")),
        ("hu", "5.", ("ötödik", "ötödikben")),
        ("ru", "5.", ("пятый", "пятого", "пятом")),
        ("ru", "8.", ("восьмой", "восьмого", "восьмом")),
    ],
)
def test_oblique_forms_of_an_ordinal_are_no_cardinal(
    language: Language, number: str, forms: tuple[str, ...]
) -> None:
    found = {form: " ".join(analysis.normalise_numbers(form, language)) for form in forms}
    assert found == dict.fromkeys(forms, number)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("twenty metrics, seven teams", ["20", "metric", "7", "team"]),
        ("ten two", ["10", "2"]),
        ("two twenty", ["2", "20"]),
    ],
)
def test_numbers_that_make_no_compound_stay_apart(text: str, expected: list[str]) -> None:
    assert analysis.normalise_numbers(text, "en") == expected


def test_third_year_is_not_three_years() -> None:
    assert analysis.normalise_numbers("third year", "en") != analysis.normalise_numbers(
        "three years", "en"
    )


def test_number_at_the_end_of_a_sentence_is_no_ordinal() -> None:
    assert analysis.normalise_numbers("It is year 3.", "en")[-1] == "3"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第三年", "第3年"),
        ("第 3 年", "第3年"),
        ("十二个月", "12个月"),
        ("二十步", "20步"),
        ("二十七个方面", "27个方面"),
        ("两年", "2年"),
        ("一两年", "一两年"),
    ],
)
def test_chinese_numerals_are_digits_inside_the_text(text: str, expected: str) -> None:
    assert analysis.normalise_numbers(text, "zh-Hans") == [expected]


def test_chinese_of_both_kinds_is_normalised_alike() -> None:
    assert analysis.normalise_numbers("第三個面向", "zh-Hant") == analysis.normalise_numbers(
        "第三个面向", "zh-Hans"
    )
