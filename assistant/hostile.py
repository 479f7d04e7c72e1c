"""Recognise requests to step out of the task, in every language.

They ask to drop or show instructions, or for other people's questions. No passage
answers them, however near their words come to one, so they are refused before
anything is searched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.types import Language

_PATTERNS: Mapping[str, tuple[str, ...]] = {
    "en": (
        r"\b(ignore|disregard|forget|override)\b.{0,40}\b(instruction|rule|prompt|guideline)",
        r"\b(system|hidden|initial) (prompt|message|instruction)",
        r"\byour (prompt|instructions)\b",
        r"\bother (users?|people)('s|s')?\b.{0,40}\b(question|chat|conversation|ask|email|name)",
        r"\b(questions?|chats?|conversations?|data|emails?|names?)\b.{0,25}\bother users?\b",
        r"\b(pretend|act as|role.?play|you are now)\b.{0,60}\b(without|unrestricted|hacker)\b",
    ),
    "zh": (
        "(忽略|无视|無視|忘记|忘記|忘掉|不要理会|不要理會).{0,15}(指令|指示|规则|規則|提示|设定|設定)",
        "系统提示|系統提示|提示词|提示詞",
        "(隐藏|隱藏|初始|原始).{0,6}(指令|提示)",
        "(其他|别的|別的)(用户|使用者|人).{0,12}(问|問|对话|對話|资料|資料|数据|記錄|记录|邮箱|信箱)",
        "(扮演|假装|假裝).{0,25}(没有任何|沒有任何|不受|黑客|駭客|无限制|無限制)",
    ),
    "pl": (
        r"(zignoruj|ignoruj|zapomnij|pomiń|odrzuć)\b.{0,40}(instrukcj|zasad|polece|reguł)",
        r"(instrukcj\w*|komunikat\w*) systemow|systemow\w+ (prompt|instrukcj)|\bprompt",
        r"innych (użytkownik|osób|klientów asystenta)",
        r"(udawaj|wciel się).{0,60}(bez|hakere?m?|ogranicz)",
    ),
    "hu": (
        r"(hagyd|hagyja|felejtsd|felejtse|ne vedd).{0,40}(utasítás|szabály|prompt)",
        r"rendszer(prompt|üzenet|utasítás)|\bprompt|rejtett (utasítás|prompt)",
        r"(többi|más|másik) (felhasználó|ügyfeled)",
        r"(játszd el|tegyél úgy|képzeld).{0,60}(korlát|hacker)",
    ),
    "ru": (
        r"(забудь|игнорируй|проигнорируй|отбрось|забудьте)\b.{0,40}(инструкц|правил|указани)",
        r"системн\w+ (промпт|инструкц|сообщен)|\bпромпт|скрыт\w+ (инструкц|промпт)",
        r"други(х|е) пользовател",
        r"(притворись|представь, что ты|сыграй).{0,60}(без|хакер|огранич)",
    ),
}
_COMPILED = {code: re.compile("|".join(patterns)) for code, patterns in _PATTERNS.items()}


def is_hostile(text: str, language: Language) -> bool:
    """Whether a question asks to step out of the task; English ways are known everywhere."""
    lowered = text.casefold()
    own = _COMPILED["zh" if language.startswith("zh") else language]
    return bool(own.search(lowered) or _COMPILED["en"].search(lowered))
