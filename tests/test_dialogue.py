"""How a turn continues a conversation, and the language that it wishes to be answered in."""

from __future__ import annotations

import pytest

from assistant.dialogue import (
    leans,
    opens_as_continuation,
    ordinal,
    own_words,
    parts,
    points_back,
    requested_language,
    step,
    without_step,
)
from assistant.types import LANGUAGES, Language

# --- what leans on the turn before


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "And why?"),
        ("en", "Tell me more, please."),
        ("en", "Give me an example"),
        ("en", "Which of them matters most?"),
        ("zh-Hans", "为什么？"),
        ("zh-Hans", "举个例子"),
        ("zh-Hans", "怎样衡量它？"),
        ("zh-Hant", "為什麼？"),
        ("zh-Hant", "多說一點"),
        ("zh-Hant", "這些裡哪個最重要？"),
        ("pl", "Dlaczego?"),
        ("pl", "Podaj przykład"),
        ("pl", "Które z nich są ważne?"),
        ("hu", "És miért?"),
        ("hu", "Részletesebben!"),
        ("hu", "Mondj egy példát"),
        ("hu", "Mondj erről többet"),
        ("ru", "Почему?"),
        ("ru", "Приведи пример"),
        ("ru", "Расскажи об этом больше"),
    ],
)
def test_turn_without_a_topic_of_its_own_leans(language: Language, text: str) -> None:
    assert leans(text, language, 0)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "And how do I vet a CX job?"),
        ("en", "How do I vet a CX job?"),
        ("zh-Hans", "那怎样组建客户体验团队？"),
        ("zh-Hant", "那怎樣組建客戶體驗團隊？"),
        ("pl", "A jak zbudować zespół CX?"),
        ("hu", "És hogyan építsek CX csapatot?"),
        ("ru", "А как построить команду CX?"),
    ],
)
def test_turn_with_a_topic_changes_it_even_after_a_conjunction(
    language: Language, text: str
) -> None:
    assert not leans(text, language, 0)


def test_pointing_word_in_a_long_turn_is_no_reason_to_lean() -> None:
    assert leans("How do I measure those?", "en", 0)
    assert not leans(
        "How do those companies measure loyalty among customers of several regional branches?",
        "en",
        0,
    )


def test_words_that_name_a_facet_are_no_topic() -> None:
    assert not leans("finance chief", "en", 0)
    assert leans("finance chief", "en", 1)


def test_what_is_asked_stands_in_the_last_sentence_of_a_short_turn() -> None:
    assert leans("My company sells garden furniture online. And why?", "en", 0)
    assert not leans("I see. How do I vet a CX job?", "en", 0)


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "What should I do then?", 0),
        ("en", "more details about the second point", 0),
        ("en", "the budget of a team in 2022", 2),
        ("pl", "jeszcze więcej szczegółów", 0),
        ("pl", "budżet zespołu", 2),
        ("hu", "a csapat költségvetése", 2),
        ("ru", "бюджет команды", 2),
        ("zh-Hans", "为什么？", 0),
        ("zh-Hans", "预算", 1),
        ("zh-Hant", "預算", 1),
        ("zh-Hans", "CFO呢", 1),
    ],
)
def test_own_words_are_those_that_bring_a_topic(language: Language, text: str, count: int) -> None:
    assert own_words(text, language) == count


@pytest.mark.parametrize(
    ("language", "pointing", "plain"),
    [
        ("en", "What about it?", "What about budgets?"),
        ("zh-Hans", "它重要吗？", "预算重要吗？"),
        ("zh-Hant", "這些重要嗎？", "預算重要嗎？"),
        ("pl", "Jak ją mierzyć?", "Jak mierzyć lojalność?"),
        ("pl", "Co z tym?", "Co z budżetem?"),
        ("hu", "Hogyan mérjem azt?", "Hogyan mérjem a hűséget?"),
        ("ru", "Как его измерить?", "Как измерить лояльность?"),
    ],
)
def test_word_that_points_back_is_told_from_a_topic(
    language: Language, pointing: str, plain: str
) -> None:
    assert points_back(pointing, language)
    assert not points_back(plain, language)


@pytest.mark.parametrize(
    ("language", "opening", "other"),
    [
        ("en", "What about the budget?", "What is a budget? And why?"),
        ("en", "And the budget?", "Android budget?"),
        ("zh-Hans", "那么预算呢？", "预算那么重要吗？"),
        ("zh-Hant", "還有預算呢？", "預算還有嗎？"),
        ("pl", " A budżet?", "Aspekty budżetu a zespół?"),
        ("hu", "És a költségvetés?", "Ésszerű a költségvetés?"),
        ("ru", "А бюджет?", "Аспекты и бюджет?"),
    ],
)
def test_continuation_is_told_by_its_first_word(
    language: Language, opening: str, other: str
) -> None:
    assert opens_as_continuation(opening, language)
    assert not opens_as_continuation(other, language)


# --- ordinals


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("And the second one?", "the 2nd point", "number two? no, the second")),
        ("zh-Hans", ("那第二个呢？", "第2点", "第 2 点")),
        ("zh-Hant", ("那第二個呢？", "第兩個")),
        ("pl", ("A drugi?", "o drugim punkcie", "2. punkt")),
        ("hu", ("És a második?", "a másodikat", "a 2. pont")),
        ("ru", ("А второй?", "про второе", "2-й пункт")),
    ],
)
def test_ordinal_is_read_in_words_and_digits(language: Language, texts: tuple[str, ...]) -> None:
    assert {text: ordinal(text, language) for text in texts} == dict.fromkeys(texts, 2)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "And the second and the third?"),
        ("en", "two points"),
        ("zh-Hans", "第二个和第三个"),
        ("zh-Hant", "兩個"),
        ("pl", "drugi i trzeci"),
        ("hu", "két pont"),
        ("ru", "второй и третий"),
        ("en", ""),
    ],
)
def test_cardinal_or_several_ordinals_are_none(language: Language, text: str) -> None:
    assert ordinal(text, language) == 0


# --- questions in several parts


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        (
            "en",
            "How big is a CX team and how do I measure loyalty metrics?",
            ["How big is a CX team", "how do I measure loyalty metrics?"],
        ),
        (
            "en",
            "How large should a CX team grow, and which loyalty metrics should we track?",
            ["How large should a CX team grow", "which loyalty metrics should we track?"],
        ),
        (
            "zh-Hans",
            "客户体验团队有多大，另外怎样衡量客户忠诚度？",
            ["客户体验团队有多大", "怎样衡量客户忠诚度？"],
        ),
        ("zh-Hant", "團隊多大？怎樣衡量忠誠度？", ["團隊多大？", "怎樣衡量忠誠度？"]),
        (
            "pl",
            "Jak duży jest zespół CX i jak mierzyć lojalność klientów?",
            ["Jak duży jest zespół CX", "jak mierzyć lojalność klientów?"],
        ),
        (
            "hu",
            "Mi az ügyfél hangja? Ki vezeti a CX csapatot?",
            ["Mi az ügyfél hangja?", "Ki vezeti a CX csapatot?"],
        ),
        (
            "ru",
            "Как измерить лояльность клиентов, а также кто ведёт команду CX?",
            ["Как измерить лояльность клиентов", "кто ведёт команду CX?"],
        ),
    ],
)
def test_two_questions_in_one_are_parted(language: Language, text: str, found: list[str]) -> None:
    assert parts(text, language) == found


def test_part_that_points_back_is_one_where_parts_may_lean() -> None:
    text = "How often should we repeat the diagnosis, and which firm would do it cheapest?"
    assert parts(text, "en") == [text]
    assert parts(text, "en", leaning=True) == [
        "How often should we repeat the diagnosis",
        "which firm would do it cheapest?",
    ]
    assert len(parts("How big is a CX team and why?", "en", leaning=True)) == 1


# --- the next and the previous of an order


@pytest.mark.parametrize(
    ("language", "text", "by"),
    [
        ("en", "And one level up?", 1),
        ("en", "and the years after that?", 1),
        ("en", "one level below?", -1),
        ("zh-Hans", "再往上一级呢？", 1),
        ("zh-Hans", "低一级呢？", -1),
        ("zh-Hant", "那再往上一級呢？", 1),
        ("zh-Hant", "前一級呢？", -1),
        ("pl", "A poziom wyżej?", 1),
        ("pl", "a poprzedni poziom?", -1),
        ("hu", "És egy szinttel feljebb?", 1),
        ("hu", "és eggyel lejjebb?", -1),
        ("ru", "А на ступень выше?", 1),
        ("ru", "а уровень ниже?", -1),
    ],
)
def test_step_up_or_down_leans_on_what_was_said(language: Language, text: str, by: int) -> None:
    assert step(text, language) == by
    assert step(without_step(text, language), language) == 0
    assert leans(text, language, 0)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "What is the next step after a diagnosis?"),
        ("zh-Hans", "诊断之后做什么？"),
        ("pl", "Co po diagnozie?"),
        ("hu", "Mi jön a felmérés után?"),
        ("ru", "Что делать после диагностики?"),
    ],
)
def test_question_about_what_comes_next_is_no_step(language: Language, text: str) -> None:
    assert step(text, language) == 0


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "How big is a CX team and why?"),
        ("en", "How big is a CX team and who should lead it?"),
        ("en", "How do sales and marketing share customer data?"),
        ("en", "How do I vet a CX job? What is a CX team? Where do I find budget money?"),
        ("zh-Hans", "客户体验团队有多大？它的预算怎样？"),
        ("zh-Hant", "團隊多大？為什麼？"),
        ("pl", "Jak połączyć sprzedaż i marketing w firmie?"),
        ("hu", "Mekkora egy CX csapat és miért?"),
        ("ru", "Насколько велика команда CX и почему?"),
    ],
)
def test_question_whose_parts_do_not_stand_alone_is_one(language: Language, text: str) -> None:
    assert parts(text, language) == [text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_one_part_without_words(language: Language) -> None:
    assert parts("", language) == [""]
    assert own_words("", language) == 0


# --- wishes for a language


@pytest.mark.parametrize(
    ("text", "language", "rest"),
    [
        ("How big is a CX team? In Polish, please", "pl", "How big is a CX team"),
        ("How big is a CX team in Polish please", "pl", "How big is a CX team"),
        ("Answer in Hungarian: what is VoC?", "hu", "what is VoC?"),
        ("Jak duży jest zespół? Odpowiedz po angielsku", "en", "Jak duży jest zespół"),
        ("Mekkora egy csapat, oroszul kérem", "ru", "Mekkora egy csapat"),
        ("Каков размер команды? По-польски, пожалуйста", "pl", "Каков размер команды"),
        ("团队多大？用英文回答", "en", "团队多大"),
        ("團隊多大？用簡體中文回答", "zh-Hans", "團隊多大"),
        ("What is VoC? In traditional Chinese", "zh-Hant", "What is VoC"),
        ("in polish please", "pl", ""),
        ("És magyarul?", "hu", ""),
        ("请用中文", "zh-Hans", ""),
        ("Please tell me in Russian what a CCO does.", "ru", "what a CCO does."),
        ("Powiedz mi po węgiersku, co to jest NPS", "hu", "co to jest NPS"),
        ("Скажите мне на венгерском как измерить NPS", "hu", "как измерить NPS"),
        ("请用英文告诉我什么是NPS", "en", "告诉我什么是NPS"),
    ],
)
def test_language_asked_for_is_told_from_the_question(
    text: str, language: Language, rest: str
) -> None:
    wanted, remaining = requested_language(text)
    assert wanted == language
    assert remaining.rstrip("?？") == rest.rstrip("?？")


@pytest.mark.parametrize(
    "text",
    [
        "How do I survey customers in Polish and Hungarian shops?",
        "What does our English team need?",
        "Jak badać klientów mówiących po angielsku w Polsce?",
        "Our call centre answers in Russian only, is that a problem?",
        "Tell me in Polish companies how many do CX",
        "我想用俄语问老板怎么办",
        "",
    ],
)
def test_language_inside_a_question_is_its_topic_and_no_request(text: str) -> None:
    assert requested_language(text) == (None, text)
