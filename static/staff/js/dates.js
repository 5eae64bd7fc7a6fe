// Date boxes: a picker beside each, and what was typed in words. The server reads dates by itself
// (iomlaos/staff/fields.py); this file reads those of whole numbers and English months.

const BOXES = "input[data-date]";
const HAS_DAY = "input[data-date=day], input[data-date=moment]";
const WORDS = { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH_NAMES = [...Array(12).keys()].map((month) =>
  new Date(Date.UTC(2000, month)).toLocaleDateString("en-GB", { month: "long", timeZone: "UTC" }),
);
const LAO_ZERO = 0x0ed0;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Vientiane is at UTC+7 all year. */
const OFFSET = 7 * HOUR;

const inDigits = (text) => text.replace(/[\u0ed0-\u0ed9]/g, (digit) => digit.charCodeAt(0) - LAO_ZERO);

/** The day that a text begins with, as a moment in UTC; null if it is none. */
function readDay(text) {
  const typed = inDigits(text).trim().replace(/,/g, " ").replace(/\s+/g, " ");
  let parts = typed.match(/^(\d{4})-(\d{1,2})-(\d{1,2})(?=$|[ T])/)?.slice(1);
  if (!parts) parts = typed.match(/^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?=$| )/)?.slice(1).reverse();
  if (!parts) {
    const [, day, name, year] =
      typed.match(/^(\d{1,2}) ([a-z]+)\.? (\d{4})(?=$| )/i) ??
      typed.replace(/^([a-z]+) (\d{1,2}) /i, "$2 $1 ").match(/^(\d{1,2}) ([a-z]+) (\d{4})(?=$| )/i) ?? [];
    const month = name ? MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1 : 0;
    if (month && (name.length === 3 || name.toLowerCase() === MONTH_NAMES[month - 1].toLowerCase())) parts = [year, month, day];
  }
  if (!parts) return null;
  const [year, month, day] = parts.map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 1900 && year <= 2199 ? date : null;
}

/** The hour that a text ends with, as "17:00"; "" if there is none. */
function readHour(text) {
  const found = inDigits(text).trim().match(/(?:^|[ T])(\d{1,2})(?:[:.hH]?)(\d\d)(?::\d\d)?$/);
  if (!found || Number(found[1]) > 23 || Number(found[2]) > 59) return "";
  return `${found[1].padStart(2, "0")}:${found[2]}`;
}

const written = (date) => `${date.getUTCDate()} ${MONTH_NAMES[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
const isWeekend = (date) => [0, 6].includes(date.getUTCDay());
const weekday = (date) => date.toLocaleDateString("en-GB", { weekday: "long", timeZone: "UTC" });

function inWords(box) {
  const date = readDay(box.value);
  if (!date) return "";
  const hour = box.dataset.date === "moment" ? readHour(box.value.replace(/^\S+/, "")) : "";
  return [date.toLocaleDateString("en-GB", WORDS).replace(",", ""), hour].filter(Boolean).join(", ");
}

/** "Closes Sunday 20 December 2026 at 17:00. In 20 days. Sunday is not a working day." */
function deadlineInWords(date, hour) {
  const day = date.toLocaleDateString("en-GB", WORDS).replace(",", "");
  const today = Math.floor((Date.now() + OFFSET) / DAY);
  const days = date.valueOf() / DAY - today;
  const left = days < 0 ? "This date is past." : (["Today.", "Tomorrow."][days] ?? `In ${days} days.`);
  const closed = isWeekend(date) ? ` ${weekday(date)} is not a working day.` : "";
  return `Closes ${hour ? `${day} at ${hour}` : `at the end of ${day}`}. ${left}${closed}`;
}

function echoDeadline(echo) {
  const form = echo.closest("form");
  const [day, hour] = echo.dataset.deadline.split(" ").map((name) => form.elements.namedItem(name));
  const date = day && readDay(day.value);
  echo.textContent = date ? deadlineInWords(date, readHour(hour.value)) : "";
}

/** "Tuesday 1 December 2026, 09:00 in Vientiane · in 23 hours". */
function momentInWords(date, hour) {
  const [hours, minutes] = hour.split(":").map(Number);
  const left = date.valueOf() - OFFSET + hours * HOUR + minutes * MINUTE - Date.now();
  const [count, unit] = [[left / DAY, "day"], [left / HOUR, "hour"], [left / MINUTE, "minute"]].find(([count]) => count >= 2) ?? [1, "minute"];
  const wait = left < 0 ? "This moment has passed." : `in ${Math.floor(count)} ${unit}${count >= 2 ? "s" : ""}`;
  return `${date.toLocaleDateString("en-GB", WORDS).replace(",", "")}, ${hour} in Vientiane · ${wait}`;
}

/** In its `short` a date and an hour to put on a button: "1 December, 09:00". */
function echoMoment(echo) {
  const form = echo.closest("form");
  const [day, hour] = echo.dataset.moment.split(" ").map((name) => form.elements.namedItem(name).value);
  const [date, time] = [readDay(day), readHour(hour)];
  echo.textContent = date && time ? momentInWords(date, time) : "";
  echo.dataset.short = date && time ? `${date.getUTCDate()} ${MONTH_NAMES[date.getUTCMonth()]}, ${time}` : "";
}

function echo(box) {
  const moment = box.form?.querySelector("[data-moment]");
  if (moment?.dataset.moment.split(" ").includes(box.name)) {
    echoMoment(moment);
    return;
  }
  const deadline = box.form?.querySelector("[data-deadline]");
  if (deadline?.dataset.deadline.split(" ").includes(box.name)) echoDeadline(deadline);
  else if (box.matches(HAS_DAY)) outputOf(box).textContent = inWords(box);
}

function outputOf(box) {
  let output = box.form?.querySelector(`output[for="${box.id}"]`);
  if (!output) {
    output = document.createElement("output");
    output.htmlFor = box.id;
    (box.closest(".date-box") ?? box).after(output);
  }
  return output;
}

/** A button that opens the browser's own picker, on a date box that is not seen. */
function addPicker(box) {
  if (box.closest(".date-box") || box.id.includes("__prefix__")) return;
  const frame = document.createElement("span");
  frame.className = "date-box";
  const native = Object.assign(document.createElement("input"), { type: "date", tabIndex: -1 });
  native.setAttribute("aria-hidden", "true");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "pick" });
  button.setAttribute("aria-label", `Pick a date: ${box.labels[0]?.firstChild.textContent.trim() ?? ""}`);
  box.before(frame);
  frame.append(box, native, button);
  button.addEventListener("click", () => {
    native.value = readDay(box.value)?.toISOString().slice(0, 10) ?? "";
    native.showPicker();
  });
  native.addEventListener("change", (event) => {
    event.stopPropagation();
    if (!native.value) return;
    const hour = box.dataset.date === "moment" ? ` ${readHour(box.value.replace(/^\S+/, "")) || "09:00"}` : "";
    box.value = written(new Date(native.value)) + hour;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  });
}

function prepare(root) {
  for (const box of root.querySelectorAll(HAS_DAY)) addPicker(box);
  for (const box of root.querySelectorAll(BOXES)) echo(box);
}

prepare(document);
document.addEventListener("input", (event) => event.target.matches?.(BOXES) && echo(event.target));
document.addEventListener("formset:added", (event) => prepare(event.target));
