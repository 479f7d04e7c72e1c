"""What people type for the terms of the glossary, written apart from its `forms`."""

from __future__ import annotations

from assistant.types import Language


def _pairs(text: str) -> dict[str, str]:
    """Return lines of "what is typed = term" as a dictionary."""
    lines = (line.partition("=") for line in text.strip().splitlines())
    return {typed.strip(): key.strip() for typed, _, key in lines}


INFLECTED: dict[Language, dict[str, str]] = {
    "pl": _pairs("""
doświadczeniem klientów = customer-experience
kosztami pozyskania klienta = cac
zmeczeniem ankietami = survey-fatigue
poziomami dojrzałości = maturity-level
modelem dojrzałości = maturity-model
obsłudze klienta = customer-service
lojalnością klientów = loyalty
mapę podróży = journey-map
promotorów = promoter
bolączkami = pain-point
interesariuszy = stakeholder
tajemniczych klientów = mystery-shopping
klientom neutralnym = passive
szybkimi sukcesami = quick-win
punktach styku = touchpoint
analizami luk = gap-analysis
mapach empatii = empathy-map
uzasadnieniem biznesowym = business-case
wskaźnikami wyprzedzającymi = leading-indicator
poparciem = buy-in
rozwiązaniem przy pierwszym kontakcie = fcr
średnim czasem obsługi = aht
cyklami życia klienta = customer-lifecycle
standardami obsługi = service-standard
menedżerom doświadczenia klienta = cx-manager
kluczowymi wskaźnikami efektywności = kpi
ankiet relacyjnych = relationship-survey
baz wiedzy = knowledge-base
analizie sentymentu = sentiment-analysis
zaangażowaniem pracowników = employee-engagement
"""),
    "hu": _pairs("""
ügyfélszolgálaton = customer-service
ügyfélúton = customer-journey
érintkezési pontokon = touchpoint
felméréseket = survey
promótereket = promoter
detraktorokat = detractor
fájdalompontokat = pain-point
perszónákat = persona
érintettekkel = stakeholder
silókat = silo
csatornákon = channel
chatbotokat = chatbot
gyökérokokat = root-cause
CX-stratégiánk = cx-strategy
márkaígéretünket = brand-promise
ügyfélút-térképeket = journey-map
önkiszolgálásra = self-service
az ügyfélélményről = customer-experience
ügyfeleink elégedettsége = customer-satisfaction
elégedettségi felmérést = survey
ügyfélmegtartásra = retention
válaszadási arányunk = response-rate
próbavásárlásokat = mystery-shopping
munkavallaloi elkotelezettseget = employee-engagement
ügyféligazgatónk = cco
gyors sikereket = quick-win
műszerfalon = dashboard
benchmarkokat = benchmark
pénzügyi igazgatóval = chief-financial-officer
változásmenedzsmentet = change-management
"""),
    "ru": _pairs("""
точках контакта = touchpoint
болевых точках = pain-point
стейкхолдерами = stakeholder
корневыми причинами = root-cause
удовлетворенностью клиентов = customer-satisfaction
вовлеченностью сотрудников = employee-engagement
контакт-центрах = contact-centre
клиентскими путями = customer-journey
анкетами = survey
опросников = survey
удержанием = retention
уровням зрелости = maturity-level
отклика = response-rate
клиентским опытом = customer-experience
лояльностью клиентов = loyalty
картой клиентского пути = journey-map
промоутерами = promoter
критиков = detractor
финансовому директору = chief-financial-officer
оттоком = churn
сегментацию = segmentation
дорожную карту = roadmap
эскалацией = escalation
базами знаний = knowledge-base
окупаемостью инвестиций = roi
тайными покупателями = mystery-shopping
стратегией CX = cx-strategy
сарафанным радио = word-of-mouth
жизненным циклом клиента = customer-lifecycle
картами эмпатии = empathy-map
"""),
}
ABBREVIATIONS_WITH_ENDINGS: dict[Language, dict[str, str]] = {
    "pl": {"NPS-u": "nps", "CSAT-em": "csat", "KPI-ów": "kpi", "CRM-u": "crm", "OKR-ach": "okr"},
    "hu": {"NPS-t": "nps", "CSAT-ot": "csat", "KPI-okat": "kpi", "CRM-et": "crm", "NPS-ünk": "nps"},
    "ru": {"NPS-а": "nps", "NPS-ом": "nps", "KPI-ев": "kpi", "CRM-системой": "crm"},
}
LEVEL: dict[Language, str] = {
    "en": "level",
    "zh-Hans": "级别",
    "pl": "poziom",
    "hu": "szint",
    "ru": "уровень",
}

DEFINITIONS: dict[Language, dict[str, str]] = {
    "en": _pairs("""
What is NPS? = nps
What does CSAT stand for? = csat
VoC? = voc
Define churn rate = churn-rate
What's a touchpoint? = touchpoint
Can you explain what a closed loop is? = closed-loop
what do you mean by service blueprint = service-blueprint
What is the voice of the customer? = voc
"""),
    "zh-Hans": _pairs("""
什么是NPS？ = nps
净推荐值是什么意思？ = nps
CSAT？ = csat
请解释触点 = touchpoint
客户旅程是什么？ = customer-journey
什么叫痛点？ = pain-point
VoC是什么的缩写？ = voc
服务蓝图的定义 = service-blueprint
"""),
    "zh-Hant": _pairs("""
什麼是NPS？ = nps
淨推薦值是什麼意思？ = nps
CSAT？ = csat
請解釋接觸點 = touchpoint
顧客旅程是什麼？ = customer-journey
什麼叫痛點？ = pain-point
VoC是什麼的縮寫？ = voc
服務藍圖的定義 = service-blueprint
"""),
    "pl": _pairs("""
Co to jest NPS? = nps
Co oznacza skrót CSAT? = csat
VoC? = voc
Czym jest punkt styku? = touchpoint
Wyjaśnij pojęcie persony = persona
Co to są interesariusze? = stakeholder
co to znaczy mapa empatii = empathy-map
Co rozumieć przez głos klienta? = voc
"""),
    "hu": _pairs("""
Mi az NPS? = nps
Mit jelent a CSAT? = csat
VoC? = voc
Mi az az érintkezési pont? = touchpoint
Magyarázd el a lemorzsolódást! = churn
Mit értünk ügyfélút alatt? = customer-journey
Mi az empátiatérkép definíciója? = empathy-map
mit takar a VoE = voe
"""),
    "ru": _pairs("""
Что такое NPS? = nps
Что означает CSAT? = csat
VoC? = voc
Что такое точка контакта? = touchpoint
Объясни, что такое отток клиентов = churn
Что значит дорожная карта? = roadmap
Как расшифровывается CES? = ces
дай определение карты эмпатии = empathy-map
"""),
}

_CX_UX = ("customer-experience", "user-experience")
_CX_SERVICE = ("customer-experience", "customer-service")
_NPS_CSAT = ("nps", "csat")
_VOC_VOE = ("voc", "voe")
DIFFERENCES: dict[Language, dict[str, tuple[str, str]]] = {
    "en": {
        "NPS vs CSAT": _NPS_CSAT,
        "NPS vs. CSAT?": _NPS_CSAT,
        "What is the difference between VoC and VoE?": _VOC_VOE,
        "CX vs UX": _CX_UX,
        "How does customer experience differ from customer service?": _CX_SERVICE,
    },
    "zh-Hans": {
        "NPS vs CSAT": _NPS_CSAT,
        "NPS和CSAT有什么区别？": _NPS_CSAT,
        "客户之声和员工之声有什么区别？": _VOC_VOE,
        "CX vs UX": _CX_UX,
        "客户体验和客户服务有什么区别？": _CX_SERVICE,
    },
    "zh-Hant": {
        "NPS vs CSAT": _NPS_CSAT,
        "NPS和CSAT有什麼區別？": _NPS_CSAT,
        "顧客之聲和員工之聲差在哪？": _VOC_VOE,
        "CX vs UX": _CX_UX,
        "顧客體驗和客服有什麼不同？": _CX_SERVICE,
    },
    "pl": {
        "NPS vs CSAT": _NPS_CSAT,
        "Czym się różni NPS od CSAT?": _NPS_CSAT,
        "Jaka jest różnica między głosem klienta a głosem pracownika?": _VOC_VOE,
        "CX vs UX": _CX_UX,
        "Czym różni się doświadczenie klienta od obsługi klienta?": _CX_SERVICE,
    },
    "hu": {
        "NPS vs CSAT": _NPS_CSAT,
        "Mi a különbség az NPS és a CSAT között?": _NPS_CSAT,
        "Miben különbözik a VoC a VoE-től?": _VOC_VOE,
        "CX vs UX": _CX_UX,
        "Mi a különbség az ügyfélélmény és az ügyfélszolgálat között?": _CX_SERVICE,
    },
    "ru": {
        "NPS vs CSAT": _NPS_CSAT,
        "Чем отличается NPS от CSAT?": _NPS_CSAT,
        "В чём разница между голосом клиента и голосом сотрудника?": _VOC_VOE,
        "CX vs UX": _CX_UX,
        "Чем клиентский опыт отличается от обслуживания клиентов?": _CX_SERVICE,
    },
}

ORDINARY: dict[Language, tuple[str, ...]] = {
    "en": (
        "How do I improve our NPS?",
        "Who should own the CX strategy?",
        "How do I convince the CFO of the ROI of CX?",
        "What are the biggest pain points of our customers?",
        "How often should we send a survey?",
        "Which touchpoints should I measure first?",
        "How do I set up a customer advisory board?",
        "What should the roadmap contain?",
        "When do I need a persona?",
        "How do I break down silos?",
        "Why do customers churn?",
    ),
    "zh-Hans": (
        "怎样提高我们的NPS？",
        "谁应该负责CX战略？",
        "如何说服首席财务官相信CX的投资回报率？",
        "我们客户最大的痛点有哪些？",
        "问卷应该多久发一次？",
        "应该先测量哪些触点？",
        "如何建立客户顾问委员会？",
        "路线图应该包含哪些内容？",
        "怎么打破部门孤岛？",
        "客户为什么会流失？",
    ),
    "zh-Hant": (
        "怎樣提高我們的NPS？",
        "誰應該負責CX策略？",
        "如何說服財務長相信CX的投資報酬率？",
        "我們顧客最大的痛點有哪些？",
        "問卷應該多久發一次？",
        "應該先衡量哪些接觸點？",
        "如何成立顧客諮詢委員會？",
        "路線圖應該包含哪些內容？",
        "怎麼打破部門穀倉？",
        "顧客為什麼會流失？",
    ),
    "pl": (
        "Jak poprawić nasz NPS?",
        "Kto powinien odpowiadać za strategię CX?",
        "Jak przekonać dyrektora finansowego do zwrotu z inwestycji w CX?",
        "Jakie bolączki mają nasi klienci?",
        "Jak często wysyłać ankietę?",
        "Które punkty styku mierzyć najpierw?",
        "Jak powołać radę klientów?",
        "Co powinna zawierać mapa drogowa?",
        "Jak przełamać silosy?",
        "Kiedy potrzebuję persony?",
    ),
    "hu": (
        "Hogyan javítsuk az NPS-ünket?",
        "Ki felel a CX-stratégiáért?",
        "Hogyan győzzem meg a pénzügyi igazgatót a megtérülésről?",
        "Milyen fájdalompontjai vannak az ügyfeleinknek?",
        "Milyen gyakran küldjünk felmérést?",
        "Mely érintkezési pontokat mérjük először?",
        "Mit tartalmazzon az ütemterv?",
        "Hogyan bontsuk le a silókat?",
        "Mikor van szükségem perszónára?",
    ),
    "ru": (
        "Как повысить наш NPS?",
        "Кто должен отвечать за стратегию CX?",
        "Как убедить финансового директора в окупаемости CX?",
        "Какие болевые точки есть у наших клиентов?",
        "Как часто проводить опрос?",
        "Какие точки контакта измерять в первую очередь?",
        "Как создать клиентский совет?",
        "Что должна содержать дорожная карта?",
        "Как разрушить функциональные колодцы?",
        "Почему уходят клиенты?",
        "Когда нужна персона?",
    ),
}
