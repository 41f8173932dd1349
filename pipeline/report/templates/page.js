"use strict";

const read = (id) => JSON.parse(document.getElementById(id).textContent);

// Charts: all share one set of data. The buttons of the legend choose the variants to show; all are shown while none is pressed.
const embedding = read("specifications").map((specification, place) =>
  vegaEmbed(document.querySelectorAll(".chart")[place], { ...specification, datasets: read("data") }, {
    renderer: "svg",
    actions: false,
    tooltip: { disableDefaultStyle: true },
  }),
);
const buttons = [...document.querySelectorAll(".legend button")];
for (const button of buttons) {
  button.addEventListener("click", async () => {
    const pressed = String(button.ariaPressed !== "true");
    for (const same of buttons.filter((other) => other.dataset.variant === button.dataset.variant)) same.ariaPressed = pressed;
    const picked = buttons.filter((other) => other.ariaPressed === "true").map((other) => other.dataset.variant);
    for (const { view } of await Promise.all(embedding)) view.signal("picked", picked).runAsync();
  });
}

// What scrolls sideways says at which side there is more.
for (const box of document.querySelectorAll(".scroll")) {
  const mark = () => {
    box.toggleAttribute("data-before", box.scrollLeft > 1);
    box.toggleAttribute("data-after", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
  };
  box.addEventListener("scroll", mark, { passive: true });
  new ResizeObserver(mark).observe(box);
}

// Sorting: rows without a value stay at the bottom in both directions; so do the real reference and the negative controls, in a table body of their own.
const ranking = document.getElementById("ranking");
const headers = [...document.querySelectorAll(".leaderboard thead th")];
headers.forEach((header, column) => {
  const button = header.querySelector("button");
  button.addEventListener("click", () => {
    const other = { ascending: "descending", descending: "ascending" };
    const direction = header.ariaSort ? other[header.ariaSort] : button.dataset.first;
    for (const each of headers) each.removeAttribute("aria-sort");
    header.ariaSort = direction;
    const value = (row) => row.cells[column].dataset.sort;
    const compare = (a, b) => (column === 0 ? a.localeCompare(b, "en") : a - b) * (direction === "ascending" ? 1 : -1);
    const rows = [...ranking.rows].sort((a, b) => (value(a) === "") - (value(b) === "") || compare(value(a), value(b)));
    ranking.append(...rows);
    document.getElementById("sorted").textContent = `Sorted by ${button.innerText.trim()}, ${direction}`;
  });
});

// Sample sheets by epoch.
for (const slider of document.querySelectorAll("input[type=range]")) {
  slider.addEventListener("input", () => {
    const epoch = slider.dataset.epochs.split(" ")[slider.value];
    const sheets = slider.closest("figure").querySelectorAll(".sheet");
    sheets.forEach((sheet, place) => sheet.classList.toggle("shown", place === Number(slider.value)));
    slider.setAttribute("aria-valuetext", `epoch ${epoch}`);
    slider.nextElementSibling.value = epoch;
  });
}

// Copying the search text of a cell's run. Where a page opened from disk may not write to the clipboard, the text is selected instead.
for (const line of document.querySelectorAll(".copy")) {
  const [field, button] = line.children;
  const status = line.nextElementSibling;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      status.textContent = "copied";
    } catch {
      field.focus();
      status.textContent = "selected: copy it with the keyboard";
    }
  });
}

// Links to MLflow's runs. `make ui` serves the page beside MLflow's own; a page opened from disk asks nothing.
const ask = async (path, body) => {
  const answer = await fetch(`/ajax-api/2.0/mlflow/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
};
const evaluatedRuns = async (experiment) => {
  const found = [];
  let token = "";
  do {
    const body = { experiment_ids: [experiment], filter: "tags.`pipeline.evaluation` LIKE '%'", max_results: 1000, page_token: token };
    const { runs = [], next_page_token } = await ask("runs/search", body);
    found.push(...runs);
    token = next_page_token;
  } while (token);
  return found;
};
const ofCell = ({ data }) => !data.tags.some(({ key, value }) => key === "pipeline.kind" && value !== "cell");
const linkRun = (line, runs) => {
  const search = line.firstElementChild.value;
  const run = runs.find((each) => each.data.tags.some(({ key, value }) => search === `tags.\`${key}\` = '${value}'`));
  if (run) {
    const link = document.createElement("a");
    link.href = `/#/experiments/${run.info.experiment_id}/runs/${run.info.run_id}?workflowType=machine_learning`; // not the view for language models
    link.textContent = `run ${run.info.run_name}`;
    line.replaceWith(link);
  } else {
    line.nextElementSibling.textContent = "MLflow has no such run; python -m pipeline.tracking records it";
  }
};
const linkRuns = async () => {
  try {
    const { experiments = [] } = await ask("experiments/search", { filter: "name = 'gan'", max_results: 1 });
    const runs = experiments.length ? (await evaluatedRuns(experiments[0].experiment_id)).filter(ofCell) : [];
    for (const line of document.querySelectorAll(".copy")) linkRun(line, runs);
    for (const note of document.querySelectorAll(".runs")) note.hidden = !note.parentElement.querySelector(".copy");
  } catch {
    for (const reason of document.querySelectorAll(".reason")) reason.textContent = "The server of this page did not answer with MLflow's runs.";
  }
};
if (location.protocol.startsWith("http")) linkRuns();
