// The questions: from a profile to the form and back, and from step to step.
import { all, day, make, one, say } from "./plan-tools.mjs";

const TEXTS = ["company", "role", "industry", "problems"];
const CHOICES = ["reports_to", "business", "budget", "maturity"];
const YES_NO = ["first_hire", "feedback", "journey_maps", "governance", "central_data", "voe"];
const NUMBERS = ["employees", "hours"];

const form = one("#cx-situation");
const field = (name) => form.elements[name];
const boxes = (name) => all(`input[name="${name}"]`, form);
let goals = [];
let daysOff = [];
let step = 1;

const numberIn = (name) => (field(name).value === "" ? undefined : Number(field(name).value));
const answer = (name) => ({ true: true, false: false })[field(name).value];

// --- the form's answers as fields of a profile; what was not said is left out

export function answers() {
  const found = { start: field("start").value };
  for (const name of TEXTS) found[name] = field(name).value.trim() || undefined;
  for (const name of CHOICES) found[name] = field(name).value || undefined;
  for (const name of YES_NO) found[name] = answer(name);
  for (const name of NUMBERS) found[name] = numberIn(name);
  found.has_team = answer("team");
  if (found.has_team) found.team = numberIn("team_size");
  if (found.feedback) {
    const channels = boxes("channels").filter((box) => box.checked).map((box) => box.value);
    if (channels.length) found.channels = channels;
    found.survey_tools = numberIn("survey_tools");
  }
  found.metrics = metrics();
  if (goals.length) found.goals = [...goals];
  if (daysOff.length) found.days_off = [...daysOff];
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function metrics() {
  const used = boxes("metrics").filter((box) => box.checked).map((box) => box.value);
  if (!used.length) return boxes("no_metrics")[0].checked ? {} : undefined;
  return Object.fromEntries(used.map((name) => [name, numberIn(`value_${name}`) ?? null]));
}

export const hasStart = () => field("start").value !== "" && field("start").checkValidity();

// --- a profile into the form

export function fill(profile) {
  const set = (name, value) => { field(name).value = value ?? ""; };
  for (const name of ["start", ...TEXTS, ...CHOICES, ...NUMBERS]) set(name, profile[name]);
  for (const name of YES_NO) set(name, profile[name]);
  const team = profile.team ?? (profile.has_team === undefined ? undefined : Number(profile.has_team));
  set("team", team === undefined || team === null ? "" : String(team > 0));
  set("team_size", profile.team || "");
  const channels = profile.channels ?? [];
  if (profile.feedback !== false && (channels.length || profile.survey_tools)) set("feedback", "true");
  boxes("channels").forEach((box) => { box.checked = channels.includes(box.value); });
  set("survey_tools", profile.survey_tools);
  const listed = profile.metrics ?? undefined;
  boxes("no_metrics")[0].checked = listed !== undefined && !Object.keys(listed).length;
  boxes("metrics").forEach((box) => {
    box.checked = listed !== undefined && box.value in listed;
    set(`value_${box.value}`, listed?.[box.value]);
  });
  goals = [...(profile.goals ?? [])];
  daysOff = [...(profile.days_off ?? [])];
  boxes("goals").forEach((box) => { box.checked = goals.includes(box.value); });
  follow();
}

// Show what follows from the answers: inner questions, the order of goals, the days off.
function follow() {
  all(".cx-if-yes", form).forEach((inner) => { inner.hidden = !answer(inner.dataset.if); });
  boxes("metrics").forEach((box) => { field(`value_${box.value}`).hidden = !box.checked; });
  all(".cx-assumed", form).forEach(assume);
  const rank = one(".cx-rank", form);
  rank.hidden = goals.length < 2;
  rank.replaceChildren(...goals.map(ranked));
  one(".cx-days", form).replaceChildren(...daysOff.map(free));
}

// What is assumed without an answer is said only as long as there is none.
function assume(hint) {
  const asked = hint.parentElement;
  const given = one("input:checked:not([value=''])", asked) || one("input", asked).valueAsNumber > 0;
  hint.hidden = Boolean(given);
  const described = asked.tagName === "FIELDSET" ? asked : one("input", asked);
  if (given) described.removeAttribute("aria-describedby");
  else described.setAttribute("aria-describedby", hint.id);
}

const titleOf = (goal) =>
  boxes("goals").find((box) => box.value === goal)?.nextElementSibling.textContent ?? goal;

function ranked(goal, at) {
  const label = say("earlier", { action: titleOf(goal) });
  const up = { type: "button", "data-up": goal, "aria-label": label, title: label };
  return make("li", {}, make("span", {}, titleOf(goal)), at ? make("button", up, "↑") : null);
}

function free(text) {
  const label = say("day_remove", { day: day(text) });
  const remove = { type: "button", "data-free": text, "aria-label": label, title: label };
  return make("li", {}, day(text), make("button", remove, "×"));
}

// --- steps

export const fold = () => { one("details", form).open = false; };

export function show(number, focus = false) {
  step = number;
  all(".cx-step", form).forEach((part) => { part.hidden = part.id !== `cx-step-${number}`; });
  all(".cx-steps button", form).forEach((button) => {
    if (Number(button.dataset.step) === number) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  });
  if (focus) {
    one(`#cx-step-${number}`).focus({ preventScroll: true });
    const top = form.getBoundingClientRect().top;
    if (top < 0 || top > innerHeight / 2) form.scrollIntoView();
  }
}

export const stepOf = (name) =>
  Number((one(`#ask-${name}`) ?? one(".cx-step")).closest(".cx-step").id.slice(-1));

export function reach(name) {
  const wanted = one(`#ask-${name}`);
  if (!wanted) return;
  show(stepOf(name));
  one("details", form).open = true;
  wanted.scrollIntoView({ block: "center" });
  (one("input:checked", wanted) ?? one("input, textarea", wanted)).focus({ preventScroll: true });
}

export function complain(number, text) {
  all(".cx-step > .cx-error", form).forEach((line) => {
    const here = Boolean(text) && line.parentElement.id === `cx-step-${number}`;
    line.hidden = !here;
    line.textContent = here ? text : "";
  });
  all(".cx-steps button", form).forEach((button) =>
    button.classList.toggle("cx-wrong", Boolean(text) && Number(button.dataset.step) === number));
}

// --- what a person does; `changed` is told the field and whether it is typed

export function listen(changed) {
  const nameOf = (element) => element.closest(".cx-field")?.id.slice(4) ?? "start";
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", ({ target }) => {
    if (target.id === "in-days_off") return;
    if (target.name === "goals") {
      goals = goals.filter((goal) => goal !== target.value);
      if (target.checked) goals.push(target.value);
    }
    if (target.name === "metrics" && target.checked) boxes("no_metrics")[0].checked = false;
    if (target.name === "no_metrics" && target.checked) {
      boxes("metrics").forEach((box) => { box.checked = false; });
    }
    follow();
    changed(nameOf(target), ["text", "number", "textarea", "date"].includes(target.type));
  });
  form.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if (button.dataset.step) show(Number(button.dataset.step), true);
    if (button.classList.contains("cx-next-step")) show(step + 1, true);
    if (button.classList.contains("cx-back-step")) show(step - 1, true);
    if (button.classList.contains("cx-add-day")) addDay(changed);
    if (button.dataset.free) {
      daysOff = daysOff.filter((text) => text !== button.dataset.free);
      follow();
      one("#in-days_off").focus();
      changed("days_off", false);
    }
    if (button.dataset.up) rise(button.dataset.up, changed);
  });
  one("#in-days_off").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    addDay(changed);
  });
}

function addDay(changed) {
  const box = one("#in-days_off");
  if (!box.value || !box.checkValidity()) return;
  daysOff = [...new Set([...daysOff, box.value])].sort();
  box.value = "";
  box.focus();
  follow();
  changed("days_off", false);
}

function rise(goal, changed) {
  const at = goals.indexOf(goal);
  goals.splice(at, 1);
  goals.splice(at - 1, 0, goal);
  follow();
  (one(`[data-up="${goal}"]`, form) ?? one(".cx-rank button", form)).focus();
  changed("goals", false);
}
