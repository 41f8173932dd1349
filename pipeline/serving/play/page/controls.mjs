// The controls whose number depends on the cell.

import { element, find } from "./views.mjs";

const radio = (name, value, ...content) => element("label", {}, element("input", { type: "radio", name, value }), ...content);

/** A radio button per class, or one for a generator without classes. */
export function makeLabels({ conditional, class_names }) {
  const names = conditional ? class_names : ["any"];
  find("#labels .choices").replaceChildren(...names.map((name, label) => radio("label", label, element("span", { textContent: name }))));
}

/** A radio button with a picture per sample. */
export function makeGrid(count) {
  const cells = Array.from({ length: count }, (_, place) => radio("sample", place, element("canvas", { width: 28, height: 28 })));
  find("#grid .pictures").replaceChildren(...cells);
}

/** A slider per direction, from -reach to reach. */
export function makeSliders(count, reach) {
  const rows = Array.from({ length: count }, (_, which) => {
    const input = element("input", { id: `direction-${which}`, type: "range", min: -reach, max: reach, step: 0.1, value: 0 });
    const label = element("label", { htmlFor: input.id, textContent: `Direction ${which + 1}` });
    return element("div", { className: "slider" }, label, input, element("output", { htmlFor: input.id }));
  });
  find("#sliders").replaceChildren(...rows);
}
