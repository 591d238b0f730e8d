// Sliders of a forecast: every move asks the server for the scenario and draws its figures and charts in place.

import { draw } from "./charts.js";

const form = document.getElementById("sliders");
const charts = document.getElementById("charts");
const status = document.getElementById("scenario");
let latest = 0;
let shown = null;

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

function show(descriptions) {
  shown = descriptions;
  for (const element of charts.querySelectorAll("[data-chart-of]")) {
    const description = descriptions[element.dataset.chartOf];
    if (description) draw(element, description);
  }
}

/** The settings that differ from where the sliders began, as "name=value". */
function settings() {
  const given = [];
  for (const lever of form.querySelectorAll("[data-lever]")) {
    const inputs = [...lever.querySelectorAll("input")];
    const values = lever.dataset.values.split("|");
    const at = inputs.map((input) => Number(input.value));
    if (lever.dataset.kind === "month") {
      if (values[at[0]] !== "never") given.push(`${lever.dataset.lever}=${values[at[0]]}`);
    } else if (inputs.some((input) => input.value !== input.dataset.start)) {
      const [low, high] = at.sort((a, b) => a - b);
      given.push(`${lever.dataset.lever}=${values[low]}..${values[Math.max(high, low + 1)] ?? values[high]}`);
    }
  }
  return given;
}

function tell(lever) {
  const values = lever.dataset.values.split("|");
  const at = [...lever.querySelectorAll("input")].map((input) => Number(input.value)).sort((a, b) => a - b);
  const words = at.length === 1 ? values[at[0]] : `${values[at[0]]} to ${values[at[1]]}`;
  lever.querySelector("output").textContent = words;
  for (const input of lever.querySelectorAll("input")) input.setAttribute("aria-valuetext", values[Number(input.value)]);
}

async function ask() {
  const given = settings();
  const query = new URLSearchParams(given.map((setting) => ["set", setting]));
  const turn = ++latest;
  const began = performance.now();
  status.textContent = "…";
  const response = await fetch(`${form.dataset.scenario}?${query}`, { headers: { accept: "application/json" } });
  const answer = await response.json();
  if (turn !== latest) return; // A later move is on its way.
  if (!response.ok) {
    status.textContent = answer.detail;
    return;
  }
  for (const when of ["now", "then"]) {
    for (const figure of answer[when]) {
      const cell = document.querySelector(`[data-figure="${when}:${CSS.escape(figure.path)}"]`);
      const [median, low, high] = [figure.median, figure.low, figure.high].map((value) => number.format(value));
      if (cell) cell.textContent = `${median} (${low}–${high})`;
    }
  }
  show(answer.charts);
  status.textContent = given.length ? `Shown under: ${given.join(", ")}` : "";
  status.dataset.milliseconds = Math.round(performance.now() - began);
  history.replaceState(null, "", given.length ? `${form.getAttribute("action")}?${query}` : form.getAttribute("action"));
}

form.addEventListener("input", (event) => tell(event.target.closest("[data-lever]")));
form.addEventListener("change", ask);
form.addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("themed", () => shown && show(shown));

const first = await fetch(charts.dataset.charts, { headers: { accept: "application/json" } });
if (first.ok) show(await first.json());
