// A first-year plan: answers and changes go to the server, which makes the plan from them; every
// version stays in this browser, and only "Save" keeps one on the server.
import { answers, complain, fill, fold, hasStart, listen, reach, show, stepOf } from "./plan-form.mjs";
import { drawTimeline } from "./plan-timeline.mjs";
import { DAY, all, day, iso, language, make, one, say, tell, time, today } from "./plan-tools.mjs";
import { actionsOf, daysOf, showChanges, showPlan } from "./plan-view.mjs";

const KEPT = "cx-assistant-plan";
const MOST_VERSIONS = 50;
const TYPING = 450;
const CHOOSING = 120;
const DATING = 900;

let state = { versions: [], at: -1, code: "" };
let draft = {};
let plan = null;
let phase = 0;
let view = "cards";
let asking = null;
let waiting = null;
let storable = true;
const narrow = matchMedia("(max-width: 900px)");

// --- what this browser keeps

function keep() {
  try {
    localStorage.setItem(KEPT, JSON.stringify(state));
  } catch {
    storable = false;
  }
}

function restore() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null");
    const whole = kept && Array.isArray(kept.versions) && kept.versions[kept.at]?.profile?.start;
    if (whole) state = { code: "", ...kept };
  } catch {
    storable = false;
  }
}

function commit(profile, label, typed) {
  const last = state.versions[state.at];
  if (last && JSON.stringify(last.profile) === JSON.stringify(profile)) return;
  const version = { profile, label, typed, days: daysOf(plan) };
  const kept = state.versions.slice(0, state.at + 1);
  // What is typed letter by letter becomes one version.
  if (typed && last?.typed && last.label === label && kept.length > 1) kept.pop();
  state.versions = [...kept, version].slice(-MOST_VERSIONS);
  state.at = state.versions.length - 1;
  keep();
}

const current = () => state.versions[state.at]?.profile;

// --- asking the server

async function send(path, values, signal) {
  const response = await fetch(`/${language}/${path}`, {
    method: "POST", signal, body: JSON.stringify(values), headers: { "Content-Type": "application/json" },
  });
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  throw Object.assign(new Error(told.error ?? ""), { said: told.error });
}

// Make the plan of a profile; `then` says what it is: a new version, or one shown again.
async function request(profile, { label = "", typed = false, again = false } = {}) {
  asking?.abort();
  asking = new AbortController();
  const mine = asking;
  one("#cx-plan").setAttribute("aria-busy", "true");
  try {
    plan = await (await send("plan.json", profile, mine.signal)).json();
  } catch (error) {
    if (error.name !== "AbortError" && mine === asking) refused(error, { profile, label, typed, again });
    return false;
  } finally {
    if (mine === asking) one("#cx-plan").removeAttribute("aria-busy");
  }
  complain(0, "");
  if (!again) commit(profile, label, typed);
  draw();
  return true;
}

function refused(error, { profile, label, typed, again }) {
  if (!error.said) {
    if (plan) {
      tell(say("failed"), 6);
      return;
    }
    one("#cx-plan-empty").hidden = true;
    const box = one("#cx-plan-failed");
    box.hidden = false;
    one("p", box).textContent = say("failed");
    one("#cx-again").onclick = () => request(profile, { label, typed, again });
    return;
  }
  if (label === "change") {
    draft = { ...draft, changes: current()?.changes };
    tell(error.said, 7);
    if (plan) draw();
    return;
  }
  const step = label && label !== "opened" ? stepOf(label) : 1;
  complain(step, error.said);
  if (label === "opened" && current()) {
    draft = current();
    fill(draft);
    request(draft, { again: true }).then(() => complain(1, error.said));
  }
}

// --- showing

function draw() {
  one("#cx-plan-empty").hidden = true;
  one("#cx-plan-failed").hidden = true;
  one("#cx-plan-made").hidden = false;
  showPlan(plan, draft);
  showChanges(plan, state.versions[state.at - 1]?.days);
  showView();
  zoomButtons();
  drawTimeline(plan, phase);
  one("#cx-undo").disabled = state.at < 1;
  one("#cx-redo").disabled = state.at >= state.versions.length - 1;
  one("#cx-version").textContent = say("version", { number: state.at + 1, total: state.versions.length });
  showCode();
}

function showView() {
  all("[data-shows]").forEach((part) => { part.hidden = part.dataset.shows !== view; });
  all("[data-view]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.view === view)));
  one("#cx-fold").hidden = view !== "cards";
  one("#cx-fold").textContent = say(unfolded() ? "close_all" : "open_all");
}
const unfolded = () => all("details.cx-action").every((card) => card.open);

function zoomButtons() {
  const whole = { number: 0, title: say("whole_year") };
  one(".cx-zoom").replaceChildren(...[whole, ...plan.phases].map(({ number, title }) =>
    make("button", { type: "button", "data-zoom": number, "data-key": `zoom-${number}`, "aria-pressed": String(number === phase) }, title)));
}

function showCode() {
  one("#cx-code").hidden = !state.code;
  one("#cx-code span").textContent = say("saved");
  one("#cx-code output").textContent = state.code;
  one("#cx-save").textContent = say(state.code ? "save_again" : "save");
}

// --- answers

function later(task, wait) {
  clearTimeout(waiting);
  waiting = setTimeout(task, wait);
}

function answered(name, typed) {
  if (!hasStart()) return;
  later(() => {
    draft = withAnswers();
    request(draft, { label: name, typed });
  }, typed ? TYPING : CHOOSING);
}

// The form's answers, and of the profile before what no question asks for.
function withAnswers() {
  const { aspects, changes } = draft;
  const profile = { ...answers(), ...(aspects && { aspects }), ...(changes && { changes }) };
  return changes?.moved ? { ...profile, changes: { ...changes, moved: within(changes.moved, profile.start) } } : profile;
}

// Days outside the year of another start would be refused.
function within(moved, start) {
  const [year, ...rest] = start.split("-");
  const end = `${Number(year) + 1}-${rest.join("-")}`;
  return Object.fromEntries(Object.entries(moved).filter(([, when]) => when >= start && when < end));
}

// --- changes

async function change(update) {
  clearTimeout(waiting);
  const { moved = {}, left_out = [], added = [], owners = {}, done = [] } = draft.changes ?? {};
  const changes = { moved: { ...moved }, left_out: [...left_out], added: [...added], owners: { ...owners }, done: [...done] };
  update(changes);
  const full = Object.entries(changes).filter(([, value]) => Object.keys(value).length);
  const { changes: _, ...rest } = draft;
  draft = full.length ? { ...rest, changes: Object.fromEntries(full) } : rest;
  return request(draft, { label: "change" });
}

const without = (list, id) => list.filter((each) => each !== id);

async function move(id, wished) {
  const before = actionsOf(plan).find((action) => action.id === id);
  if (!wished || wished === before?.start) return;
  if (!(await change((changes) => { changes.moved[id] = wished; }))) return;
  const after = actionsOf(plan).find((action) => action.id === id);
  // Weekends and days off are passed over; more than that is what it builds on.
  if (after && time(after.start) - time(wished) > 4 * DAY) {
    tell(say("moved_later", { action: after.title, wished: day(wished), first: day(after.start), last: day(after.end) }), 8);
  }
}

const ACTS = {
  leave: (id) => change((changes) => {
    changes.left_out.push(id);
    changes.added = without(changes.added, id);
  }),
  add: (id) => change((changes) => {
    const back = changes.left_out.includes(id);
    changes.left_out = without(changes.left_out, id);
    if (!back) changes.added.push(id);
  }),
  unmove: (id) => change((changes) => { delete changes.moved[id]; }),
  zoom: (number) => {
    phase = Number(number);
    zoomButtons();
    one(`[data-zoom="${phase}"]`).focus({ preventScroll: true });
    drawTimeline(plan, phase);
  },
  view: (wanted) => {
    view = wanted;
    showView();
  },
  export: download,
};

function stepTo(at) {
  clearTimeout(waiting);
  state.at = at;
  draft = current();
  keep();
  fill(draft);
  request(draft, { again: true });
}

// --- files, codes, starting over

async function download(kind, button) {
  button.disabled = true;
  try {
    const response = await send(`plan/export/${kind}`, current());
    const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("content-disposition") ?? "");
    const address = URL.createObjectURL(await response.blob());
    make("a", { href: address, download: named ? decodeURIComponent(named[1]) : `plan.${kind}` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  } catch (error) {
    tell(error.said ?? say("export_failed"), 6);
  } finally {
    button.disabled = false;
  }
}

async function save() {
  try {
    const values = { profile: current(), ...(state.code && { code: state.code }) };
    state.code = (await (await send("plan/save", values)).json()).code;
    keep();
    showCode();
  } catch (error) {
    if (error.said) state.code = "";
    tell(error.said ?? say("failed"), 6);
    showCode();
  }
}

async function openCode(code) {
  const line = one("#cx-open-error");
  line.hidden = true;
  try {
    const response = await fetch(`/${language}/plan/saved/${encodeURIComponent(code)}`);
    const told = await response.json();
    if (!response.ok) throw Object.assign(new Error(told.error), { said: told.error });
    state.code = code.trim().toLowerCase();
    await open(told.profile);
    one("#cx-open-code").value = "";
  } catch (error) {
    line.textContent = error.said ?? say("failed");
    line.hidden = false;
  }
}

async function open(profile) {
  draft = profile;
  fill(profile);
  await request(profile, { label: "opened" });
}

function startOver() {
  clearTimeout(waiting);
  asking?.abort();
  state = { versions: [], at: -1, code: "" };
  draft = {};
  plan = null;
  phase = 0;
  try {
    localStorage.removeItem(KEPT);
  } catch {
    storable = false;
  }
  fill({});
  show(1);
  complain(0, "");
  one("#cx-plan-made").hidden = true;
  one("#cx-plan-empty").hidden = false;
  one("#in-start").focus();
}

// --- links into the plan and into this page

function profileOf(hash) {
  const coded = /^#p=([\w-]+)/.exec(hash)?.[1];
  if (!coded) return undefined;
  try {
    const bytes = Uint8Array.from(atob(coded.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const profile = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return profile && typeof profile === "object" && !Array.isArray(profile) ? profile : null;
  } catch {
    return null;
  }
}

function linkTo(profile) {
  const bytes = new TextEncoder().encode(JSON.stringify(profile));
  const coded = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return `#p=${coded.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

function reveal(id) {
  const card = document.getElementById(id);
  if (!card?.classList.contains("cx-action")) return;
  if (view !== "cards") ACTS.view("cards");
  card.open = true;
  card.scrollIntoView({ block: "start" });
  one("summary", card).focus({ preventScroll: true });
}

async function arrive() {
  const given = profileOf(location.hash);
  if (given !== undefined) history.replaceState(null, "", location.pathname);
  if (given) {
    state.code = "";
    await open(given);
  } else if (current()) {
    draft = current();
    fill(draft);
    await request(draft, { again: true });
  }
  // On a phone the plan that is there already comes before the questions.
  if (plan && narrow.matches) fold();
  if (given === null) complain(1, say("bad_link"));
}

// --- what a person does

function acted(event) {
  const button = event.target.closest("button");
  const kind = button && Object.keys(button.dataset).find((key) => key in ACTS);
  if (kind) ACTS[kind](button.dataset[kind], button);
  const link = event.target.closest("a");
  const plainly = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.button;
  if (!link || !plainly) return;
  const target = link.getAttribute("href");
  if (link.dataset.ask) {
    event.preventDefault();
    reach(link.dataset.ask);
  } else if (link.closest(".cx-parts")) {
    (one(`${target} > details`) ?? {}).open = true;
  } else if (target?.startsWith("#action-")) {
    event.preventDefault();
    reveal(target.slice(1));
  } else if (link.hasAttribute("hreflang") && !storable && current()) {
    link.hash = linkTo(current()); // the same plan in the other language
  }
}

function edited({ target }) {
  const { done, owner, move: moved } = target.dataset;
  if (done) change((changes) => { changes.done = target.checked ? [...changes.done, done] : without(changes.done, done); });
  if (owner) {
    const name = target.value.trim();
    change((changes) => {
      if (name) changes.owners[owner] = name;
      else delete changes.owners[owner];
    });
  }
  if (moved) later(() => target.isConnected && target.checkValidity() && move(moved, target.value), DATING);
}

function begin() {
  const monday = today() + ((8 - new Date(today()).getUTCDay()) % 7 || 7) * DAY;
  one("#cx-monday").textContent = say("empty_button", { day: day(iso(monday)) });
  one("#cx-monday").addEventListener("click", () => {
    one("#in-start").value = iso(monday);
    answered("start", false);
  });
  document.addEventListener("click", acted);
  one("#cx-plan").addEventListener("change", edited);
  for (const kind of ["focusout", "keydown"]) {
    one("#cx-plan").addEventListener(kind, (event) => {
      if (!event.target.dataset?.move || (kind === "keydown" && event.key !== "Enter")) return;
      clearTimeout(waiting);
      move(event.target.dataset.move, event.target.value);
    });
  }
  one("#cx-undo").addEventListener("click", () => stepTo(state.at - 1));
  one("#cx-redo").addEventListener("click", () => stepTo(state.at + 1));
  one("#cx-print").addEventListener("click", () => print());
  one("#cx-fold").addEventListener("click", () => {
    const open = !unfolded();
    all("details.cx-action").forEach((card) => { card.open = open; });
    showView();
  });
  one("#cx-save").addEventListener("click", save);
  one("#cx-copy").addEventListener("click", () =>
    navigator.clipboard?.writeText(state.code).then(() => tell(say("copied")), () => {}));
  one("#cx-open").addEventListener("submit", (event) => {
    event.preventDefault();
    if (one("#cx-open-code").value.trim()) openCode(one("#cx-open-code").value);
  });
  one("#cx-over").addEventListener("click", () => one("#cx-sure").showModal());
  one("#cx-sure").addEventListener("close", () => {
    if (one("#cx-sure").returnValue === "yes") startOver();
    one("#cx-sure").returnValue = "";
  });
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("#cx-plan-made details:not([open])");
    folded.forEach((part) => { part.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((part) => { part.open = false; }));
  addEventListener("hashchange", () => profileOf(location.hash) !== undefined && arrive());
  all("#cx-measures, #cx-stakeholders, #cx-risks").forEach((part) => { one("details", part).open = !narrow.matches; });
  let width = 0;
  new ResizeObserver(([entry]) => {
    if (plan && Math.abs(entry.contentRect.width - width) > 1) drawTimeline(plan, phase);
    width = entry.contentRect.width;
  }).observe(one("#cx-plan"));
  listen(answered);
  show(1);
  restore();
  arrive();
}

begin();
