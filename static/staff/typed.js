// What is typed into a form of the office's content is kept on the server meanwhile, as a private draft of
// who types it; and colleagues who have the same record open are named. Where the server cannot be reached,
// the page tries again. The words stand in the page. Without this script a form is kept when it is sent, and
// not before.

const QUIET = 2500;
const LONGEST = 10_000;
const AGAIN = 10_000;
const BEAT = 20_000;
const PATIENCE = 20_000;

const page = document.getElementById("session-words");
const line = document.getElementById("typed");
const alsoHere = document.getElementById("also-here");
const form = line?.closest("form");
const person = page?.dataset.person;
const tabs = new BroadcastChannel("staff-session");

/** Why something was not kept: the name of the words for it. */
class NotKept extends Error {}

async function post(address, fields, options = {}) {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  body.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  body.append("_person", person);
  let answer;
  try {
    answer = await fetch(address, {
      body,
      headers: { "X-Background-Request": "1" },
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
      ...options,
    });
  } catch {
    throw new NotKept("unreachable");
  }
  if (answer.ok) return answer.json();
  if (answer.status === 403) throw new NotKept("signedOut");
  throw new NotKept([400, 404, 413].includes(answer.status) ? "refused" : "unreachable");
}

// --- The form that is open ---------------------------------------------------------------------

let typed = 0;
let kept = 0;
let firstUnsent = 0;
let timer;
let sending;
let isLeaving = false;
let problem = "";

function key() {
  return form.elements._typed[0]?.value ?? form.elements._typed.value;
}

/** All that the form holds, but for secrets and files; of a file its name. */
function words() {
  const secret = new Set([...form.querySelectorAll("[type=password]")].map((box) => box.name));
  const fields = [["_record", line.dataset.record], ["_words", "1"]];
  for (const [name, value] of new FormData(form)) {
    if (secret.has(name) || name === "csrfmiddlewaretoken" || name.includes("__prefix__")) continue;
    if (typeof value === "string") fields.push([name, value]);
    else if (value.name) fields.push([`_file:${name}`, value.name]);
  }
  return fields;
}

function say(text) {
  if (line.textContent !== text) line.textContent = text;
  line.classList.toggle("not-kept", Boolean(problem));
}

function sayOthers(text) {
  if (text !== undefined && alsoHere.textContent !== text) alsoHere.textContent = text;
}

function changed() {
  isLeaving = false;
  if (typed === kept) firstUnsent = Date.now();
  typed += 1;
  plan(Math.max(0, Math.min(QUIET, firstUnsent + LONGEST - Date.now())));
}

function plan(wait) {
  clearTimeout(timer);
  timer = setTimeout(keep, wait);
}

async function keep() {
  if (sending) return sending;
  if (isLeaving || typed === kept) return undefined;
  sending = keepNow();
  await sending;
  sending = undefined;
  if (typed !== kept && !isLeaving) plan(problem ? AGAIN : QUIET);
  return undefined;
}

async function keepNow() {
  const number = typed;
  const before = problem;
  try {
    const answer = await post(line.dataset.address, [...words(), ["_here", "1"]]);
    if (isLeaving) return;
    sayOthers(answer.others);
    problem = "";
    if (answer.ended) {
      // This very form was saved from another window: what is typed from now on is another text.
      renew();
      return;
    }
    kept = number;
    firstUnsent = Date.now();
    say(line.dataset.kept.replace("{hour}", answer.kept));
  } catch (reason) {
    if (isLeaving) return;
    problem = reason instanceof NotKept ? reason.message : "unreachable";
    say(line.dataset[problem]);
    // The script of the session looks whether one is signed out, and says so.
    if (problem === "signedOut" && before !== problem) tabs.postMessage("look");
  }
}

function renew() {
  const [field, ...others] = form.querySelectorAll("[name=_typed]");
  for (const other of others) other.remove();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  field.value = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function beat() {
  if (document.hidden || isLeaving || sending || !line.dataset.record) return;
  const fields = [["_record", line.dataset.record], ["_typed", key()], ["_here", "1"]];
  try {
    sayOthers((await post(line.dataset.address, fields)).others);
  } catch {
    // Who else is here is not worth a word of alarm.
  }
}

function leave() {
  if (isLeaving) return;
  const fields = [["_record", line.dataset.record], ["_typed", key()]];
  if (line.dataset.record) post(line.dataset.address, fields, { keepalive: true }).catch(() => {});
  // A browser sends 64 KB at most on leaving.
  if (typed !== kept) post(line.dataset.address, words(), { keepalive: true }).catch(() => {});
}

/** The browser asks before it leaves a page whose words the server does not have. */
function warn(event) {
  if (problem && typed !== kept && !isLeaving) event.preventDefault();
}

/** The form goes on its way, but not to the sign-in page, where what was typed last would be lost. */
function sent(event) {
  if (event.target !== form || event.defaultPrevented) return;
  if (problem === "signedOut") {
    event.preventDefault();
    tabs.postMessage("look");
    window.alert(line.dataset.signedOut);
    return;
  }
  isLeaving = true;
  clearTimeout(timer);
}

/** Ctrl+S or Cmd+S, on a Lao keyboard too: as if the button that saves had been pressed, once. */
function saveByKey(event) {
  const isS = event.code === "KeyS" || event.key?.toLowerCase() === "s";
  if (!isS || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  const button = form.querySelector("[type=submit].default") ?? form.querySelector("[type=submit]");
  if (button && !event.repeat && !isLeaving) form.requestSubmit(button);
}

// --- Signing out ---------------------------------------------------------------------------------

/** What was typed last is kept first. */
async function signOut(event) {
  event.preventDefault();
  clearTimeout(timer);
  await keep();
  if (typed !== kept) await keep();
  if (typed !== kept && !window.confirm(line.dataset.leave)) return;
  isLeaving = true;
  event.target.submit();
}

if (person && form) {
  document.getElementById("logout-form")?.addEventListener("submit", signOut);
  for (const type of ["input", "change"]) form.addEventListener(type, changed);
  for (const type of ["formset:added", "formset:removed"]) document.addEventListener(type, changed);
  document.addEventListener("keydown", saveByKey);
  // Signed in again, in another tab.
  document.addEventListener("staff:seal", () => typed !== kept && plan(0));
  window.addEventListener("online", () => typed !== kept && plan(0));
  window.addEventListener("submit", sent);
  window.addEventListener("beforeunload", warn);
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", beat);
  setInterval(beat, BEAT);
  beat();
}
