// Autosave: what is typed into a form is saved on the server, as a private draft of the person who types it,
// and colleagues who have the same record open are named. Where the server cannot be reached, the page tries
// again. The texts stand in the page. Without this script a form is saved when it is sent, and not before.

const PAUSE = 2500;
const LONGEST_WAIT = 10_000;
const RETRY = 10_000;
const HEARTBEAT = 20_000;
const TIMEOUT = 20_000;

const page = document.getElementById("session-messages");
const status = document.getElementById("autosave-status");
const otherEditors = document.getElementById("other-editors");
const form = status?.closest("form");
const person = page?.dataset.person;
const tabs = new BroadcastChannel("staff-session");

/** Its message is the data attribute that holds the text for staff. */
class SaveError extends Error {}

async function post(address, fields, options = {}) {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  body.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  body.append("_person", person);
  let response;
  try {
    response = await fetch(address, {
      body,
      headers: { "X-Background-Request": "1" },
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT),
      ...options,
    });
  } catch {
    throw new SaveError("unreachable");
  }
  if (response.ok) return response.json();
  if (response.status === 403) throw new SaveError("signedOut");
  throw new SaveError([400, 404, 413].includes(response.status) ? "refused" : "unreachable");
}

// --- The form that is open ---------------------------------------------------------------------

let edits = 0;
let savedEdits = 0;
let firstUnsavedAt = 0;
let timer;
let sending;
let isLeaving = false;
let problem = "";

function key() {
  return form.elements._typed[0]?.value ?? form.elements._typed.value;
}

/** What the form holds, without passwords; of a file its name alone. */
function formFields() {
  const secret = new Set([...form.querySelectorAll("[type=password]")].map((box) => box.name));
  const fields = [["_record", status.dataset.record], ["_words", "1"]];
  for (const [name, value] of new FormData(form)) {
    if (secret.has(name) || name === "csrfmiddlewaretoken" || name.includes("__prefix__")) continue;
    if (typeof value === "string") fields.push([name, value]);
    else if (value.name) fields.push([`_file:${name}`, value.name]);
  }
  return fields;
}

/** "Unsaved changes · backed up 09:12". */
function showBackup(text = "") {
  const changed = document.createElement("strong");
  changed.textContent = status.dataset.changed;
  status.replaceChildren(changed, text && ` · ${text}`);
  status.classList.remove("not-kept");
}

function showProblem(text) {
  if (status.textContent !== text) status.textContent = text;
  status.classList.add("not-kept");
}

function showOtherEditors(text) {
  if (text !== undefined && otherEditors.textContent !== text) otherEditors.textContent = text;
}

function onChange() {
  isLeaving = false;
  if (edits === savedEdits) firstUnsavedAt = Date.now();
  if (!edits) showBackup();
  edits += 1;
  schedule(Math.max(0, Math.min(PAUSE, firstUnsavedAt + LONGEST_WAIT - Date.now())));
}

function schedule(wait) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

async function save() {
  if (sending) return sending;
  if (isLeaving || edits === savedEdits) return undefined;
  sending = saveNow();
  await sending;
  sending = undefined;
  if (edits !== savedEdits && !isLeaving) schedule(problem ? RETRY : PAUSE);
  return undefined;
}

async function saveNow() {
  const number = edits;
  const before = problem;
  try {
    const response = await post(status.dataset.address, [...formFields(), ["_here", "1"]]);
    if (isLeaving) return;
    showOtherEditors(response.others);
    problem = "";
    if (response.ended) {
      // This very form was saved from another window: what is typed from now on is another text.
      renew();
      return;
    }
    savedEdits = number;
    firstUnsavedAt = Date.now();
    showBackup(status.dataset.kept.replace("{hour}", response.kept));
  } catch (reason) {
    if (isLeaving) return;
    problem = reason instanceof SaveError ? reason.message : "unreachable";
    showProblem(status.dataset[problem]);
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

async function sendHeartbeat() {
  if (document.hidden || isLeaving || sending || !status.dataset.record) return;
  const fields = [["_record", status.dataset.record], ["_typed", key()], ["_here", "1"]];
  try {
    showOtherEditors((await post(status.dataset.address, fields)).others);
  } catch {
    // Who else is here is not worth a word of alarm.
  }
}

function onLeave() {
  if (isLeaving) return;
  const fields = [["_record", status.dataset.record], ["_typed", key()]];
  if (status.dataset.record) post(status.dataset.address, fields, { keepalive: true }).catch(() => {});
  // A browser sends 64 KB at most on leaving.
  if (edits !== savedEdits) post(status.dataset.address, formFields(), { keepalive: true }).catch(() => {});
}

/** The browser asks before it leaves a page whose words the server does not have. */
function onBeforeUnload(event) {
  if (problem && edits !== savedEdits && !isLeaving) event.preventDefault();
}

/** The form goes on its way, but not to the sign-in page, where what was typed last would be lost. */
function onSubmit(event) {
  if (event.target !== form || event.defaultPrevented) return;
  if (problem === "signedOut") {
    event.preventDefault();
    tabs.postMessage("look");
    window.alert(status.dataset.signedOut);
    return;
  }
  // A preview opens beside the form, which stays.
  if (event.submitter?.formTarget === "_blank") return;
  isLeaving = true;
  clearTimeout(timer);
}

/** Ctrl+S or Cmd+S, on a Lao keyboard too: as if the button that saves had been pressed, once. */
function saveByKey(event) {
  const isS = event.code === "KeyS" || event.key?.toLowerCase() === "s";
  if (!isS || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  const button = form.querySelector("[name=_draft]") ?? form.querySelector("[type=submit].default");
  if (button && !event.repeat && !isLeaving) form.requestSubmit(button);
}

// --- Signing out ---------------------------------------------------------------------------------

/** What was typed last is kept first. */
async function signOut(event) {
  event.preventDefault();
  clearTimeout(timer);
  await save();
  if (edits !== savedEdits) await save();
  if (edits !== savedEdits && !window.confirm(status.dataset.leave)) return;
  isLeaving = true;
  event.target.submit();
}

if (person && form) {
  document.getElementById("logout-form")?.addEventListener("submit", signOut);
  for (const type of ["input", "change"]) form.addEventListener(type, onChange);
  for (const type of ["formset:added", "formset:removed"]) document.addEventListener(type, onChange);
  document.addEventListener("keydown", saveByKey);
  // Signed in again, in another tab.
  document.addEventListener("staff:seal", () => edits !== savedEdits && schedule(0));
  window.addEventListener("online", () => edits !== savedEdits && schedule(0));
  window.addEventListener("submit", onSubmit);
  window.addEventListener("beforeunload", onBeforeUnload);
  window.addEventListener("pagehide", onLeave);
  document.addEventListener("visibilitychange", sendHeartbeat);
  setInterval(sendHeartbeat, HEARTBEAT);
  sendHeartbeat();
}
