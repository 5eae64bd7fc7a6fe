// Dates and times in words, and an error where the browser cannot read one; names for the rich text editors;
// column names for the cells of lists on a phone.

const DAY = { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
const TYPES = "input[type=date], input[type=datetime-local], input[type=time]";

/** What a native input holds, in words that do not depend on the order of day and month. */
function inWords(input) {
  const [day, hour] = input.type === "time" ? ["", input.value] : input.value.split("T");
  const date = day && new Date(`${day}T00:00:00Z`);
  const words = date && !Number.isNaN(date.valueOf()) ? date.toLocaleDateString("en-GB", DAY) : "";
  return [words, hour].filter(Boolean).join(", ");
}

function showInWords(input) {
  let output = document.querySelector(`output[for="${input.id}"]`);
  if (!output) {
    const line = document.createElement("div");
    line.className = "help";
    output = document.createElement("output");
    output.htmlFor = input.id;
    line.append(output);
    (input.closest(".flex-container") ?? input).after(line);
  }
  output.textContent = inWords(input);
}

// A browser sends nothing in place of 31 February, and the admin's forms switch its own checks off:
// without this, the date would be emptied without a word.
function refuseUnreadable(event) {
  for (const refused of document.querySelectorAll(".refused")) refused.remove();
  const unreadable = [...event.target.querySelectorAll(TYPES)].filter((input) => input.validity.badInput);
  if (!unreadable.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  for (const input of unreadable) {
    const refused = document.createElement("p");
    refused.className = "refused";
    refused.id = `${input.id}_refused`;
    refused.setAttribute("role", "alert");
    refused.textContent = input.dataset.refusal;
    input.setAttribute("aria-errormessage", refused.id);
    input.setAttribute("aria-invalid", "true");
    input.before(refused);
    input.addEventListener("input", () => input.removeAttribute("aria-invalid"), { once: true });
  }
  unreadable[0].focus();
}

function nameEditors() {
  for (const editor of document.querySelectorAll(".ProseMirror[contenteditable]:not([aria-label])")) {
    const label = editor.closest(".form-row")?.querySelector("label");
    if (!label) continue;
    editor.setAttribute("role", "textbox");
    editor.setAttribute("aria-multiline", "true");
    editor.setAttribute("aria-label", label.textContent.replace(/:\s*$/, ""));
    label.addEventListener("click", (event) => {
      event.preventDefault();
      editor.focus();
    });
  }
}

// The editor's icons are words of a font ("notes" draws a paragraph). As words they would contradict the
// button's name, which is what somebody says to press it.
function drawIcons() {
  for (const icon of document.querySelectorAll(".prose-menubar .material-icons:not([data-icon])")) {
    icon.dataset.icon = icon.textContent;
    icon.textContent = "";
  }
}

function mendEditors() {
  nameEditors();
  drawIcons();
}

// On a phone a row of a list is no table any more: each cell says what its column says.
function nameCells(list) {
  const heads = [...list.tHead.rows[0].cells];
  const names = heads.map((head) => head.querySelector(".text")?.textContent.trim());
  const secondary = list.closest("[data-secondary]").dataset.secondary.split(" ");
  const isSecondary = heads.map((head) => secondary.some((name) => head.classList.contains(`column-${name}`)));
  for (const row of list.tBodies[0].rows)
    for (const cell of row.querySelectorAll("td:not(.action-checkbox)")) {
      cell.dataset.name = names[cell.cellIndex] ?? "";
      cell.toggleAttribute("data-secondary", isSecondary[cell.cellIndex]);
      cell.toggleAttribute("data-empty", !cell.childElementCount && /^[–-]?$/.test(cell.textContent.trim()));
    }
}

document.addEventListener("submit", refuseUnreadable, { capture: true });
document.addEventListener("input", (event) => {
  if (event.target.matches?.(TYPES)) showInWords(event.target);
});
for (const input of document.querySelectorAll(TYPES)) showInWords(input);
mendEditors();
const list = document.querySelector("[data-secondary] #result_list");
if (list) nameCells(list);
new MutationObserver(mendEditors).observe(document.body, { childList: true, subtree: true });
