"""What checking a model's sentences adds to the time of a streamed answer.

The same questions are streamed from a local server that sends forty pieces a second,
bare and through the assistant, in turn. Run: python tests/benchmarks/streaming.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))
from chat_server import serving

from assistant import Assistant, Question, Settings
from assistant.chat_models import Message

QUESTIONS = {
    "en": "How do I vet a CX job?",
    "zh-Hans": "第三年我该做什么？",
    "pl": "Co robić w trzecim roku?",
    "hu": "Mit tegyek a harmadik évben?",
    "ru": "Что делать на третий год?",
}
ROUNDS = 3


def main() -> None:
    with serving() as server:
        chosen = Settings.load(chat_model="paced", chat_url=server.url, chat_cache=False)
        assistant = Assistant.open(chosen)
        assert assistant.generator
        model = assistant.generator._model
        for language, text in QUESTIONS.items():
            list(assistant.stream(Question(text)))  # warm
            told = [Message(one["role"], one["content"]) for one in server.asked[-1]["messages"]]
            ratios, alone, added = [], [], []
            for _ in range(ROUNDS):
                start = time.perf_counter()
                list(model.stream(told))
                bare = time.perf_counter() - start
                start = time.perf_counter()
                list(assistant.stream(Question(text)))
                whole = time.perf_counter() - start
                start = time.perf_counter()
                assistant.generator, kept = None, assistant.generator
                assistant.ask(text)
                assistant.generator = kept
                composing = time.perf_counter() - start
                ratios.append((whole - composing) / bare)
                alone.append(bare)
                added.append(whole - composing - bare)
            print(
                f"{language}: {median(alone):.2f} s bare, {median(added) * 1000:+.0f} ms checked, "
                f"ratio {median(ratios):.3f}"
            )


if __name__ == "__main__":
    main()
