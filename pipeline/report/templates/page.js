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
    button.ariaPressed = String(button.ariaPressed !== "true");
    const picked = buttons.filter((other) => other.ariaPressed === "true").map((other) => other.dataset.variant);
    for (const { view } of await Promise.all(embedding)) view.signal("picked", picked).runAsync();
  });
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

// Copying the search text of a run. Where a page opened from disk may not write to the clipboard, the text is selected instead.
for (const line of document.querySelectorAll(".copy")) {
  const [field, button, status] = line.children;
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
