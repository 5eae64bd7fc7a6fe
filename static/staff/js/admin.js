// Names for the rich text editors, and their icons.

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

mendEditors();
new MutationObserver(mendEditors).observe(document.body, { childList: true, subtree: true });
