// Names for the rich text editors; column names for the cells of lists on a phone.

function nameEditors() {
  for (const editor of document.querySelectorAll(".ProseMirror[contenteditable]:not([aria-label])")) {
    const label = editor.closest(".form-row")?.querySelector("label");
    if (!label) continue;
    editor.setAttribute("role", "textbox");
    editor.setAttribute("aria-multiline", "true");
    editor.setAttribute("aria-label", label.firstChild.textContent.trim());
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

mendEditors();
const list = document.querySelector("[data-secondary] #result_list");
if (list) nameCells(list);
new MutationObserver(mendEditors).observe(document.body, { childList: true, subtree: true });
