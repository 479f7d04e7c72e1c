// Shows a plan as the server made it. Nothing here changes it: controls carry what they would do
// in data attributes, and plan.mjs acts on them.
import { all, count, day, language, make, one, say, shortDay, span } from "./plan-tools.mjs";

const body = (part) => one(`#cx-${part} .cx-part-body`);
export const actionsOf = (plan) => plan.phases.flatMap((phase) => phase.actions);
export const daysOf = (plan) =>
  Object.fromEntries(actionsOf(plan).map((action) => [action.id, [action.start, action.end]]));

export function showPlan(plan, profile) {
  const kept = remembered();
  one("#cx-plan-made h2").textContent = plan.title;
  one(".cx-summary").replaceChildren(...plan.summary.map((line) => make("p", {}, line)));
  showProgress(plan);
  showAssumptions(plan);
  body("actions").replaceChildren(cards(plan, profile, kept.open), table(plan, profile));
  body("left_out").replaceChildren(leftOut(plan, profile));
  for (const part of ["measures", "stakeholders", "risks", "ahead"]) {
    body(part).replaceChildren(make("div", { class: "cx-entries" }, plan[part].map((entry) => entryCard(entry, plan))));
    counted(part, plan[part]);
  }
  body("sources").replaceChildren(sources(plan));
  counted("left_out", plan.left_out);
  counted("sources", plan.citations);
  kept.restore();
}

function counted(part, entries) {
  one(`#cx-${part}`).hidden = !entries.length;
  one(`#cx-${part} .cx-part-count`).textContent = count(entries.length);
}

// What is open and what has the focus stay so, though every element is made anew.
function remembered() {
  const focused = document.activeElement?.dataset?.key;
  const open = new Set(all("details.cx-action[open]").map((card) => card.id));
  return { open, restore: () => focused && one(`[data-key="${focused}"]`)?.focus({ preventScroll: true }) };
}

function showProgress(plan) {
  const actions = actionsOf(plan);
  const done = actions.filter((action) => action.done).length;
  const bar = one(".cx-progress progress");
  bar.max = Math.max(actions.length, 1);
  bar.value = done;
  one("#cx-progress-text").textContent = say("progress", { done: count(done), all: count(actions.length) });
}

function showAssumptions(plan) {
  const box = one("#cx-assumptions");
  box.hidden = !plan.assumptions.length;
  one("ul", box).replaceChildren(...plan.assumptions.map((text, at) => make("li", {}, text, " ",
    plan.asks[at] ? make("a", { href: `#ask-${plan.asks[at]}`, "data-ask": plan.asks[at], "aria-label": `${say("correct")}: ${text}` }, say("correct")) : null)));
}

// --- actions as cards

function cards(plan, profile, open) {
  return make("div", { class: "cx-cards", "data-shows": "cards" }, plan.phases
    .filter((phase) => phase.actions.length)
    .map((phase) => make("section", { class: "cx-phase", "aria-labelledby": `cx-phase-${phase.number}` },
      make("div", { class: `cx-phase-head cx-phase-${phase.number}` },
        make("h4", { id: `cx-phase-${phase.number}` }, phase.title),
        make("span", {}, span(phase.start, phase.end)),
        make("span", { class: "cx-phase-done" }, say("progress", {
          done: count(phase.actions.filter((action) => action.done).length), all: count(phase.actions.length),
        }))),
      phase.actions.map((action) => card(action, plan, profile, open.has(`action-${action.id}`))))));
}

function card(action, plan, profile, open) {
  const done = doneBox(action, "card");
  return make("div", { class: `cx-action-row${action.done ? " cx-is-done" : ""}` }, done,
    make("details", { class: "cx-action", id: `action-${action.id}`, open },
      make("summary", {},
        make("span", { class: "cx-number" }, count(action.number)),
        make("span", { class: "cx-action-title" }, action.title),
        make("span", { class: "cx-action-when" }, span(action.start, action.end))),
      make("div", { class: "cx-action-body" },
        make("p", { class: "cx-purpose" }, action.purpose, cites(action.citations, plan)),
        make("ul", { class: "cx-because" }, action.because.map((line) => make("li", {}, line))),
        make("dl", { class: "cx-points-of" },
          point("steps", make("ol", {}, action.steps.map((step) => make("li", {}, step)))),
          point("deliverable", action.deliverable), point("done_when", action.done_when),
          point("owner", action.owner), point("involve", action.involve),
          action.needs.length ? point("needs", links(action.needs, plan)) : null,
          point("hours", count(action.hours))),
        make("div", { class: "cx-edit" }, startBox(action, plan, profile, "card"), ownerBox(action, profile, "card"), leaveButton(action, "card")))));
}

const point = (key, content) => make("div", { class: `cx-is-${key}` }, make("dt", {}, say(key)), make("dd", {}, content));

function links(titles, plan) {
  return titles.flatMap((title, at) => {
    const found = actionsOf(plan).find((action) => action.title === title);
    const shown = found ? make("a", { href: `#action-${found.id}` }, title) : title;
    return at ? [language.startsWith("zh") ? "；" : "; ", shown] : [shown];
  });
}

function cites(numbers, plan) {
  return numbers.map((number) => {
    const source = plan.citations.find((one) => one.number === number);
    if (!source) return null;
    const label = say("source", { number, action: source.title });
    return make("a", { class: "cx-cite", href: address(source), target: "_blank", rel: "noopener", "aria-label": label, title: label }, count(number));
  });
}
const address = (source) => `/${source.language}/passages/${source.passage.split("/").map(encodeURIComponent).join("/")}`;

// --- what can be changed, in a card or a row

function doneBox(action, where) {
  const label = say("done_of", { action: action.title });
  return make("label", { class: "cx-done", title: label }, make("input", {
    type: "checkbox", checked: action.done, "data-done": action.id, "data-key": `${where}-done-${action.id}`, "aria-label": label,
  }));
}

function startBox(action, plan, profile, where) {
  const label = say("start_of", { action: action.title });
  const input = make("input", {
    type: "date", value: action.start, min: plan.start, max: plan.end, "data-move": action.id,
    "data-key": `${where}-move-${action.id}`, "aria-label": label,
  });
  const moved = action.id in (profile.changes?.moved ?? {});
  const back = moved ? make("button", {
    type: "button", class: "cx-plain", "data-unmove": action.id, "aria-label": say("unmove_of", { action: action.title }), title: say("moved"),
  }, say("unmove")) : null;
  return make("div", { class: `cx-control${moved ? " cx-is-moved" : ""}` }, make("span", { "aria-hidden": "true" }, say("first_day")), input, back);
}

function ownerBox(action, profile, where) {
  return make("div", { class: "cx-control cx-control-owner" }, make("span", { "aria-hidden": "true" }, say("owner")), make("input", {
    type: "text", maxlength: 120, value: profile.changes?.owners?.[action.id] ?? "", placeholder: action.owner.replace(/[.。]$/, ""),
    "data-owner": action.id, "data-key": `${where}-owner-${action.id}`, "aria-label": say("owner_of", { action: action.title }),
  }));
}

const leaveButton = (action, where) => make("button", {
  type: "button", class: "cx-plain cx-leave", "data-leave": action.id, "data-key": `${where}-leave-${action.id}`,
  "aria-label": say("leave_of", { action: action.title }),
}, say("leave"));

// --- actions as a table

function table(plan, profile) {
  const heads = ["done", "action", "first_day", "last_day", "owner", "hours", "leave"];
  return make("div", { class: "cx-table", "data-shows": "table", hidden: true }, make("table", {},
    make("thead", {}, make("tr", {}, heads.map((key) => make("th", { scope: "col" }, say(key))))),
    plan.phases.filter((phase) => phase.actions.length).map((phase) => make("tbody", {},
      make("tr", { class: `cx-phase-row cx-phase-${phase.number}` }, make("th", { colspan: heads.length, scope: "rowgroup" }, phase.title, make("span", {}, span(phase.start, phase.end)))),
      phase.actions.map((action) => row(action, plan, profile))))));
}

function row(action, plan, profile) {
  const cell = (key, content) => make("td", { class: `cx-cell-${key}` }, content);
  return make("tr", { class: action.done ? "cx-is-done" : "", "data-row": action.id },
    cell("done", doneBox(action, "row")),
    make("th", { scope: "row" }, make("span", { class: "cx-number" }, count(action.number)), make("a", { href: `#action-${action.id}` }, action.title)),
    cell("start", startBox(action, plan, profile, "row")), cell("end", shortDay(action.end)),
    cell("owner", ownerBox(action, profile, "row")), cell("hours", count(action.hours)), cell("leave", leaveButton(action, "row")));
}

// --- the other parts

function leftOut(plan, profile) {
  const without = profile.changes?.left_out ?? [];
  return make("ul", { class: "cx-left" }, plan.left_out.map((one) => make("li", { class: without.includes(one.id) ? "cx-by-you" : "" },
    make("div", {}, make("b", {}, one.title), make("span", {}, one.because)),
    make("button", { type: "button", class: "cx-small", "data-add": one.id, "data-key": `add-${one.id}`, "aria-label": say("add_of", { action: one.title }) }, say("add")))));
}

function entryCard(entry, plan) {
  return make("article", { class: "cx-entry" }, make("h4", {}, entry.title),
    make("p", {}, entry.point, cites(entry.citations, plan)),
    make("dl", {}, entry.lines.map((line) => make("div", {}, make("dt", {}, line.label), make("dd", {}, line.text)))));
}

function sources(plan) {
  return make("ol", { class: "cx-sources" }, plan.citations.map((source) => make("li", { value: source.number },
    make("a", { href: address(source), target: "_blank", rel: "noopener" }, source.title), make("small", {}, source.source))));
}

// --- what changed since the version before

export function showChanges(plan, before) {
  const box = one("#cx-changes");
  const now = daysOf(plan);
  const titles = Object.fromEntries([...actionsOf(plan), ...plan.left_out].map((action) => [action.id, action.title]));
  const groups = before ? {
    change_new: Object.keys(now).filter((id) => !(id in before)),
    change_gone: Object.keys(before).filter((id) => !(id in now)),
    change_moved: Object.keys(now).filter((id) => id in before && String(now[id]) !== String(before[id])),
  } : {};
  const told = Object.entries(groups).filter(([, ids]) => ids.length);
  box.hidden = !told.length;
  box.replaceChildren(!told.length ? "" : make("details", {},
    make("summary", {}, make("b", {}, say("changes")), told.map(([key, ids]) => make("span", { class: `cx-${key.replace("_", "-")}` }, `${say(key)} ${count(ids.length)}`))),
    make("dl", {}, told.map(([key, ids]) => make("div", {}, make("dt", {}, say(key)), make("dd", {}, make("ul", {}, ids.map((id) => changed(id, titles, now, before))))))) ));
}

function changed(id, titles, now, before) {
  const title = titles[id] ?? id;
  if (!(id in now)) return make("li", {}, title);
  const link = make("a", { href: `#action-${id}` }, title);
  return make("li", {}, link, id in before ? ` ${day(before[id][0])} → ${day(now[id][0])}` : ` ${day(now[id][0])}`);
}
