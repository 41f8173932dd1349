// The page: loads the cells, and joins the controls to what is drawn.

import { makeGrid, makeLabels, makeSliders } from "./controls.mjs";
import { makePad } from "./pad.mjs";
import { loadCell, readJson, start } from "./networks.mjs";
import { blended, currentLatent, latentOfSeed, redraw, state } from "./studio.mjs";
import { element, find, makeClassBars, makeGauge } from "./views.mjs";

const SAMPLES = 24; // in the grid
const REACH = 3; // of pad and sliders, in standard deviations
const LAST_SEED = 999999;

const sliders = () => [...document.querySelectorAll("#sliders input")];
const showPad = makePad(find("#pad"), REACH, (values) => setOffsets([...values, ...state.offsets.slice(2)]));

/** Show a latent as the large picture, moved nowhere. */
function setBase(latent, caption) {
  Object.assign(state, { base: latent, caption });
  setOffsets(state.cell.settings.directions.map(() => 0));
}

function setOffsets(offsets) {
  state.offsets = offsets;
  showPad(offsets.slice(0, 2));
  sliders().forEach((slider, which) => {
    slider.value = offsets[which];
    slider.nextElementSibling.textContent = Number(offsets[which]).toFixed(1).replace("-", "−");
  });
  redraw("sample");
}

function chooseSeed(seed) {
  state.seed = seed;
  find("#seed").value = seed;
  setBase(latentOfSeed(seed), `Seed ${seed}`);
  const shown = document.querySelectorAll("#grid input")[seed - state.first];
  if (shown) shown.checked = true;
  remember();
}

/** Fill the grid from this seed on, and show its first sample. */
function startAt(seed) {
  state.first = Math.max(0, Math.min(LAST_SEED, Math.floor(seed) || 0));
  document.querySelectorAll("#grid input").forEach((input, place) => input.setAttribute("aria-label", `Seed ${state.first + place}`));
  chooseSeed(state.first);
  redraw("grid");
}

function chooseLabel(label) {
  state.label = label;
  find(`#labels input[value="${label}"]`).checked = true;
  redraw("sample", "grid", "strip");
  remember();
}

function keepEnd(end) {
  state.ends[end] = currentLatent();
  redraw("strip");
}

function blend(part) {
  find("#part").nextElementSibling.textContent = { 0: "A", 100: "B" }[part] ?? `${part} %`;
  setBase(blended(part / 100), `Between A and B: ${part} %`);
}

/** Keep what is shown in the address, so that it can be found and sent. */
function remember() {
  const label = state.cell.settings.conditional ? { class: state.label } : {};
  history.replaceState(null, "", `#${new URLSearchParams({ cell: find("#cell").value, ...label, seed: state.seed })}`);
}

async function chooseCell(name, label, seed) {
  find("#cell").disabled = true;
  state.cell = await loadCell(name);
  const { settings } = state.cell;
  makeClassBars(settings.class_names);
  makeGauge(settings);
  makeLabels(settings);
  makeSliders(settings.directions.length, REACH);
  const way = settings.latent_distribution === "normal" ? "along the sphere on which latents lie" : "along a straight line, as its latents are uniform";
  find("#blend-words").textContent = `A latent on the way from A to B, ${way}; both are drawn as the class that you chose.`;
  state.label = settings.conditional && label < settings.class_names.length ? label : 0;
  find(`#labels input[value="${state.label}"]`).checked = true;
  startAt(seed);
  state.ends = [latentOfSeed(state.first), latentOfSeed(state.first + 1)];
  find("#part").value = 0;
  find("#part").nextElementSibling.textContent = "A";
  await redraw("strip");
  find("#cell").disabled = false;
}

function listen() {
  const on = (selector, event, action) => find(selector).addEventListener(event, action);
  on("#labels", "change", (event) => chooseLabel(Number(event.target.value)));
  on("#grid", "change", (event) => chooseSeed(state.first + Number(event.target.value)));
  on("#seed", "change", (event) => startAt(event.target.valueAsNumber));
  on("#new", "click", () => startAt(Math.random() * (LAST_SEED + 1)));
  on("#sliders", "input", (event) => setOffsets(state.offsets.with(sliders().indexOf(event.target), event.target.valueAsNumber)));
  on("#back", "click", () => chooseSeed(state.seed));
  on("#part", "input", (event) => blend(event.target.valueAsNumber));
  on("#keep-a", "click", () => keepEnd(0));
  on("#keep-b", "click", () => keepEnd(1));
  on("#cell", "change", (event) => attempt(() => chooseCell(event.target.value, state.label, state.first)));
  addEventListener("hashchange", () => location.reload()); // another picture's address in the same tab
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("[type=number], select")) return;
    if (event.key.toLowerCase() === "n") find("#new").click();
    else if (find(`#labels input[value="${CSS.escape(event.key)}"]`)) chooseLabel(Number(event.key));
  });
}

/** Do it, or say in place of the page what is wrong. */
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    find("main").hidden = true;
    find("#notice").hidden = false;
    find("#notice").textContent = `The networks could not be loaded (${error.message}). Stop \`make play\`, start it again, and reload this page.`;
  }
}

async function open() {
  const cells = await readJson("cells.json");
  find("#cell").replaceChildren(...cells.map(({ name, frechet_distance }) => {
    const distance = frechet_distance === null ? "" : `, Fréchet distance ${frechet_distance.toFixed(1)}`;
    return element("option", { value: name, textContent: `${name}${distance}` });
  }));
  await start();
  const asked = new URLSearchParams(location.hash.slice(1));
  const known = cells.some(({ name }) => name === asked.get("cell"));
  if (known) find("#cell").value = asked.get("cell");
  makeGrid(SAMPLES);
  listen();
  await chooseCell(find("#cell").value, Number(asked.get("class")) || 0, Number(asked.get("seed")) || 0);
  find("#notice").hidden = true;
  find("main").hidden = false;
}

if (typeof WebAssembly === "object") attempt(open);
else {
  find("#notice").textContent =
    "This browser cannot run WebAssembly, with which the networks draw here. Open this address in a current Firefox, Chrome, Edge or Safari with " +
    "WebAssembly allowed; samples of every cell, as pictures, are in artifacts/report/index.html.";
}
