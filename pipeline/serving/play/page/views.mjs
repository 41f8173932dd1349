// What is drawn: pictures on canvases, and the two opinions as bars.

export const find = (selector) => document.querySelector(selector);
const percent = (share) => `${Math.round(100 * share)} %`;

/** Paint an image of 28x28 bytes into a canvas, at a column for strips of several. */
export function paint(canvas, bytes, column = 0) {
  const pixels = new ImageData(28, 28);
  bytes.forEach((value, place) => pixels.data.set([value, value, value, 255], 4 * place));
  canvas.getContext("2d").putImageData(pixels, 28 * column, 0);
}

/** An element with properties and children. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Rows for the classifier's classes. */
export function makeClassBars(names) {
  const rows = names.map((name) =>
    element("li", {}, element("span", { className: "name", textContent: name }), element("span", { className: "bar" }, element("i")), element("b")),
  );
  find("#classes").replaceChildren(...rows);
}

/** Show the classifier's probabilities; returns the most probable class and its probability. */
export function showClasses(probabilities) {
  const best = probabilities.indexOf(Math.max(...probabilities));
  [...find("#classes").children].forEach((row, place) => {
    row.classList.toggle("best", place === best);
    row.querySelector("i").style.scale = `${probabilities[place]} 1`;
    row.querySelector("b").textContent = percent(probabilities[place]);
  });
  return [best, probabilities[best]];
}

const WORDS = {
  logit: ["Discriminator", "How probable it finds that this picture is a real one; its own output is the logit of that."],
  probability: ["Discriminator", "How probable it finds that this picture is a real one; its last layer is a sigmoid."],
  critic: ["Discriminator (critic value)", "Higher is more like real. It is no probability: values only compare with each other."],
};
const UNTRAINED = " In this variant samples went to a second, untrained discriminator; this is the trained one, which met real images alone.";

/** Write what the discriminator of a cell says, and mark on its scale what it says of real images and of samples on average. */
export function makeGauge({ output, typical, share_discriminator }) {
  const [title, explanation] = WORDS[output];
  find("#gauge-title").textContent = title;
  find("#gauge-words").textContent = explanation + (share_discriminator ? "" : UNTRAINED);
  const place = (value) => `${100 * onScale(value, output, typical)}%`;
  find("#mark-real").style.left = place(typical.real);
  find("#mark-samples").style.left = place(typical.samples);
}

/** Show the discriminator's output; returns it in words. */
export function showGauge(value, { output, typical }) {
  const share = onScale(value, output, typical);
  find("#gauge i").style.scale = `${share} 1`;
  const number = value.toFixed(2).replace("-", "−");
  const words = { logit: `${percent(share)} (logit ${number})`, probability: percent(value), critic: number }[output];
  find("#gauge-value").textContent = words;
  return words;
}

/** Where on the scale, from 0 to 1, a value lies: the probability itself, or between the lowest and the highest usual value. */
function onScale(value, output, { low, high }) {
  if (output === "probability") return value;
  if (output === "logit") return 1 / (1 + Math.exp(-value));
  return Math.max(0, Math.min(1, (value - low) / (high - low || 1)));
}
