// What is shown now, and the drawing of it: the large picture, the grid of samples and the strip between A and B.

import { between, latentOf, moved } from "./latents.mjs";
import { classify, softmax, toBytes } from "./networks.mjs";
import { find, paint, showClasses, showGauge } from "./views.mjs";

const STRIP = 9;

/** What a person has chosen. */
export const state = { cell: null, label: 0, seed: 0, first: 0, base: null, offsets: [], ends: [], caption: "" };

const settings = () => state.cell.settings;
export const latentOfSeed = (seed) => latentOf(seed, settings().latent_size, settings().latent_distribution);
export const currentLatent = () => moved(state.base, state.offsets, settings().directions, settings().latent_distribution);
export const blended = (part) => between(...state.ends, part, settings().latent_distribution);

const waiting = new Set();
let drawing = false;

/** Ask for parts of the page to be drawn again: the large picture first, and each part once, however often it was asked for meanwhile. */
export async function redraw(...parts) {
  parts.forEach((part) => waiting.add(part));
  if (drawing) return;
  drawing = true;
  try {
    for (let part; (part = Object.keys(DRAW).find((name) => waiting.has(name))); ) {
      waiting.delete(part);
      await DRAW[part]();
      await new Promise((resolve) => setTimeout(resolve)); // the browser shows it, and takes the next event
    }
  } finally {
    drawing = false;
  }
}

const DRAW = {
  async sample() {
    const { cell, label } = state;
    const images = await cell.draw([currentLatent()], label);
    const bytes = toBytes(images, cell.settings.low);
    paint(find("#sample"), bytes);
    const [[value], logits] = [await cell.discriminate(images, label), await classify(bytes)];
    const [best, share] = showClasses(softmax(logits));
    describe(showGauge(value, cell.settings), cell.settings.class_names[best], share);
  },

  async grid() {
    const canvases = [...document.querySelectorAll("#grid canvas")];
    const images = await state.cell.draw(canvases.map((_, place) => latentOfSeed(state.first + place)), state.label);
    const bytes = toBytes(images, settings().low);
    canvases.forEach((canvas, place) => paint(canvas, bytes.subarray(784 * place, 784 * (place + 1))));
  },

  async strip() {
    const latents = Array.from({ length: STRIP }, (_, place) => blended(place / (STRIP - 1)));
    const bytes = toBytes(await state.cell.draw(latents, state.label), settings().low);
    latents.forEach((_, place) => paint(find("#strip"), bytes.subarray(784 * place, 784 * (place + 1)), place));
  },
};

let silence;

/** The large picture in words: below it, and, once it has come to rest, for screen readers. */
function describe(discriminator, className, share) {
  const asked = settings().conditional ? `Class ${settings().class_names[state.label]}. ` : "";
  const off = state.offsets.some(Boolean) ? ", moved" : "";
  find("#caption").textContent = `${asked}${state.caption}${off}.`;
  const words = `${asked}${state.caption}${off}. Discriminator ${discriminator}. Read as ${className}, ${Math.round(100 * share)} %.`;
  find("#sample").setAttribute("aria-label", words);
  clearTimeout(silence);
  silence = setTimeout(() => (find("#spoken").textContent = words), 700);
}
