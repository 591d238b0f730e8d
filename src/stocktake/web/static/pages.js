// What every page does beyond plain HTML: parts that are swapped without a reload, keys, the theme, and the selection
// of missed claims. All of it is optional: each link and form works without this file too.

const parser = new DOMParser();

/** Fetch a page and put the named parts of it in place of the same parts here. */
async function swap(request, names, keepScroll) {
  const response = await fetch(request);
  const type = response.headers.get("content-type") ?? "";
  if (!type.includes("text/html")) {
    location.assign(response.url);
    return;
  }
  const fresh = parser.parseFromString(await response.text(), "text/html");
  const parts = names.map((name) => [document.querySelector(name), fresh.querySelector(name)]);
  if (parts.some(([here, there]) => !here || !there)) {
    // The answer is another page (a sign-in, an error): show it whole.
    if (response.ok) location.assign(response.url);
    else document.body.replaceWith(fresh.body);
    return;
  }
  const active = document.activeElement?.id;
  for (const [here, there] of parts) here.replaceWith(there);
  document.title = fresh.title || document.title;
  const address = new URL(response.url);
  address.searchParams.delete("did");
  if (response.ok) history.replaceState(null, "", address);
  if (active) document.getElementById(active)?.focus({ preventScroll: true });
  if (!keepScroll) document.querySelector(names[0])?.scrollIntoView({ block: "nearest" });
  document.querySelector(".reading a.claim[aria-current]")?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  document.dispatchEvent(new Event("swapped"));
}

const partsOf = (element) => (element.dataset.swap || "#found").split(",").map((name) => name.trim());

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-swap]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  swap(link.href, partsOf(link), "keep" in link.dataset);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-swap]") || event.defaultPrevented) return;
  event.preventDefault();
  const button = event.submitter;
  const fields = new URLSearchParams(new FormData(form, button));
  const target = button?.hasAttribute("formaction") ? button.formAction : form.action;
  const request =
    form.method === "post"
      ? new Request(target, { method: "POST", body: fields })
      : new Request(`${target}?${new URLSearchParams([...fields].filter(([, value]) => value))}`);
  swap(request, partsOf(form), true);
});

// A form whose work takes a while says so.
document.addEventListener("submit", (event) => {
  const button = event.target.dataset.busy && event.target.querySelector("button");
  if (!button) return;
  button.textContent = event.target.dataset.busy;
  setTimeout(() => (button.disabled = true));
});

// ---------------------------------------------------------------------------------------------- keys

/** Step through rows (links in an element with data-rows), where the page has no next and previous of its own. */
function step(by) {
  const rows = [...document.querySelectorAll("[data-rows] .title")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : (at + by + rows.length) % rows.length].focus();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "?") document.getElementById("keys")?.showModal();
  else if (event.key === "/") document.querySelector("main input[type=search], .tools input[type=search]")?.focus();
  else if ("jkareu".includes(event.key)) {
    const control = document.querySelector(`[data-key="${event.key}"]`);
    if (control) {
      control.click();
      if (event.key === "e") control.closest("details")?.querySelector("form select, form input:not([type=hidden])")?.focus();
    } else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else return;
  } else return;
  event.preventDefault();
});

document.getElementById("keys-open")?.addEventListener("click", () => document.getElementById("keys").showModal());

// On a narrow screen the facets begin folded, so that what was found comes first.
if (matchMedia("(max-width: 61.99rem)").matches) document.querySelector(".facets > details")?.removeAttribute("open");

// ---------------------------------------------------------------------------------------------- light and dark

document.getElementById("theme")?.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("stocktake-theme", root.dataset.theme);
  } catch {
    // Without storage the choice holds for this page only.
  }
  document.dispatchEvent(new Event("themed"));
});

// ---------------------------------------------------------------------------------------------- missed claims

/** Where a point of the selection lies in the report's text, in characters as the server counts them. */
function offsetOf(node, at) {
  const run = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-at]");
  if (!run) return null;
  if (run.dataset.length) return Number(run.dataset.at) + (at ? Number(run.dataset.length) : 0);
  const before = node.nodeType === Node.TEXT_NODE ? node.textContent.slice(0, at) : "";
  return Number(run.dataset.at) + [...before].length;
}

document.addEventListener("selectionchange", () => {
  const bar = document.getElementById("selecting");
  if (!bar) return;
  const selection = getSelection();
  const reading = document.querySelector(".reading");
  const inside = selection.rangeCount && !selection.isCollapsed && reading.contains(selection.anchorNode);
  const ends = inside
    ? [offsetOf(selection.anchorNode, selection.anchorOffset), offsetOf(selection.focusNode, selection.focusOffset)]
    : [null];
  bar.hidden = ends.includes(null);
  if (!bar.hidden) {
    bar.dataset.from = Math.min(...ends);
    bar.dataset.to = Math.max(...ends);
  }
});

// The button must not take the selection away before its click is handled.
document.addEventListener("pointerdown", (event) => {
  if (event.target.closest?.("#selecting")) event.preventDefault();
});

document.addEventListener("click", async (event) => {
  const bar = event.target.closest?.("#selecting");
  if (!bar || !event.target.closest("button")) return;
  await swap(`${bar.dataset.address}?from=${bar.dataset.from}&to=${bar.dataset.to}`, ["#inspector"], true);
  const adding = document.getElementById("adding");
  adding?.scrollIntoView({ block: "nearest" });
  adding?.querySelector("select")?.focus();
});
