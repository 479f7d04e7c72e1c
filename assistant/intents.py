"""Recognise what is no question about CX: greetings, thanks, "what can you do?", mischief.

Mischief asks to step out of the task: to drop or show instructions, or for other
people's questions. No passage answers it, however near its words come to one, so
it is refused before anything is searched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.types import Language, Route

_HOSTILE: Mapping[str, tuple[str, ...]] = {
    "en": (
        r"\b(ignore|disregard|forget|override)\b.{0,25}"
        r"\b(previous|above|prior|earlier|all|your)\b.{0,25}\b(instruction|rule|prompt|guideline)",
        r"\b(system|hidden|initial) (prompt|message|instruction)",
        r"\byour (prompt|instructions)\b",
        r"\bother users?('s|s')?\b.{0,40}\b(question|chat|conversation|ask|email|name|histor)",
        r"\b(questions?|chats?|conversations?|emails?|names?)\b.{0,25}\bother users?\b",
        r"\bwhat (did|do|have|has) (other )?(people|others|users|anyone else)\b.{0,25}\bask",
        r"\b(pretend|role.?play|you are now)\b.{0,60}\b(without|unrestricted|hacker)\b",
        r"\b(developer|debug|admin\w*|god|jailbreak\w*|unrestricted) mode\b",
        r"\b(mode|assistant|ai|answer|respond)\b.{0,40}"
        r"\b(without|no) (any )?(restrictions|filters|safety rules)\b",
        r"/etc/passwd|\brm -rf\b|(?:\A|[\n.!?\"„“«>])\s*system:|<\|im_",
    ),
    "zh": (
        "(忽略|无视|無視|忘记|忘記|忘掉|不要理会|不要理會).{0,15}(指令|指示|规则|規則|提示|设定|設定)",
        "系统提示|系統提示|提示词|提示詞",
        "(隐藏|隱藏|初始|原始).{0,6}(指令|提示)",
        "(其他|别的|別的)(用户|使用者).{0,12}(问了|問了|提的|对话|對話|聊天|记录|紀錄|邮箱|信箱|手机|手機)",
        "(其他|别的|別的)(人|用户|使用者).{0,10}[问問]",
        "(开发者|開發者|管理员|管理員|调试|除錯|越狱|越獄)模式",
        "(没有|沒有|不受|无|無)(任何)?限制的?(模式|助手|助理|AI|管理)",
        "(你|系统|系統)的?.{0,2}(隐藏|隱藏).{0,6}(设定|設定|设置|規則|规则)",
        "(扮演|假装|假裝).{0,25}(没有任何|沒有任何|不受|黑客|駭客|无限制|無限制)",
    ),
    "pl": (
        r"(zignoruj|ignoruj|zapomnij|pomiń|odrzuć)\b.{0,20}(poprzedni|wcześniejsz|wszystki|swoi)"
        r".{0,20}(instrukcj|zasad|polece|reguł)",
        r"(instrukcj\w*|komunikat\w*) systemow|systemow\w+ (prompt|instrukcj)|\bprompt",
        r"(rozm[oó]w|pyta|dan[ey]|histori|nazwisk|adres)\w*.{0,25}innych użytkowników",
        r"(o co|jakie pytania|co) (pytali|zadawali|pytają).{0,15}(inni|innych)",
        r"innych użytkowników.{0,25}(rozm[oó]w|pyta|histori|nazwisk|adres)",
        r"tryb\w* (dewelopersk|deweloper|programist|administrator|bez ogranicz)",
        r"(asystent|odpowiadaj|odpowiedz)\w*.{0,40}bez (żadnych |jakichkolwiek )?"
        r"(ograniczeń|filtrów|zabezpieczeń)",
        r"(udawaj|wciel się).{0,60}(bez|hakere?m?|ogranicz)",
    ),
    "hu": (
        r"(hagyd|hagyja|felejtsd|felejtse|ne vedd).{0,25}(utasítás|eddigi szabály|prompt)",
        r"rendszer(prompt|üzenet|utasítás)|\bprompt|rejtett (utasítás|prompt)",
        r"(többi|más|másik) felhasználó\w*.{0,25}(kérdez|kérdés|beszélget|nev[eé]t|előzmény)",
        r"(kérdez|kérdés|beszélget)\w*.{0,25}((többi|más|másik) felhasználó|\bmások\b)",
        r"(fejlesztői|rendszergazda|rendszergazdai|adminisztrátori|korlátlan) (üzem)?mód",
        r"(asszisztens|válaszolj|felelj)\w*.{0,40}(korlátozás|korlátok|szűrő)\w* nélkül",
        r"(korlátozás|korlátok|szűrő)\w* nélkül.{0,20}(válaszolj|felelj)",
        r"(játszd el|tegyél úgy|képzeld).{0,60}(korlát|hacker)",
    ),
    "ru": (
        r"(забудь|игнорируй|проигнорируй|отбрось|забудьте)\b.{0,25}(все|предыдущ|свои|прежн)"
        r".{0,25}(инструкц|правил|указани)",
        r"системн\w+ (промпт|инструкц|сообщен)|\bпромпт|скрыт\w+ (инструкц|промпт)",
        r"(переписк|вопрос|истори|имена|почт)\w*.{0,25}других пользовател",
        r"(о чём|о чем|что|какие вопросы).{0,25}(спрашива|задава)\w*.{0,20}(другие|другими)",
        r"других пользовател\w*.{0,25}(переписк|спрашива|истори|имена|почт)",
        r"режим\w* (разработчик|администратор|отладк|бога)",
        r"(ассистент|помощник|отвечай|ответь)\w*.{0,40}без (всяких |каких-либо |любых )?"
        r"(ограничений|фильтров)",
        r"(притворись|представь, что ты|сыграй).{0,60}(без|хакер|огранич)",
    ),
}
_SOCIAL: Mapping[str, Mapping[Route, str]] = {
    "en": {
        "greet": r"(hi|hello|hey|good (morning|afternoon|evening)|greetings)( there| all)?",
        "thank": r"(many |ok |great )?(thanks|thank you|thx|cheers)( a lot| so much| very much)?",
        "meta": r"(help|what can (you|i) (do|ask)( for me| here| you)?|who are you|what are you"
        r"|how (do you|does this) work|what do you know|what can you help( me)? with)",
    },
    "zh": {
        "greet": "(你好|您好|嗨|哈囉|哈喽|早上好|早安|晚上好|晚安|大家好)(啊|呀)?",
        "thank": "(谢谢|謝謝|多谢|多謝|感谢|感謝)(你|您|了|啦)?",
        "meta": "(帮助|幫助|说明|說明|你是[谁誰]|怎[么麼]用"
        "|你能(做|帮我做|幫我做|回答)(什么|什麼|些什么|些什麼|哪些(事|问题|問題)?)"
        "|你[会會]做?什[么麼]|我(可以|能)[问問]你?(什么|什麼|些什么|些什麼))",
    },
    "pl": {
        "greet": r"(cześć|czesc|hej|witaj|witam|dzień dobry|dzien dobry|dobry wieczór|siema)",
        "thank": r"(dzięki|dzieki|dziękuję|dziekuje)( bardzo| ci| wielkie)?",
        "meta": r"(pomoc|co (potrafisz|umiesz|możesz( dla mnie)? zrobić)|kim jesteś|jak to działa"
        r"|o co mogę (cię )?(za)?pytać|w czym możesz( mi)? pomóc)",
    },
    "hu": {
        "greet": r"(szia|sziasztok|hello|helló|üdv|üdvözlöm|jó (napot|reggelt|estét)( kívánok)?)",
        "thank": r"(köszönöm|köszi|kösz)( szépen)?",
        "meta": r"(segítség|mit tudsz|mit tud|mire vagy jó|ki vagy|kicsoda vagy|hogyan működsz"
        r"|mit kérdezhetek( tőled)?|miben (tudsz|tud) segíteni)",
    },
    "ru": {
        "greet": r"(привет|здравствуй(те)?|добрый (день|вечер)|доброе утро|салют|хай)",
        "thank": r"(спасибо|благодарю)( большое| огромное| вам| тебе)?",
        "meta": r"(помощь|что ты (умеешь|можешь)|что вы (умеете|можете)|кто ты|кто вы"
        r"|как это работает|о чём (тебя |вас )?можно спросить|чем (ты |вы )?мож(ешь|ете) помочь)",
    },
}
_MISCHIEF = {code: re.compile("|".join(patterns)) for code, patterns in _HOSTILE.items()}
_WHOLE = {
    code: {route: re.compile(rf"(?:{pattern})\Z") for route, pattern in patterns.items()}
    for code, patterns in _SOCIAL.items()
}


def intent(text: str, language: Language) -> Route:
    """Return the route of a question: "ask" for everything that is not recognised.

    English ways are known in every language. Greetings and the like count only
    where they are the whole message: "hello, how do I vet a CX job?" is a question.
    """
    lowered = text.casefold()
    codes = dict.fromkeys(("zh" if language.startswith("zh") else language, "en"))
    if any(_MISCHIEF[code].search(lowered) for code in codes):
        return "refuse"
    bare = re.sub(r"[^\w\s]", " ", lowered)
    bare = re.sub(r"\s+", " ", bare).strip()
    for code in codes:
        for route, pattern in _WHOLE[code].items():
            if pattern.match(bare):
                return route
    return "ask"
