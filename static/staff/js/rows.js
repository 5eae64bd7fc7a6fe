// Rows of a form: arrows that move them (a number without this script), and what a new row needs.

const rowsOf = (group) => [...group.querySelectorAll(".inline-related:not(.empty-form)")];
const numberOf = (row) => row.querySelector(`[name$="-${row.closest("[data-order]").dataset.order}"]`);
const placeOf = (row) => Number(row.id.match(/-(\d+)$/)?.[1] ?? 0);

function arrange(group, order) {
  const rows = rowsOf(group).sort((one, other) => order(one) - order(other));
  const end = group.querySelector(".inline-related.empty-form") ?? group.querySelector(".add-row");
  for (const row of rows) end ? end.before(row) : group.querySelector("fieldset").append(row);
}

function move(row, step) {
  const group = row.closest("[data-order]");
  const rows = rowsOf(group);
  const place = rows.indexOf(row);
  if (!rows[place + step]) return;
  rows.splice(place, 1);
  rows.splice(place + step, 0, row);
  for (const [number, each] of rows.entries()) numberOf(each).value = number + 1;
  arrange(group, (each) => Number(numberOf(each).value));
  numberOf(row).dispatchEvent(new Event("input", { bubbles: true }));
}

function addArrows(row) {
  const box = numberOf(row);
  // Who may only read the form moves nothing.
  if (!box) return;
  const field = box.closest(".field");
  field.hidden = true;
  if (field.parentElement.querySelectorAll(".field:not([hidden])").length === 0) field.parentElement.hidden = true;
  const arrows = document.createElement("span");
  arrows.className = "move";
  for (const [sign, words, step] of [["↑", "Move up", -1], ["↓", "Move down", 1]]) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: sign, title: words });
    button.setAttribute("aria-label", `${words}: ${row.getAttribute("aria-label")}`);
    button.addEventListener("click", () => {
      move(row, step);
      button.focus();
    });
    arrows.append(button);
  }
  row.querySelector(".row-acts").prepend(arrows);
}

document.addEventListener("formset:added", ({ target: row }) => {
  const link = row.querySelector(".inline-deletelink");
  if (link) row.querySelector(".row-acts").append(link);
  const group = row.closest("[data-order]");
  if (!group) return;
  const numbers = rowsOf(group).map((each) => Number(numberOf(each).value));
  numberOf(row).value = Math.max(0, ...numbers) + 1;
  addArrows(row);
});

// Removing a new row numbers all rows anew, in the order of the page: it has to be that of the form, in which
// stored rows come first.
document.addEventListener(
  "click",
  (event) => {
    const group = event.target.closest?.(".inline-deletelink")?.closest("[data-order]");
    if (!group) return;
    arrange(group, placeOf);
    setTimeout(() => arrange(group, (row) => Number(numberOf(row).value)));
  },
  { capture: true },
);

for (const group of document.querySelectorAll("[data-order]")) for (const row of rowsOf(group)) addArrows(row);
