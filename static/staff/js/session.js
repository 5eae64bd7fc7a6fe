// Before the session ends, a word of warning; after it, the page stays, and so does what was typed.
// The words stand in the page's <template>, in its language. Without this script the end comes unannounced,
// and a form that is sent too late leads to the sign-in page.

const template = document.getElementById("session-messages");
const WARN_BEFORE = 5 * 60_000;
const RENEW_AFTER = 60_000;
const tabs = new BroadcastChannel("staff-session");
let ends;
let renewedAt = Date.now();
let dialog;

function setEnd(seconds) {
  ends = Date.now() + seconds * 1000;
}

/** What the server says of the session; asked by the script itself, it is not made longer by it. */
async function check(renew) {
  const headers = renew ? {} : { "X-Background-Request": "1" };
  const response = await fetch(template.dataset.address, { headers, cache: "no-store" });
  if (response.status === 403) {
    setEnd(0);
    return;
  }
  if (!response.ok) throw new Error(response.statusText);
  const { seconds, seal, person } = await response.json();
  if (person !== template.dataset.person) {
    // Somebody else has signed in on this computer: for this page it is over.
    setEnd(0);
    return;
  }
  setEnd(seconds);
  // Signing in again has made a new seal: the form that is open here takes it on.
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = seal;
  document.dispatchEvent(new Event("staff:seal"));
}

async function renew() {
  renewedAt = Date.now();
  try {
    await check(true);
    tabs.postMessage("renewed");
  } catch {
    // Without a network nothing can be renewed: the clock goes on.
  }
  show();
}

function build() {
  dialog = template.content.firstElementChild.cloneNode(true);
  document.body.append(dialog);
  dialog.querySelector("[data-stay]").addEventListener("click", renew);
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.classList.add("seen"));
}

function show() {
  const left = ends - Date.now();
  if (left > Math.min(WARN_BEFORE, (template.dataset.seconds * 1000) / 2)) {
    dialog?.close();
    dialog?.classList.remove("seen");
    return;
  }
  if (!dialog) build();
  const isOver = left <= 0;
  const state = isOver ? "over" : "soon";
  if (dialog.dataset.state !== state) {
    dialog.dataset.state = state;
    dialog.classList.remove("seen");
    for (const part of dialog.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
  }
  if (!isOver) dialog.querySelector("[data-minutes]").textContent = Math.ceil(left / 60_000);
  if (!dialog.open && !dialog.classList.contains("seen")) dialog.showModal();
}

/** Whoever types is not away. */
function onInput() {
  if (ends > Date.now() && Date.now() - renewedAt >= RENEW_AFTER) renew();
}

async function recheck() {
  try {
    await check(false);
  } catch {
    // As above.
  }
  show();
}

if (template) {
  setEnd(Number(template.dataset.seconds));
  setInterval(show, 5000);
  document.addEventListener("input", onInput);
  // A laptop that slept, a tab that one comes back to after signing in elsewhere.
  document.addEventListener("visibilitychange", () => document.hidden || recheck());
  tabs.addEventListener("message", recheck);
}
