// The preview beside the form shows what is typed, saved or not, and what it changes on the public page: the
// form is sent to its preview, without files, and nothing is written. Where there is no room for the pane, nothing is sent.

const PAUSE = 600;
const INTERVAL = 2000;
/** As wide as in steps.css. */
const isWide = window.matchMedia("(width >= 75rem)");

const frame = document.querySelector(".preview-pane iframe");
const marked = document.querySelector(".preview-pane .marked");
const buttons = document.querySelectorAll(".preview-pane [data-show]");
const form = document.querySelector("#content-main > form");
let shown = "draft";
let isDue = true;
let isAsking = false;
let askedAt = 0;
let timer;

/** What the form holds, but for its files and the empty row that new rows are made of. */
function typed() {
  const fields = new FormData(form);
  for (const [name, value] of [...fields]) if (typeof value !== "string" || name.includes("__prefix__")) fields.delete(name);
  return fields;
}

/** Changes stand in the pane itself. Of the pages in the frame, the first answer becomes the page of the frame; later ones take the place of its body, which stays where it was scrolled to. */
function show(html) {
  marked.hidden = shown !== "changes";
  frame.hidden = !marked.hidden;
  if (frame.hidden) {
    marked.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    return;
  }
  const page = frame.contentDocument;
  if (!frame.hasAttribute("srcdoc") || !page?.body) {
    frame.srcdoc = html;
    return;
  }
  const fresh = new DOMParser().parseFromString(html, "text/html");
  page.body.replaceWith(page.adoptNode(fresh.body));
}

async function ask() {
  if (isAsking || !isDue || !isWide.matches || document.hidden) return;
  isAsking = true;
  isDue = false;
  askedAt = Date.now();
  const sent = shown;
  const options = sent === "live" ? {} : { method: "POST", body: typed() };
  try {
    const response = await fetch(frame.dataset[sent], { headers: { "X-Background-Request": "1" }, redirect: "error", ...options });
    if (response.ok && sent === shown) show(await response.text());
  } catch {
    // The pane keeps what it showed; autosave says that there is no connection.
  }
  isAsking = false;
  if (isDue) schedule();
}

function schedule() {
  timer ??= setTimeout(
    () => {
      timer = undefined;
      ask();
    },
    Math.max(PAUSE, askedAt + INTERVAL - Date.now()),
  );
}

function onChange() {
  if (shown === "live") return;
  isDue = true;
  schedule();
}

function choose({ currentTarget }) {
  shown = currentTarget.dataset.show;
  for (const button of buttons) button.setAttribute("aria-pressed", String(button === currentTarget));
  isDue = true;
  ask();
}

for (const type of ["input", "change"]) form.addEventListener(type, onChange);
for (const type of ["formset:added", "formset:removed"]) document.addEventListener(type, onChange);
for (const button of buttons) button.addEventListener("click", choose);
isWide.addEventListener("change", ask);
document.addEventListener("visibilitychange", ask);
// After the editors have taken the place of their text areas.
addEventListener("load", () => setTimeout(ask));
