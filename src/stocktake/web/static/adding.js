// Adding with progress: files can be dropped, and the server's answer is read line by line as each document is done.

const happened = document.getElementById("happened");

function line(text, className) {
  const item = document.createElement("li");
  item.textContent = text;
  if (className) item.className = className;
  return item;
}

function link(report) {
  const item = document.createElement("li");
  const anchor = document.createElement("a");
  anchor.className = "title";
  anchor.href = `/reports/${encodeURIComponent(report.id)}`;
  anchor.textContent = report.title || report.id.slice(0, 10);
  item.append(anchor);
  return item;
}

/** Show where the work stands; the list keeps what failed. */
function board() {
  const section = document.createElement("section");
  const heading = document.createElement("h2");
  const bar = document.createElement("progress");
  const now = document.createElement("p");
  const list = document.createElement("ul");
  bar.setAttribute("aria-label", "Progress");
  now.className = "soft";
  list.className = "happened";
  heading.textContent = "Adding …";
  section.append(heading, bar, now, list);
  happened.replaceChildren(section);
  happened.scrollIntoView({ block: "nearest" });
  let read = 0;
  return {
    step(name) {
      read += 1;
      now.textContent = `${read} read, last: ${name}`;
    },
    end(page) {
      const count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
      bar.remove();
      heading.textContent = `${count(page.added.length, "report")} added`;
      const parts = [`${count(page.claims, "claim")} read`];
      if (page.known) parts.push(`${count(page.known, "report")} known already`);
      if (page.failures.length) parts.push(`${count(page.failures.length, "input")} not taken`);
      now.textContent = `${parts.join(", ")}.`;
      list.replaceChildren(
        ...page.added.map(link),
        ...page.failures.map((failure) => line(`${failure.name}: ${failure.reason}`, "failed")),
      );
    },
    fail(sentence) {
      bar.remove();
      heading.textContent = "Not everything could be added";
      list.append(line(sentence, "failed"));
    },
  };
}

async function add(form) {
  const shown = board();
  const multipart = form.enctype === "multipart/form-data";
  const body = multipart ? new FormData(form) : new URLSearchParams(new FormData(form));
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const response = await fetch(form.action, { method: "POST", body, headers: { accept: "application/x-ndjson" } });
    if (!(response.headers.get("content-type") ?? "").includes("ndjson")) {
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const said = page.querySelector(".happened .failed, main .empty p, [role=alert]");
      shown.fail(said?.textContent.trim() || `The server answered ${response.status}.`);
      return;
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      rest += value ?? "";
      const lines = rest.split("\n");
      rest = lines.pop();
      for (const step of lines.filter(Boolean).map((text) => JSON.parse(text))) {
        if (step.fault) shown.fail(step.fault);
        else if (step.page) shown.end(step.page);
        else shown.step(step.name);
      }
      if (done) break;
    }
    form.reset();
  } catch {
    shown.fail("The connection broke. What was read until then is kept; add the rest again, known reports are left alone.");
  } finally {
    button.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-adding]")) return;
  event.preventDefault();
  add(event.target);
});

const drop = document.getElementById("drop");
const files = document.getElementById("files");
for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    drop.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) drop.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  drop.classList.remove("over");
  files.files = event.dataTransfer.files;
  files.form.requestSubmit();
});
