// Searches the glossary and filters it by topic. Without this script every term is
// shown, and the letters and the links of the cards still lead to their places.
(() => {
  "use strict";
  const MOST_NEAR = 4;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  const find = one("#cx-find");
  const count = one("#cx-count");
  const none = one(".cx-none");
  const found = one("#cx-found");
  const sections = all(".cx-letter");
  const letters = all(".cx-letters a");
  const topics = all(".cx-topics button");
  const said = one(".cx-said");
  const texts = one("#cx-terms").dataset;

  const narrow = matchMedia("(max-width: 900px)");
  // Case, diacritics, hyphens and kinds of apostrophe do not count.
  const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "")
    .replaceAll("ł", "l").replace(/[-‐‑–—'’"“”„«»「」/().,:;!?？！。，、·]+/g, " ").replace(/\s+/g, " ").trim();
  const HAN = /[\u3400-\u9fff]/;

  const cards = all(".cx-card").map((element) => {
    const names = element.dataset.names.split("|").map(fold);
    return {
      element,
      section: element.parentElement,
      topic: element.dataset.topic,
      title: one(".cx-name", element).textContent,
      names,
      definition: ` ${fold(one(".cx-definition", element).textContent)}`,
    };
  });
  let topic = "";

  // How well a card matches: 0 is a name itself, 4 the definition, null nothing.
  function rank(card, query) {
    if (card.names.includes(query)) return 0;
    if (card.names.some((name) => name.startsWith(query))) return 1;
    if (card.names.some((name) => ` ${name}`.includes(` ${query}`))) return 2;
    const words = query.split(" ");
    const within = (text, word) =>
      text.includes(` ${word}`) || ((word.length > 2 || HAN.test(word)) && text.includes(word));
    if (card.names.some((name) => words.every((word) => within(` ${name}`, word)))) return 3;
    const everything = `${card.definition} ${card.names.join(" ")}`;
    return words.every((word) => within(everything, word)) ? 4 : null;
  }

  const pairs = (text) => {
    const bare = ` ${text} `;
    return new Set(Array.from({ length: bare.length - 1 }, (_, at) => bare.slice(at, at + 2)));
  };
  function likeness(one, other) {
    const shared = [...one].filter((pair) => other.has(pair)).length;
    return (2 * shared) / (one.size + other.size);
  }

  // Matches under another topic first, then the names that look most like the query.
  function nearest(query) {
    const asked = pairs(query);
    return cards
      .map((card) => {
        const place = rank(card, query);
        const like = Math.max(...card.names.map((name) => likeness(asked, pairs(name))));
        return { card, score: place === null ? like : 10 - place };
      })
      .sort((a, b) => b.score - a.score)
      .slice(0, MOST_NEAR)
      .map(({ card }) => card);
  }

  function show() {
    const query = fold(find.value);
    const matches = cards
      .map((card) => ({ card, place: query ? rank(card, query) : 0 }))
      .filter(({ card, place }) => place !== null && (!topic || card.topic === topic))
      .sort((a, b) => a.place - b.place)
      .map(({ card }) => card);
    const shown = new Set(matches);
    // Those of a search stand by how well they match, all others by their letters.
    cards.forEach((card) => { card.element.hidden = !shown.has(card); });
    if (query) found.append(...matches.map((card) => card.element));
    else if (found.firstChild) cards.forEach((card) => card.section.append(card.element));
    found.hidden = !query;
    sections.forEach((section, at) => {
      section.hidden = Boolean(query) || !cards.some((c) => c.section === section && shown.has(c));
      const empty = topic && !cards.some((c) => c.section === section && c.topic === topic);
      letters[at].classList.toggle("cx-empty-letter", Boolean(empty));
    });
    one(".cx-glossary").classList.toggle("cx-searching", Boolean(query));
    count.textContent = count.dataset.text.replace("{}", matches.length);
    none.hidden = matches.length > 0;
    if (!matches.length) {
      const line = one("p", none);
      line.textContent = line.dataset.text.replace("{}", () => find.value.trim());
      one("ul", none).replaceChildren(...nearest(query).map(({ element, title }) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = `#${element.id}`;
        link.textContent = title;
        item.append(link);
        return item;
      }));
    }
    topics.forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.topic === topic)));
  }

  function showAll() {
    find.value = "";
    topic = "";
    show();
  }

  // A link to a card or a letter that is hidden brings everything back first.
  function reveal(hash) {
    const target = document.getElementById(decodeURIComponent(hash.slice(1)));
    if (target?.closest("[hidden], #cx-found")) showAll();
    return target;
  }
  function arrive() {
    const target = reveal(location.hash);
    target?.scrollIntoView();
    target?.focus({ preventScroll: true });
  }

  // What was filtered begins at the top; on a phone it also has the room of the title.
  function backToTop() {
    const glossary = one(".cx-glossary");
    if (narrow.matches || glossary.getBoundingClientRect().top < 0) glossary.scrollIntoView();
  }

  let silence;
  function say(text) {
    said.textContent = text;
    clearTimeout(silence);
    silence = setTimeout(() => { said.textContent = ""; }, 2500);
  }

  async function share(link) {
    history.replaceState(null, "", link.hash);
    try {
      await navigator.clipboard.writeText(link.href);
      say(texts.copied);
    } catch {
      say(texts.notCopied);
    }
  }

  find.addEventListener("input", () => {
    show();
    backToTop();
  });
  topics.forEach((button) => button.addEventListener("click", () => {
    topic = button.dataset.topic;
    show();
    backToTop();
  }));
  one(".cx-all").addEventListener("click", () => {
    showAll();
    find.focus();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.classList.contains("cx-share")) {
      event.preventDefault();
      share(link);
    } else if (link.hasAttribute("hreflang") && !link.hash) {
      link.hash = location.hash; // the same term in the other language
    } else if (link.hash && link.pathname === location.pathname) {
      reveal(link.hash);
      if (link.hash === location.hash) arrive();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement === find && find.value) {
      event.preventDefault();
      find.value = "";
      show();
    }
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      find.focus();
      find.select();
    }
  });
  addEventListener("hashchange", arrive);

  show(); // a browser that goes back keeps what was typed
  if (location.hash) arrive();
})();
