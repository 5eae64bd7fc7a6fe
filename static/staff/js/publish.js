// The step Publish…: its button says what it will do.

const form = document.getElementById("publish_form");
const moment = form.querySelector("[data-moment]");
const button = form.querySelector("[data-now]");

function update() {
  const { now, later, laterOn } = button.dataset;
  const { short } = moment.dataset;
  if (form.elements.when.value === "later") button.textContent = short ? laterOn.replace("{moment}", short) : later;
  else button.textContent = now;
}

if (button) {
  // After dates.js, which reads the moment.
  document.addEventListener("input", update);
  update();
}
