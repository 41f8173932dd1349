"""The page to play with against Keras, and how long a click takes: the largest differences and milliseconds in play.json.

    python -m benchmarks.play

Run by hand after `dvc repro`, in the project's folder. It needs Chromium, and npm the first time.
"""

import base64
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pipeline.runtime  # noqa: F401 (before keras)

# isort: split
import numpy as np
from playwright import sync_api

from benchmarks.chromium import chromium
from benchmarks.machine import machine
from pipeline.classifier.network import build_classifier
from pipeline.data.digits import CLASSES, SIDE
from pipeline.data.pixels import to_bytes, to_float
from pipeline.files.artifacts import write_json
from pipeline.files.cells import DISCRIMINATOR, GENERATOR
from pipeline.files.errors import one_line_errors
from pipeline.gan.base import generator_inputs, image_low
from pipeline.gan.networks.build import build_discriminator, build_generator, is_conditional
from pipeline.serving.play.cells import Trained, recorded_settings, trained_cells
from pipeline.serving.play.server import file_server
from pipeline.serving.play.site import make_site

RESULTS, ARTIFACTS = Path("benchmarks/play.json"), Path("artifacts")
LATENTS, CLICKS = 1000, 100
# The page's own modules compute for a tenth of the latents with each class; floats come back as base64.
COMPUTE = """async ([name, count, classes]) => {
  const { start, loadCell, classify, toBytes } = await import("/networks.mjs");
  const { latentOf } = await import("/latents.mjs");
  await start();
  const { settings, draw, discriminate } = await loadCell(name);
  const parts = { latents: [], images: [], outputs: [], logits: [] };
  for (let label = 0; label < classes; label++) {
    const seeds = Array.from({ length: count / classes }, (_, place) => classes * place + label);
    const latents = seeds.map((seed) => latentOf(seed, settings.latent_size, settings.latent_distribution));
    const images = await draw(latents, label);
    parts.latents.push(...latents);
    parts.images.push(images);
    parts.outputs.push(await discriminate(images, label));
    parts.logits.push(await classify(toBytes(images, settings.low)));
  }
  const text = (arrays) => {
    const bytes = arrays.flatMap((array) => [...new Uint8Array(array.buffer, array.byteOffset, array.byteLength)]);
    let text = "";
    for (let place = 0; place < bytes.length; place += 8192) text += String.fromCharCode(...bytes.slice(place, place + 8192));
    return btoa(text);
  };
  return Object.fromEntries(Object.entries(parts).map(([part, arrays]) => [part, text(arrays)]));
}"""
# Milliseconds from a click on a class, or on the button for new samples, to the frame that shows the picture and both opinions.
CLICK = """async (selector) => {
  const shown = new Promise((resolve) => new MutationObserver((_, observer) => (observer.disconnect(), resolve()))
    .observe(document.querySelector("#sample"), { attributeFilter: ["aria-label"] }));
  const started = performance.now();
  document.querySelector(selector).click();
  await shown;
  await new Promise(requestAnimationFrame);
  return performance.now() - started;
}"""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder that is served while the block lasts."""
    with file_server(folder, 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def largest_differences(page: sync_api.Page, trained: Trained, classifier: Path) -> dict[str, float]:
    """The largest absolute differences between what the page computes of 1000 latents and what Keras computes of the same inputs.

    Args:
        page: open on the site.
        trained: the cell.
        classifier: the weights of the digit classifier.
    """
    encoded = page.evaluate(COMPUTE, [trained.cell.name, LATENTS, CLASSES])
    received = {part: np.frombuffer(base64.b64decode(text), np.float32) for part, text in encoded.items()}
    variant, low = trained.variant.model_copy(update={"precision": "float32"}), image_low(trained.variant)
    labels, images = np.repeat(np.arange(CLASSES, dtype=np.int32), LATENTS // CLASSES), received["images"].reshape(-1, SIDE, SIDE, 1)
    networks = build_generator(variant), build_discriminator(variant), build_classifier(classifier_width(classifier))
    for network, weights in zip(networks, (trained.gan / GENERATOR, trained.gan / DISCRIMINATOR, classifier), strict=True):
        network.load_weights(weights)
    inputs = (
        generator_inputs(variant, received["latents"].reshape(LATENTS, -1), labels),
        {"image": images, "label": labels} if is_conditional(variant) else {"image": images},
        to_float(to_bytes(images, low), 0),
    )
    expected = [network(given, training=False).numpy() for network, given in zip(networks, inputs, strict=True)]
    of = {"generator": "images", "discriminator": "outputs", "classifier": "logits"}
    return {name: float(np.abs(values.ravel() - received[part]).max()) for (name, part), values in zip(of.items(), expected, strict=True)}


def classifier_width(weights: Path) -> int:
    """The width that the classifier was trained with."""
    return int(recorded_settings("classifier", weights)["classifier"]["width"])


def click_milliseconds(page: sync_api.Page, address: str, trained: Trained, clicks: int) -> dict[str, float]:
    """The median and the 95th percentile from a click to the picture, over clicks on new samples and, if it has classes, on a class."""
    page.goto("about:blank")
    page.goto(f"{address}#cell={trained.cell.name}")
    sync_api.expect(page.locator("main")).to_be_visible()
    selectors = ["#new", *(f"#labels input[value='{label}']" for label in range(1, CLASSES) if is_conditional(trained.variant))]
    times = []
    for number in range(clicks):
        page.wait_for_timeout(300)  # for the samples below, which are drawn after the large picture
        times.append(page.evaluate(CLICK, selectors[number % len(selectors)]))
    return {"median": round(statistics.median(times)), "p95": round(float(np.quantile(times, 0.95)))}


def measure(artifacts: Path, site: Path, clicks: int) -> dict[str, Any]:
    """Both, for every trained cell."""
    make_site(artifacts, site)
    classifier, rows = artifacts / "classifier/classifier.weights.h5", {}
    with served(site) as address, chromium() as browser:
        page = browser.new_page()
        for trained in trained_cells(artifacts):
            page.goto(address)
            differences = largest_differences(page, trained, classifier)
            rows[trained.cell.name] = {"differences": differences, "milliseconds": click_milliseconds(page, address, trained, clicks)}
    return {"latents": LATENTS, "clicks": clicks, "cells": rows}


if __name__ == "__main__":
    with one_line_errors():
        write_json(RESULTS, {"machine": machine()} | measure(ARTIFACTS, ARTIFACTS / "play", CLICKS))
