// Charts: a Vega or Vega-Lite description that the server made is drawn in the page's own colours. Expressions are
// interpreted, not compiled, so that no page needs eval; a click on a mark follows its `href`.

const colours = getComputedStyle(document.documentElement);

/** A CSS variable of the page as a colour that Vega takes (light-dark() resolved for the theme in force). */
function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}

function look() {
  const [ink, soft, line] = ["ink", "soft", "line"].map(colour);
  const font = colours.getPropertyValue("--sans");
  const text = { labelColor: soft, titleColor: soft, labelFont: font, titleFont: font, titleFontWeight: "normal" };
  return {
    background: null,
    font,
    axis: { ...text, gridColor: line, domainColor: soft, tickColor: soft, labelFontSize: 11, titleFontSize: 11 },
    legend: { ...text, labelFontSize: 12 },
    header: { ...text },
    title: { color: ink, font, subtitleColor: soft },
    view: { stroke: null },
    text: { color: ink, font },
    rule: { color: soft },
  };
}

/** "--make" in a description stands for that variable of the page. */
function inColours(value) {
  if (typeof value === "string" && value.startsWith("--")) return colour(value.slice(2));
  if (Array.isArray(value)) return value.map(inColours);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, inColours(v)]));
  return value;
}

export async function draw(element, description) {
  const spec = inColours(description);
  element.chart?.finalize();
  element.chart = await window.vegaEmbed(element, { ...spec, config: { ...look(), ...spec.config } }, {
    ast: true,
    actions: false,
    renderer: "svg",
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true, theme: "plain" },
    loader: { target: "_self" },
  });
  // The element itself is named as a picture; its marks, unnamed, would only be read out as clutter.
  element.querySelector("svg")?.setAttribute("aria-hidden", "true");
  element.dataset.drawn = "yes";
  return element.chart;
}

async function drawAll() {
  for (const element of document.querySelectorAll("[data-chart]")) {
    const [address, part] = element.dataset.chart.split("#");
    const response = await fetch(address, { headers: { accept: "application/json" } });
    if (!response.ok) {
      element.textContent = "The chart could not be drawn; the page holds its figures as text.";
      continue;
    }
    const answer = await response.json();
    element.description = part ? answer[decodeURIComponent(part)] : answer;
    await draw(element, element.description);
  }
}

document.addEventListener("themed", () => {
  for (const element of document.querySelectorAll("[data-chart]")) if (element.description) draw(element, element.description);
});
document.addEventListener("swapped", drawAll);
drawAll();
