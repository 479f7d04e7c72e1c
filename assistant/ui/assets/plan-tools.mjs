// What the parts of the plan's page share: texts, dates, and elements made without any HTML
// from data, so that whatever a person typed stays text.
export const language = document.documentElement.lang;
export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

const texts = JSON.parse(one("#cx-texts").textContent);
export const say = (key, values = {}) =>
  texts[key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));

const locale = language === "en" ? "en-GB" : language;
const form = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
const full = new Intl.DateTimeFormat(locale, form);
const short = new Intl.DateTimeFormat(locale, { ...form, year: undefined });
const month = new Intl.DateTimeFormat(locale, { month: "short", timeZone: "UTC" });
const number = new Intl.NumberFormat(locale);

export const DAY = 86400000;
export const time = (iso) => Date.parse(`${iso}T00:00:00Z`);
export const iso = (stamp) => new Date(stamp).toISOString().slice(0, 10);
export const today = () => {
  const now = new Date();
  return Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
};
export const day = (text) => full.format(time(text));
export const shortDay = (text) => short.format(time(text));
export const monthOf = (stamp) => month.format(stamp);
export const count = (value) => number.format(value);
export const span = (first, last) =>
  (first === last ? day(first) : full.formatRange(time(first), time(last)));

export function make(tag, attributes = {}, ...children) {
  const svg = ["svg", "g", "rect", "line", "text", "title"].includes(tag) || attributes.svg;
  const element = svg
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "svg" || value === undefined || value === null || value === false) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

let silence;
export function tell(text, seconds = 3) {
  const said = one(".cx-said");
  said.textContent = text;
  clearTimeout(silence);
  silence = setTimeout(() => { said.textContent = ""; }, seconds * 1000);
}
