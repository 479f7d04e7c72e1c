// The timeline: a row an action, from its first to its last day. Every bar is a link to its card.
import { DAY, make, monthOf, one, say, span, time, today } from "./plan-tools.mjs";

const ROW = 22;
const TOP = 30;
const GAP = 7;
const pen = document.createElement("canvas").getContext("2d");

function shortened(text, room) {
  pen.font = getComputedStyle(document.body).fontFamily.replace(/^/, "12px ");
  if (pen.measureText(text).width <= room) return text;
  let kept = [...text];
  while (kept.length > 1 && pen.measureText(`${kept.join("")}…`).width > room) kept.pop();
  return kept.length > 3 ? `${kept.join("").trimEnd()}…` : "";
}

export function drawTimeline(plan, phase) {
  const box = one("#cx-timeline .cx-part-body");
  const shown = plan.phases.find((one) => one.number === phase);
  const first = time(shown ? shown.start : plan.start);
  const last = time(shown ? shown.end : plan.end) + DAY;
  const actions = plan.phases.flatMap((part) => part.actions)
    .filter((action) => time(action.end) >= first && time(action.start) < last);
  const width = Math.max(box.clientWidth || one("#cx-plan").clientWidth, 280);
  const height = TOP + actions.length * ROW + 8;
  const x = (stamp) => ((stamp - first) / (last - first)) * width;
  const canvas = make("svg", {
    width, height, viewBox: `0 0 ${width} ${height}`, role: "group",
    "aria-labelledby": "cx-timeline-title",
  });
  canvas.append(...bands(plan, x, height, width), ...months(first, last, x, height, width));
  actions.forEach((action, at) => canvas.append(bar(action, at, x, width)));
  const now = today();
  if (now >= first && now < last) canvas.append(...todays(x(now + DAY / 2), height, width));
  box.replaceChildren(canvas);
}

function bands(plan, x, height, width) {
  return plan.phases.map((phase) => {
    const left = Math.max(0, x(time(phase.start)));
    const right = Math.min(width, x(time(phase.end) + DAY));
    return make("rect", {
      class: `cx-band${phase.number % 2 ? " cx-odd" : ""}`,
      x: left, y: TOP - 6, width: Math.max(0, right - left), height: height - TOP + 6,
    });
  });
}

// A tick a month; a week in a span shorter than two months. Labels that would touch are left out.
function months(first, last, x, height, width) {
  const ticks = [];
  let free = -Infinity;
  const start = new Date(first);
  for (let at = 0; at < 14; at += 1) {
    const stamp = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + at, 1);
    if (stamp >= last) break;
    const left = Math.max(0, x(stamp));
    const label = monthOf(stamp);
    const wide = pen.measureText(label).width + 12;
    if (stamp > first) ticks.push(make("line", { class: "cx-month", x1: left, x2: left, y1: 8, y2: height }));
    if (left >= free && left + wide < width + 8) {
      ticks.push(make("text", { class: "cx-month-name", x: left + 4, y: 16, "aria-hidden": "true" }, label));
      free = left + wide;
    }
  }
  return ticks;
}

function bar(action, at, x, width) {
  const y = TOP + at * ROW;
  const left = Math.max(0, x(time(action.start)));
  const right = Math.min(width, Math.max(x(time(action.end) + DAY), left + 5));
  const name = `${action.number}. ${action.title}`;
  const after = width - right - GAP;
  const before = left - GAP;
  const label = after >= before || after > 240
    ? make("text", { class: "cx-bar-name", x: right + GAP, y: y + 14 }, shortened(name, after))
    : make("text", { class: "cx-bar-name", x: left - GAP, y: y + 14, "text-anchor": "end" }, shortened(name, before));
  const told = `${name}, ${span(action.start, action.end)}${action.done ? `, ${say("done")}` : ""}`;
  const link = make("a", {
    svg: true, href: `#action-${action.id}`, "aria-label": told,
    class: `cx-bar-link cx-phase-${action.phase}${action.done ? " cx-is-done" : ""}`,
  });
  link.append(
    make("title", {}, told),
    make("rect", { class: "cx-row", x: 0, y, width, height: ROW }),
    make("rect", { class: "cx-line", x: left, y: y + 4, width: right - left, height: ROW - 9, rx: 4 }),
    label,
  );
  return link;
}

function todays(left, height, width) {
  const end = left > width - 60;
  return [
    make("line", { class: "cx-today", x1: left, x2: left, y1: 20, y2: height }),
    make("text", { class: "cx-today-name", x: left + (end ? -4 : 4), y: 28, "text-anchor": end ? "end" : "start" }, say("today")),
  ];
}
