// Opens passages in the panel beside an answer. Every citation is a plain link, so
// without this script it still leads to the passage's own page.
(() => {
  "use strict";
  let opener = null;

  const panel = () => document.getElementById("cx-panel");
  const isPassage = (link) =>
    link && new URL(link.href, location.href).origin === location.origin &&
    /^\/[A-Za-z-]+\/passages\//.test(new URL(link.href, location.href).pathname);

  async function open(link) {
    const box = panel();
    const body = box.querySelector(".cx-panel-body");
    const address = new URL(link.href, location.href);
    const page = box.querySelector(".cx-open");
    page.href = address.href;
    page.hidden = false;
    address.searchParams.set("fragment", "true");
    try {
      const response = await fetch(address, { credentials: "same-origin" });
      if (!response.ok) throw new Error(String(response.status));
      body.innerHTML = await response.text();
    } catch {
      const sorry = document.createElement("p");
      sorry.className = "cx-empty";
      sorry.textContent = box.dataset.failed;
      body.replaceChildren(sorry);
    }
    document.body.classList.add("cx-panel-open");
    document.querySelectorAll("a.cx-current").forEach((a) => a.classList.remove("cx-current"));
    if (link.classList.contains("cx-cite")) link.classList.add("cx-current");
    box.scrollTop = 0;
    const mark = body.querySelector("mark");
    if (mark) box.scrollTop = Math.max(0, mark.offsetTop - 120);
    box.focus({ preventScroll: true });
  }

  function close() {
    const box = panel();
    if (!box || !document.body.classList.contains("cx-panel-open")) return;
    document.body.classList.remove("cx-panel-open");
    document.querySelectorAll("a.cx-current").forEach((a) => a.classList.remove("cx-current"));
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  }
  window.cxClosePanel = close;

  document.addEventListener("click", (event) => {
    if (event.target.closest(".cx-close")) return close();
    const skip = event.target.closest(".cx-skip");
    if (skip) {
      event.preventDefault();
      document.querySelector("#cx-question textarea")?.focus();
      return;
    }
    const link = event.target.closest("a");
    if (!isPassage(link) || link.classList.contains("cx-open")) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || !panel()) return;
    event.preventDefault();
    event.stopPropagation();
    if (link.classList.contains("cx-cite")) opener = link;
    open(link);
  }, true);

  // What is copied is the answer's words and numbers, without the markup around them.
  if (navigator.clipboard) {
    const write = navigator.clipboard.writeText.bind(navigator.clipboard);
    navigator.clipboard.writeText = (text) =>
      write(text.replace(/<a class="cx-cite"[^>]*>(\d+)<\/a>/g, " [$1]").replace(/<\/?(p|abbr)\b[^>]*>/g, ""));
  }

  // A new question moves to the top, so that its answer is read from the beginning.
  let asked = 0;
  new MutationObserver(() => {
    const questions = document.querySelectorAll("#cx-conversation .message.user");
    if (questions.length > asked) {
      const last = questions[questions.length - 1];
      let list = last.parentElement;
      while (list && getComputedStyle(list).overflowY !== "auto") list = list.parentElement;
      if (list) list.scrollTop += last.getBoundingClientRect().top - list.getBoundingClientRect().top - 12;
    }
    asked = questions.length;
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
})();
