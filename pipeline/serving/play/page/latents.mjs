// Latents: drawn from a seed, moved along directions, blended. Pure functions of arrays.

/** A generator of 32-bit integers, sfc32 by Chris Doty-Humphrey (PractRand), started from a seed and run past its first, correlated numbers. */
function integers(seed) {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, seed >>> 0, 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum | 0;
    return sum >>> 0;
  };
  for (let skipped = 0; skipped < 16; skipped++) next();
  return next;
}

/** The latent of a seed: N(0, 1) by the Box-Muller transform, or uniform on (-1, 1). The same seed gives the same latent again. */
export function latentOf(seed, size, distribution) {
  const next = integers(seed);
  const uniform = () => (next() + 0.5) / 2 ** 32; // in (0, 1)
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Float32Array.from({ length: size }, distribution === "normal" ? normal : () => 2 * uniform() - 1);
}

/** How far one standard deviation of a coordinate is. */
export const deviation = (distribution) => (distribution === "normal" ? 1 : 1 / Math.sqrt(3));

/** A latent plus offsets, in standard deviations, along unit directions; uniform latents stay within their cube. */
export function moved(latent, offsets, directions, distribution) {
  const step = deviation(distribution);
  return latent.map((value, place) => {
    const sum = offsets.reduce((total, offset, which) => total + step * offset * directions[which][place], value);
    return distribution === "normal" ? sum : Math.max(-1, Math.min(1, sum));
  });
}

/** A latent between two, at `part` 0 to 1: along the great circle if they are normal, along the straight line if they are uniform. */
export function between(from, to, part, distribution) {
  const mix = (one, other) => from.map((value, place) => one * value + other * to[place]);
  if (distribution !== "normal") return mix(1 - part, part);
  const product = (one, other) => one.reduce((total, value, place) => total + value * other[place], 0);
  const angle = Math.acos(Math.max(-1, Math.min(1, product(from, to) / Math.sqrt(product(from, from) * product(to, to)))));
  if (Math.sin(angle) < 1e-3) return mix(1 - part, part); // the same direction: the circle has no length
  return mix(Math.sin((1 - part) * angle) / Math.sin(angle), Math.sin(part * angle) / Math.sin(angle));
}
