// The networks of a cell, run by onnxruntime-web on this machine's processor.

let runtime, classifier;

async function fetched(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: expected a file, received status ${answer.status}`);
  return answer;
}

export const readJson = async (path) => (await fetched(path)).json();

async function session(path) {
  const bytes = new Uint8Array(await (await fetched(path)).arrayBuffer());
  return runtime.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
}

/** Load the runtime, and the classifier, which all cells share. */
export async function start() {
  runtime = await import("./runtime/ort.wasm.bundle.min.mjs");
  runtime.env.wasm.numThreads = 1;
  runtime.env.wasm.wasmPaths = { wasm: new URL("runtime/ort-wasm-simd-threaded.wasm", document.baseURI).href };
  classifier = await session("models/classifier/classifier.onnx");
}

const loaded = new Map();

/** Load a cell, once: its settings, and the functions that its networks are. */
export async function loadCell(name) {
  if (!loaded.has(name)) loaded.set(name, await makeCell(name));
  return loaded.get(name);
}

async function makeCell(name) {
  const folder = `models/${name}`;
  const settings = await readJson(`${folder}/settings.json`);
  const [generator, discriminator] = [await session(`${folder}/generator.onnx`), await session(`${folder}/discriminator.onnx`)];
  const withLabels = (inputs, count, label) =>
    settings.conditional ? { ...inputs, label: new runtime.Tensor("int32", new Int32Array(count).fill(label), [count]) } : inputs;

  return {
    settings,
    /** Images of latents, all of one class: floats from `settings.low` to 1, 784 for each latent. */
    async draw(latents, label) {
      const data = new Float32Array(latents.length * settings.latent_size);
      latents.forEach((latent, place) => data.set(latent, place * settings.latent_size));
      const latent = new runtime.Tensor("float32", data, [latents.length, settings.latent_size]);
      return output(generator, withLabels({ latent }, latents.length, label));
    },
    /** The discriminator's outputs for images, given as in training. */
    async discriminate(images, label) {
      const count = images.length / 784;
      return output(discriminator, withLabels({ image: new runtime.Tensor("float32", images, [count, 28, 28, 1]) }, count, label));
    },
  };
}

/** The classifier's logits for images of bytes, ten for each: it sees what is shown, as in the evaluation. */
export function classify(bytes) {
  const image = new runtime.Tensor("float32", Float32Array.from(bytes, (value) => value / 255), [bytes.length / 784, 28, 28, 1]);
  return output(classifier, { image });
}

async function output(network, inputs) {
  const outputs = await network.run(inputs);
  return outputs[network.outputNames[0]].data;
}

/** Images as bytes, 0 to 255: clipped and rounded by the array itself, to even at halves, as in the evaluation. */
export const toBytes = (images, low) => Uint8ClampedArray.from(images, (value) => (value - low) * (255 / (1 - low)));

/** Probabilities of ten logits. */
export function softmax(logits) {
  const largest = Math.max(...logits);
  const exponentials = Array.from(logits, (logit) => Math.exp(logit - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}
