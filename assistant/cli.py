"""The command line: `cx-assistant`, or `python -m assistant`."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.errors import AssistantError, InputError
from assistant.messages import message
from assistant.settings import Settings
from assistant.types import LANGUAGES, Answer, Hit, Language, Turn

if TYPE_CHECKING:
    from assistant.conversation import Assistant
    from assistant.glossary import LookUp, Term
    from assistant.plan_text import WrittenPlan
    from assistant.planning import Plan
    from assistant.profile import Profile

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Answer questions about leading customer experience, from a checked corpus.",
)
corpus_app = typer.Typer(no_args_is_help=True, help="Check and prepare corpus files.")
app.add_typer(corpus_app, name="corpus")
models_app = typer.Typer(no_args_is_help=True, help="Check the chat model.")
app.add_typer(models_app, name="models")

LanguageOption = Annotated[
    str | None,
    typer.Option("--language", "-l", help=f"Answer in this language: {', '.join(LANGUAGES)}."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in any language.")] = None,
    batch: Annotated[
        str | None,
        typer.Option(help="File of JSON lines with id, turns and language ('-' reads from input)."),
    ] = None,
    why: Annotated[bool, typer.Option(help="Say what the answer rests on.")] = False,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question, with its sources."""
    if batch is not None and question is not None:
        raise InputError("both a question and --batch were given; give one of them")
    if batch is not None:
        _ask_batch(batch, _language(language))
        return
    if question is None:
        raise InputError("no question was given; type it after 'ask', or use --batch FILE")
    assistant = _open()
    start = time.perf_counter()
    answer = assistant.ask(question, language=_language(language))
    seconds = time.perf_counter() - start
    if as_json:
        shown = answer_json(answer, seconds)
        _print_json({**shown, "why": why_json(answer, assistant)} if why else shown)
        return
    _print_answer(answer)
    if why:
        _print_why(answer, assistant)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for, in any language.")],
    k: Annotated[int, typer.Option("-k", help="How many passages to show.", min=1, max=100)] = 10,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the passages that fit a query best."""
    hits = _open(chat_model="").search(query, k, language=_language(language))
    if as_json:
        _print_json({"hits": [hit_json(hit) for hit in hits]})
        return
    console = _console()
    for hit in hits:
        console.print(
            f"[bold]{_escaped(hit.passage.title)}[/bold]  [dim]{hit.passage.id}  "
            f"{hit.score:.3f}  {'+'.join(hit.via)}[/dim]",
            highlight=False,
        )
        console.print(_escaped(hit.passage.lead), highlight=False)


@app.command()
def define(
    term: Annotated[
        str | None, typer.Argument(help="A name, abbreviation or form, in any language.")
    ] = None,
    export: Annotated[
        str | None, typer.Option(help="Write all terms to a .csv or .tbx file instead.")
    ] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look up what a term means, or export the multilingual term list."""
    chosen = _language(language)
    if export is not None:
        from assistant.corpus import Corpus
        from assistant.termlist import write_terms

        count = write_terms(Corpus.read(Settings.load().corpus), Path(export))
        _console().print(f"{count} terms written to {Path(export).name}", highlight=False)
        return
    if term is None or not term.strip():
        raise InputError("no term was given; type one after 'define', such as NPS")
    assistant = _open(chat_model="")
    found = assistant.define(term, language=chosen)
    if len(found.terms) != 1:
        raise InputError(_not_one(term, found, assistant.spoken(term, chosen)))
    answer = assistant.card(found.terms[0])
    if as_json:
        _print_json(term_json(found.terms[0], answer, assistant))
    else:
        _print_answer(answer)


def _not_one(term: str, found: LookUp, language: Language) -> str:
    """Return what to say of a term that is ambiguous or unknown, with what may be meant."""
    choice = found.terms or found.nearest
    key = "term_ambiguous" if found.terms else "term_unknown"
    return message(key, language, term=term, choice=", ".join(one.title for one in choice))


def term_json(term: Term, answer: Answer, assistant: Assistant) -> dict[str, Any]:
    """Return a term as the JSON that `define --json` prints."""
    language = term.passage.language
    related = [assistant.glossary.get(key, language) for key in term.related]
    return {
        "term": term.title,
        "id": term.id,
        "language": language,
        "definition": term.definition,
        "abbreviation": "; ".join(term.abbreviations),
        "names": {
            code: other.title
            for code in LANGUAGES
            if (other := assistant.glossary.get(term.id, code)) is not None
        },
        "aliases": list(term.passage.aliases),
        "related": [other.title for other in related if other is not None],
        "text": answer.text,
        "citations": answer_json(answer, 0.0)["citations"],
    }


@app.command()
def plan(
    profile: Annotated[
        Path | None, typer.Option(help="YAML or JSON file that tells the situation.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write it to a .md, .docx, .xlsx, .ics or .pdf file.")
    ] = None,
    schema: Annotated[
        bool, typer.Option(help="Print the JSON Schema of a profile instead.")
    ] = False,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plan a leader's first year from a profile of the situation."""
    from assistant import profile as profiles

    if schema:
        _print_json(profiles.schema())
        return
    chosen = _language(language) or Settings.load().language
    if profile is None:
        raise InputError("no profile was given; write one and name it: plan --profile FILE")
    situation = profiles.Profile.read(profile, chosen)
    made, written = _planned(situation, chosen)
    if out is not None:
        from assistant.export import save

        save(written, out)
        _console().print(f"{len(made.actions)} actions written to {out.name}", highlight=False)
    if as_json:
        from assistant.plan_text import plan_json

        _print_json(plan_json(made, written))
    elif out is None:
        from assistant.export import render

        print(render(written, "markdown").decode("utf-8"))


def _planned(situation: Profile, language: Language) -> tuple[Plan, WrittenPlan]:
    """Return the plan of a situation; rules make it, so that no index is opened."""
    from assistant.corpus import Corpus
    from assistant.library import Library
    from assistant.plan_text import write
    from assistant.planning import plan as make

    folder = Settings.load().corpus
    corpus = Corpus.read(folder)
    made = make(situation, Library.read(folder, corpus), language=language)
    return made, write(made, corpus, language)


@app.command()
def index(
    rebuild: Annotated[bool, typer.Option(help="Build it anew, for another model too.")] = False,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring the index up to date with the corpus."""
    _language(language)
    report = _open(rebuild=rebuild, chat_model="").sync_report
    if as_json:
        _print_json(
            {
                "added": report.added,
                "removed": report.removed,
                "unchanged": report.unchanged,
                "seconds": report.seconds,
            }
        )
    else:
        _console().print(
            f"{report.added} passages added, {report.removed} removed, "
            f"{report.unchanged} unchanged in {report.seconds:.1f} s",
            highlight=False,
        )


@app.command("eval")
def evaluate(
    golden: Annotated[
        Path, typer.Option(help="File of golden questions, one JSON object a line.")
    ] = Path("tests/data/golden.jsonl"),
    floors: Annotated[
        Path | None, typer.Option(help="JSON file of least values; fail under any of them.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="JSON of an earlier run to show the change from.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the record as JSON here too.")] = None,
    fit: Annotated[
        bool, typer.Option(help="Fit routes and confidence anew first, on what is not held back.")
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(help="Measure with this chat model too, such as openai:gpt-5."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(help="Ask at most so many questions of each language.", min=1)
    ] = None,
    support: Annotated[
        Path | None,
        typer.Option(help="Measure the check of cited sentences instead, on this folder's pairs."),
    ] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure answers, citations, refusals and follow-ups on the golden questions.

    With a chat model the table shows its figures, and the change from those without one.
    """
    from assistant import calibration, evaluation, reporting

    chosen = _language(language)
    if support is not None:
        _evaluate_support(support, fit=fit, as_json=as_json)
        return
    goldens = evaluation.read_golden(golden)
    earlier = _read_json(compare) if compare else None
    least = _read_json(floors) if floors else {}
    assistant = _open(chat_model="")
    if fit:
        with _progress("fitting") as told:
            calibration.fit_routes(assistant, told)
        assistant = _open(chat_model="")
        calibration.fit_confidence(assistant, [*goldens, *calibration.questions()])
        assistant = _open(chat_model="")
    asked = evaluation.chosen(goldens, chosen, limit)
    with _progress("asking") as told:
        outcomes = evaluation.evaluate(assistant, asked, told)
    measured = evaluation.record(outcomes)
    record = {
        **reporting.versions(),
        "measures": measured,
        "calibration": calibration.curve(outcomes),
    }
    if model is not None:
        writing = _open(chat_model=model, chat_cache=False, chat_daily_tokens=0)
        with _progress("asking") as told:
            worded = evaluation.evaluate(writing, asked, told)
        earlier = {"measures": measured}
        measured = evaluation.record(worded)
        record["with_model"] = {"model": model, "measures": measured}
    text = json.dumps(record, ensure_ascii=False, indent=1)
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
    if as_json:
        _print_json(record)
    else:
        console = _console()
        console.width = max(console.width, reporting.WIDTH)
        for table in reporting.tables(measured, earlier and earlier["measures"]):
            console.print(table)
    problems = evaluation.below(measured, least)
    if problems:
        raise InputError("under the floors: " + "; ".join(problems))


def _evaluate_support(folder: Path, *, fit: bool, as_json: bool) -> None:
    """Print which shares of supported sentences are kept, and of others caught."""
    from assistant import reporting, support_pairs
    from assistant.corpus import Corpus
    from assistant.entailment import load_entailment
    from assistant.keywords import Keywords
    from assistant.models import load_embeddings
    from assistant.support import Support
    from assistant.vectors import VectorStore

    settings = Settings.load()
    pairs = support_pairs.read_pairs(folder)
    corpus, embeddings = Corpus.read(settings.corpus), load_embeddings(settings)
    keywords, store = Keywords(corpus), VectorStore(embeddings, embeddings.name)
    judge = Support(corpus, keywords, store, load_entailment())
    if fit:
        with _progress("fitting") as told:
            support_pairs.fit(judge, corpus, pairs, told)
        judge = Support(corpus, keywords, store, load_entailment())
    with _progress("judging") as told:
        judged = support_pairs.check(judge, corpus, pairs, told)
    record = support_pairs.record(judged)
    if as_json:
        _print_json({**reporting.versions(), "support": record})
        return
    for table in reporting.support_tables(record):
        _console().print(table)


def _read_json(file: Path) -> dict[str, Any]:
    """Read a JSON object from a file.

    Raises:
        InputError: it is missing or holds something else.
    """
    try:
        loaded = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{file.name}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise InputError(f"{file.name}: not JSON; give what 'eval --out' wrote") from error
    if not isinstance(loaded, dict):
        raise InputError(f"{file.name}: not a JSON object; give what 'eval --out' wrote")
    return loaded


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on.")] = None,
    language: LanguageOption = None,
) -> None:
    """Serve the web page."""
    from assistant.ui import serve as serve_page

    serve_page(Settings.load(host=host, port=port, language=_language(language)))


@models_app.command("check")
def models_check(
    model: Annotated[
        str | None, typer.Argument(help="Such as openai:gpt-5; the configured one without.")
    ] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether the chat model answers, streams and cites."""
    from assistant.chat_models import load_chat_model
    from assistant.model_check import check_model

    settings = Settings.load(chat_model=model, language=_language(language))
    if not settings.chat_model:
        raise InputError("no chat model is configured; set CX_CHAT_MODEL, such as openai:gpt-5")
    found = check_model(load_chat_model(settings))
    if as_json:
        _print_json(found.as_json())
    else:
        print(found.line())


@corpus_app.command("check")
def corpus_check(
    file: Annotated[Path | None, typer.Argument(help="One file; the whole corpus without.")] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check that corpus files keep the conventions and match the English text."""
    from assistant.corpus import Corpus, check_alignment, read_document

    settings = Settings.load()
    chosen = _language(language)
    if file is not None:
        if not file.is_file():
            raise InputError(f"{file}: no such file")
        document = file.resolve().parent
        original = document / "en.md"
        if not original.is_file():
            raise InputError(f"{document.name}: no en.md to compare with; write it first")
        english = [] if file.stem == "en" else read_document(original)
        passages = read_document(file)
        problems = check_alignment(Corpus([*english, *passages]), {passages[0].language})
    else:
        corpus = Corpus.read(settings.corpus)
        passages = list(corpus)
        problems = check_alignment(corpus, [chosen] if chosen else LANGUAGES)
    if as_json:
        _print_json({"passages": len(passages), "problems": problems})
    else:
        for problem in problems:
            _console().print(problem, highlight=False, markup=False)
        _console().print(f"{len(passages)} passages, {len(problems)} problems", highlight=False)
    if problems:
        raise typer.Exit(1)


@corpus_app.command("embed")
def corpus_embed(language: LanguageOption = None, as_json: JsonOption = False) -> None:
    """Compute the shipped vectors of the corpus anew, where its text has changed."""
    from assistant.corpus import Corpus
    from assistant.models import load_embeddings
    from assistant.vectors import VectorStore, pieces, ship

    settings = Settings.load()
    chosen = _language(language)
    passages = [p for p in Corpus.read(settings.corpus) if chosen in (None, p.language)]
    embeddings = load_embeddings(settings)
    total = sum(len(pieces(passage)) for passage in passages)
    with _progress("embedding") as told:
        done = 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            told(done, total)

        store = VectorStore(embeddings, embeddings.name)
        computed, reused = ship(passages, store, embeddings.name, progress=count)
    if as_json:
        _print_json({"computed": computed, "reused": reused})
    else:
        _console().print(f"{computed} vectors computed, {reused} reused", highlight=False)


def answer_json(answer: Answer, seconds: float) -> dict[str, Any]:
    """Return an answer as the JSON that `ask --json` prints."""
    return {
        "question": answer.question,
        "language": answer.language,
        "text": answer.text,
        "grounded": answer.grounded,
        "mode": answer.mode,
        "citations": [
            {
                "number": citation.number,
                "passage": citation.passage.id,
                "document": citation.passage.document,
                "title": citation.passage.title,
                "language": citation.passage.language,
                "quote": citation.quote,
                "source": citation.passage.source,
                "authored": citation.passage.authored,
            }
            for citation in answer.citations
        ],
        "suggestions": list(answer.suggestions),
        "problems": list(answer.problems),
        "model": answer.model,
        "unsupported": answer.unsupported,
        "milliseconds": round(seconds * 1000, 1),
    }


def why_json(answer: Answer, assistant: Assistant) -> dict[str, Any]:
    """Return what an answer rests on as the JSON that `ask --why --json` adds."""
    from assistant.explaining import reasons

    given = answer.reasons
    if given is None:
        return {}
    return {
        "route": given.query.route,
        "searched": given.query.text,
        "facets": {facet: sorted(values) for facet, values in given.query.facets.items()},
        "confidence": given.confidence,
        "evidence": dict(given.evidence),
        "found": [
            {
                "passage": reason.hit.passage.id,
                "title": reason.hit.passage.title,
                "score": reason.hit.score,
                "parts": dict(reason.hit.parts),
                "words": list(reason.words),
                "used": reason.used,
            }
            for reason in reasons(answer, assistant.corpus)
        ],
    }


def _print_why(answer: Answer, assistant: Assistant) -> None:
    """Print what an answer rests on, in the answer's language."""
    from assistant.explaining import explained

    console = _console()
    console.print()
    for line in explained(answer, assistant.corpus):
        console.print(_escaped(line), style="dim", highlight=False)


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return a hit as the JSON that `search --json` prints."""
    return {
        "passage": hit.passage.id,
        "document": hit.passage.document,
        "title": hit.passage.title,
        "language": hit.passage.language,
        "score": hit.score,
        "via": list(hit.via),
        "text": hit.passage.text,
    }


def _ask_batch(file: str, language: Language | None) -> None:
    """Answer a file of JSON lines, one line out for each line in."""
    broken: list[int] = []
    lines = _lines(file)
    assistant = _open()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            result = _answer_line(assistant, line, number, language)
        except InputError as error:
            broken.append(number)
            result = {"id": _id_of(line), "error": str(error)}
        _print_json(result)
    if broken:
        which = ", ".join(str(number) for number in broken)
        raise InputError(f"not answered: line {which}; see the output for what is wrong with each")


def _answer_line(
    assistant: Assistant, line: str, number: int, chosen: Language | None
) -> dict[str, Any]:
    from assistant.conversation import turn

    try:
        item = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "it cannot be read"
        raise InputError(f"line {number}: not JSON ({reason}); write one object a line") from error
    turns = item.get("turns") if isinstance(item, dict) else None
    if not isinstance(turns, list) or not turns or not all(isinstance(t, str) for t in turns):
        raise InputError(f"line {number}: no 'turns'; give a list of at least one question")
    wanted = item.get("language")
    if wanted is not None and wanted not in LANGUAGES:
        raise InputError(
            f"line {number}: unknown language {wanted!r}; known: {', '.join(LANGUAGES)}"
        )
    history: list[Turn] = []
    start = time.perf_counter()
    answer = None
    for text in turns:
        start = time.perf_counter()
        try:
            answer = assistant.ask(text, language=wanted or chosen, history=history)
        except InputError as error:
            raise InputError(f"line {number}: {error}") from error
        history.append(turn(answer))
    assert answer is not None
    return {"id": item.get("id"), **answer_json(answer, time.perf_counter() - start)}


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _id_of(line: str) -> Any:  # noqa: ANN401 - whatever the caller chose as an id
    try:
        item = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return item.get("id") if isinstance(item, dict) else None


def _lines(file: str) -> list[str]:
    try:
        text = (
            sys.stdin.read().removeprefix("\ufeff")
            if file == "-"
            else Path(file).read_text(encoding="utf-8-sig")
        )
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"{file}: cannot be read ({reason}); give a file of JSON lines") from error
    return [line.rstrip("\r") for line in text.split("\n")]


def _language(code: str | None) -> Language | None:
    if code is None:
        return None
    for language in LANGUAGES:
        if code.casefold() == language.casefold():
            return language
    raise InputError(f"unknown language {code!r}; known: {', '.join(LANGUAGES)}")


def _open(*, rebuild: bool = False, **settings: object) -> Assistant:
    from assistant.conversation import Assistant

    gc.disable()  # what is made while opening stays, and the search for garbage is slow
    with _progress("indexing") as told:
        assistant = Assistant.open(Settings.load(**settings), rebuild=rebuild, progress=told)
    gc.freeze()
    gc.enable()
    return assistant


@contextmanager
def _progress(what: str) -> Iterator[Any]:
    """Show a progress bar on standard error while work goes on, if a terminal is attached."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None, visible=False)
        yield lambda done, total: progress.update(task, completed=done, total=total, visible=True)


def _print_json(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    for separator in ("\x85", "\u2028", "\u2029"):
        text = text.replace(separator, f"\\u{ord(separator):04x}")
    print(text.encode("utf-8", "replace").decode("utf-8"), flush=True)


def _console() -> Any:  # noqa: ANN401 - rich is imported when it is needed
    from rich.console import Console

    return Console(soft_wrap=True)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _print_answer(answer: Answer) -> None:
    console = _console()
    if console.is_terminal:
        from rich.markdown import Markdown

        console.print(Markdown(answer.text))
    else:
        print(answer.text)
    if answer.citations:
        console.print()
    for passage, numbers in _sources(answer).items():
        console.print(f"{numbers} {passage}", style="dim", markup=False, highlight=False)
    for problem in answer.problems:
        console.print(f"! {problem}", style="yellow", markup=False, highlight=False)
    if answer.suggestions:
        console.print()
    for suggestion in answer.suggestions:
        console.print(f"→ {suggestion}", style="cyan", markup=False, highlight=False)


def _sources(answer: Answer) -> dict[str, str]:
    """Return where each passage stands, with the numbers that cite it: "[2]…[4]"."""
    numbers: dict[str, list[int]] = {}
    for citation in answer.citations:
        label = f"{citation.passage.label} ({citation.passage.source})"
        numbers.setdefault(label, []).append(citation.number)
    return {
        label: f"[{found[0]}]" if len(found) == 1 else f"[{found[0]}]…[{found[-1]}]"
        for label, found in numbers.items()
    }


def main() -> None:
    """Run the command line; an error that a person can mend is one line and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = app(standalone_mode=False)
    except AssistantError as error:
        _fail(str(error))
    except typer.TyperException as error:
        text = getattr(error, "format_message", error.__str__)().replace("\n", " ").strip(" .")
        if text:
            _fail(f"{text}; see --help")
        sys.exit(0)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(text: str) -> None:
    print(f"error: {text}", file=sys.stderr)
    sys.exit(1)
