// Close a menu that drops down when somebody clicks elsewhere or presses Escape.

function close({ key, target }) {
  for (const menu of document.querySelectorAll(".drop-menu[open]")) {
    if (key !== "Escape" && menu.contains(target)) continue;
    menu.open = false;
    if (key === "Escape") menu.querySelector("summary").focus();
  }
}

document.addEventListener("click", close);
document.addEventListener("keydown", (event) => event.key === "Escape" && close(event));
