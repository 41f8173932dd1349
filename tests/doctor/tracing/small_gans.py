"""Small GANs on points in the plane, in every style of training loop: each is trained from the same seeds with and without the doctor."""

import itertools
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import keras
import numpy as np
import tensorflow as tf

STEPS = 300  # so that later looks happen: they come at random steps of windows of 60 calls
EAGER_STEPS = 120  # of 40 steps
BATCH = 8
POINTS = np.random.default_rng(0).normal(size=(15 * BATCH, 2)).astype("float32")
LABELS = np.arange(len(POINTS)) % 3
Style = Callable[[], list[Any]]  # trains, and gives all that holds variables
Step = TypeVar("Step", bound=Callable[..., Any])
STYLES: dict[str, Style] = {}


def in_graph(step: Step) -> Step:
    """`tf.function`, with a type."""
    return tf.function(step)


def style(function: Style) -> Style:
    """Add a style under the function's name."""
    STYLES[function.__name__] = function
    return function


def batches() -> tf.data.Dataset:
    """The points, shuffled, without end."""
    return tf.data.Dataset.from_tensor_slices(POINTS).shuffle(64).batch(BATCH, drop_remainder=True).repeat()


def host_batches() -> Iterator[np.ndarray]:
    """Batches drawn by NumPy."""
    while True:
        yield POINTS[np.random.randint(0, len(POINTS), BATCH)]


def drawn_once() -> Iterator[np.ndarray]:
    """As many as are trained on: of more, a thread that draws ahead would draw now one more, now one less."""
    return itertools.islice(host_batches(), STEPS)


class Noisy(keras.layers.Layer):
    """Adds noise by a source that Keras does not know, and counts its calls in a variable that it does not know."""

    def __init__(self, draw: Callable[[tuple[int, ...]], Any]) -> None:
        super().__init__()
        self.draw = draw
        self.scale = tf.Variable(0.1, trainable=False)

    def call(self, inputs: Any) -> Any:
        self.scale.assign(self.scale * 0.999)
        return inputs + self.scale * self.draw((inputs.shape[-1],))


class Parts:
    """Two networks, two optimizers and a step of each.

    Args:
        draw: gives noise of a shape.
        inside: more layers for the middle of the networks, by a function that makes them.
        penalty: whether the discriminator's loss has a gradient penalty.
        clip: the largest weight of the discriminator, or 0.
        average: whether moving averages of the generator's weights are kept.
        rate: the optimizers' learning rate.
        optimizer: makes an optimizer of a learning rate.
        says: called with each loss inside of the step.
    """

    def __init__(
        self,
        draw: Callable[[tuple[int, ...]], Any] = tf.random.normal,
        inside: Callable[[], list[keras.Layer]] = list,
        penalty: bool = False,
        clip: float = 0.0,
        average: bool = False,
        rate: Any = 1e-3,
        optimizer: Callable[[Any], Any] = keras.optimizers.Adam,
        says: Callable[[Any], None] | None = None,
    ) -> None:
        self.draw, self.penalty, self.clip, self.says = draw, penalty, clip, says
        self.generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8, "relu"), *inside(), keras.layers.Dense(2, dtype="float32")])
        self.discriminator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(8, "relu"), *inside(), keras.layers.Dense(1, dtype="float32")])
        self.average = keras.models.clone_model(self.generator) if average else None
        self.optimizers = [optimizer(rate), optimizer(rate)]
        for made, network in zip(self.optimizers, (self.discriminator, self.generator), strict=True):
            made.build(network.trainable_variables)

    @property
    def all(self) -> list[Any]:
        """What holds variables."""
        return [self.generator, self.discriminator, *self.optimizers, *([self.average] if self.average else [])]

    def discriminator_step(self, real: Any) -> Any:
        with tf.GradientTape() as tape:
            samples = self.generator(self.draw((BATCH, 3)), training=True)
            loss = tf.reduce_mean(tf.nn.softplus(-self.discriminator(real, training=True)))
            loss += tf.reduce_mean(tf.nn.softplus(self.discriminator(samples, training=True)))
            if self.penalty:
                loss += self.gradient_penalty(real, samples)
            scaled = self.optimizers[0].scale_loss(loss)
        variables = self.discriminator.trainable_variables
        self.optimizers[0].apply_gradients(zip(tape.gradient(scaled, variables), variables, strict=True))
        for variable in variables if self.clip else ():
            variable.assign(tf.clip_by_value(variable, -self.clip, self.clip))
        if self.says:
            self.says(loss)
        return loss

    def gradient_penalty(self, real: Any, samples: Any) -> Any:
        weight = tf.random.uniform((BATCH, 1))
        between = weight * real + (1 - weight) * samples
        with tf.GradientTape() as inner:
            inner.watch(between)
            scores = self.discriminator(between, training=True)
        slopes = tf.sqrt(tf.reduce_sum(inner.gradient(scores, between) ** 2, axis=1) + 1e-12)
        return tf.reduce_mean((slopes - 1) ** 2)

    def generator_step(self) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.softplus(-self.discriminator(self.generator(self.draw((BATCH, 3)), training=True), training=True)))
            scaled = self.optimizers[1].scale_loss(loss)
        variables = self.generator.trainable_variables
        self.optimizers[1].apply(tape.gradient(scaled, variables), variables)
        if self.average:
            for mean, variable in zip(self.average.variables, self.generator.variables, strict=True):
                if "float" in str(mean.dtype):
                    mean.assign(0.9 * mean + 0.1 * variable)
        return loss

    def step(self, real: Any) -> tuple[Any, Any]:
        return self.discriminator_step(real), self.generator_step()


class Gan(keras.Model):
    """The same step under `fit`."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.parts = Parts(**options)
        self.generator, self.discriminator = self.parts.generator, self.parts.discriminator
        self.loss_of_d = keras.metrics.Mean("d_loss")

    def call(self, latents: Any) -> Any:
        return self.generator(latents)

    def train_step(self, real: Any) -> dict[str, Any]:
        loss, other = self.parts.step(real)
        self.loss_of_d.update_state(loss)
        return {"d_loss": self.loss_of_d.result(), "g_loss": other}


class GanOfTuples(Gan):
    """The same on data that come as tuples."""

    def train_step(self, real: Any) -> dict[str, Any]:
        return super().train_step(real[0])


class Line(keras.callbacks.Callback):
    """Prints all digits of each epoch's losses."""

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        print(epoch, {name: float(value).hex() for name, value in (logs or {}).items()})


def compiled(model: keras.Model, **options: Any) -> keras.Model:
    model.compile(**options)
    return model


def fitted(model: keras.Model, data: Any = POINTS, callbacks: tuple[keras.callbacks.Callback, ...] = (), **options: Any) -> list[Any]:
    """Train a model for `STEPS` steps in epochs of fifteen."""
    shape = {"batch_size": BATCH} if isinstance(data, np.ndarray) else {"steps_per_epoch": 15}
    model.fit(data, verbose=0, callbacks=[Line(), *callbacks], **({"epochs": STEPS // 15} | shape | options))
    return [model, *model.parts.all]


def say(number: int, *losses: Any) -> None:
    """Print all digits of losses, every tenth step."""
    if number % 10 == 0:
        print(number, *(float(np.asarray(loss)).hex() for loss in losses))


# Under fit


@style
def fit_on_arrays() -> list[Any]:
    return fitted(compiled(Gan()))


@style
def fit_on_a_dataset() -> list[Any]:
    return fitted(compiled(Gan()), batches())


@style
def fit_on_a_finite_dataset() -> list[Any]:
    data = tf.data.Dataset.from_tensor_slices(POINTS).shuffle(64).batch(7).prefetch(2)
    model = compiled(Gan())
    model.fit(data, epochs=9, verbose=0, callbacks=[Line()])
    return [model, *model.parts.all]


@style
def fit_on_a_generator() -> list[Any]:
    return fitted(compiled(GanOfTuples()), ((batch,) for batch in drawn_once()))


@style
def fit_on_a_dataset_of_a_generator() -> list[Any]:
    data = tf.data.Dataset.from_generator(drawn_once, output_signature=tf.TensorSpec((BATCH, 2), tf.float32))
    return fitted(compiled(Gan()), data.prefetch(4))


class Sequence(keras.utils.PyDataset):
    def __len__(self) -> int:
        return 15

    def __getitem__(self, number: int) -> Any:
        return (POINTS[number * BATCH : (number + 1) * BATCH] + np.random.normal(size=(BATCH, 2)).astype("float32"),)


@style
def fit_on_a_python_dataset() -> list[Any]:
    model = compiled(GanOfTuples())
    return fitted(model, Sequence(workers=1))


@style
def fit_several_steps_at_once() -> list[Any]:
    return fitted(compiled(Gan(), steps_per_execution=5))


@style
def fit_eagerly() -> list[Any]:
    return fitted(compiled(Gan(), run_eagerly=True), epochs=8)


class Counting(Gan):
    """Trains the generator at every third step, counted in Python, and keeps its last loss."""

    count = 0
    last: Any = None

    def train_step(self, real: Any) -> dict[str, Any]:
        self.count += 1
        real = real + np.random.normal(size=(BATCH, 2)).astype("float32") + random.random()
        self.last = self.parts.discriminator_step(real)
        if self.count % 3 == 0:
            self.parts.generator_step()
        return {"d_loss": self.last}


class ReadsLast(keras.callbacks.Callback):
    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        say(batch, self.model.last)


@style
def fit_eagerly_with_a_count_in_python() -> list[Any]:
    return fitted(compiled(Counting(), run_eagerly=True), callbacks=(ReadsLast(),), epochs=8)


@style
def fit_with_functions_run_eagerly() -> list[Any]:
    tf.config.run_functions_eagerly(True)
    try:
        return fitted(compiled(Counting()), callbacks=(ReadsLast(),), epochs=8)
    finally:
        tf.config.run_functions_eagerly(False)


@style
def fit_with_dropout_and_batch_norm() -> list[Any]:
    return fitted(compiled(Gan(inside=lambda: [keras.layers.BatchNormalization(), keras.layers.Dropout(0.3)])))


@style
def fit_with_a_seed_generator() -> list[Any]:
    seeds = keras.random.SeedGenerator(3)
    return [*fitted(compiled(Gan(draw=lambda shape: keras.random.normal(shape, seed=seeds)))), *[[seeds.state]]]


@style
def fit_with_keras_random_without_seed() -> list[Any]:
    return fitted(compiled(Gan(draw=keras.random.normal)))


@style
def fit_with_a_generator_of_tensorflow() -> list[Any]:
    generator = tf.random.Generator.from_seed(5)
    return [*fitted(compiled(Gan(draw=generator.normal))), [generator.state]]


@style
def fit_without_xla() -> list[Any]:
    return fitted(compiled(Gan(), jit_compile=False))


@style
def fit_with_xla() -> list[Any]:
    return fitted(compiled(Gan(draw=lambda shape: keras.random.normal(shape)), jit_compile=True))


@style
def fit_with_penalty_average_clip_and_schedule() -> list[Any]:
    rate = keras.optimizers.schedules.CosineDecay(1e-2, 100)
    return fitted(compiled(Gan(penalty=True, average=True, clip=0.3, rate=rate)))


@style
def fit_in_mixed_float16() -> list[Any]:
    keras.config.set_dtype_policy("mixed_float16")
    try:
        return fitted(compiled(Gan(optimizer=lambda rate: keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(rate), dynamic_growth_steps=20))))
    finally:
        keras.config.set_dtype_policy("float32")


@style
def fit_in_mixed_bfloat16() -> list[Any]:
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        return fitted(compiled(Gan()))
    finally:
        keras.config.set_dtype_policy("float32")


@style
def fit_with_an_optimizers_own_average() -> list[Any]:
    return fitted(compiled(Gan(optimizer=lambda rate: keras.optimizers.AdamW(rate, use_ema=True, ema_overwrite_frequency=7, clipnorm=1.0))))


def noisy_layers(draw: Callable[[tuple[int, ...]], Any]) -> Callable[[], list[keras.Layer]]:
    return lambda: [Noisy(draw)]


@style
def fit_with_layers_that_draw() -> list[Any]:
    model = compiled(Gan(inside=noisy_layers(tf.random.normal)))
    return [
        *fitted(model),
        [layer.scale for network in (model.generator, model.discriminator) for layer in network.layers if isinstance(layer, Noisy)],
    ]


@style
def fit_with_layers_that_draw_with_a_seed() -> list[Any]:
    model = compiled(Gan(inside=noisy_layers(lambda shape: tf.random.normal(shape, seed=4))))
    found = fitted(model)
    print(np.asarray(tf.random.normal((3,), seed=4)).tobytes())
    return found


@style
def fit_with_layers_that_draw_by_keras() -> list[Any]:
    return fitted(compiled(Gan(inside=noisy_layers(keras.random.normal))))


@style
def fit_with_layers_that_draw_by_a_generator() -> list[Any]:
    generator = tf.random.Generator.from_seed(5)
    return [*fitted(compiled(Gan(inside=noisy_layers(generator.normal)))), [generator.state]]


@style
def fit_with_a_penalty_by_python_numbers() -> list[Any]:
    class Drawing(Gan):
        def train_step(self, real: Any) -> dict[str, Any]:
            return super().train_step(real + np.random.normal() + random.random())

    return fitted(compiled(Drawing()))


@style
def fit_with_prints() -> list[Any]:
    class Printing(Gan):
        def train_step(self, real: Any) -> dict[str, Any]:
            print("traced")
            tf.print("said: a batch", real[0])
            return super().train_step(real)

    return fitted(compiled(Printing()))


@style
def fit_with_a_summary_in_the_step() -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        writer = tf.summary.create_file_writer(folder)
        model = Gan()
        count = tf.Variable(0, dtype=tf.int64)

        class Writing(Gan):
            def train_step(self, real: Any) -> dict[str, Any]:
                count.assign_add(1)
                with writer.as_default(step=count):
                    tf.summary.write("mean", tf.reduce_mean(real))
                return super().train_step(real)

        model = Writing()
        found = fitted(compiled(model))
        writer.close()
        for file in Path(folder).iterdir():
            print(sum(1 for _ in tf.data.TFRecordDataset(str(file))), "events")
        return [*found, [count]]


@style
def fit_with_a_file_written_in_the_step() -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        count = tf.Variable(0)

        class Writing(Gan):
            def train_step(self, real: Any) -> dict[str, Any]:
                name = tf.strings.join([folder, "/", tf.strings.as_string(tf.random.uniform((), 0, 10**9, tf.int32))])
                tf.io.write_file(name, "sample")
                return super().train_step(real)

        found = fitted(compiled(Writing()))
        print(len(list(Path(folder).iterdir())), "files")
        return [*found, [count]]


@style
def fit_under_a_strategy() -> list[Any]:
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        model = compiled(Gan())
        model(np.zeros((1, 3)))
    data = tf.data.Dataset.from_tensor_slices(POINTS).batch(BATCH)
    model.fit(data, epochs=5, verbose=0, callbacks=[Line()])
    return [model, *model.parts.all]


@style
def fit_with_an_own_train_function() -> list[Any]:
    class Own(Gan):
        train_function: Any

        def make_train_function(self, force: bool = False) -> Any:
            if self.train_function is None or force:
                step = tf.function(lambda iterator: self.train_step(next(iterator)))
                self.train_function = step
            return self.train_function

    return fitted(compiled(Own()), batches())


@style
def fit_with_a_wrapped_train_function() -> list[Any]:
    class Wrapped(Gan):
        train_function: Any
        calls = 0

        def make_train_function(self, force: bool = False) -> Any:
            made = super().make_train_function(force)
            own = self.train_function

            def counted(iterator: Any) -> Any:
                self.calls += 1
                return own(iterator)

            self.train_function = counted
            return made

    model = compiled(Wrapped())
    found = fitted(model)
    print(model.calls)
    return found


@style
def fit_saved_loaded_and_cloned() -> list[Any]:
    model = compiled(Gan())
    model(np.zeros((1, 3)))
    found = fitted(model)
    with tempfile.TemporaryDirectory() as folder:
        model.generator.save(f"{folder}/generator.keras")
        model.save_weights(f"{folder}/gan.weights.h5")
        loaded = keras.models.load_model(f"{folder}/generator.keras")
        model.generator.export(f"{folder}/exported", verbose=False)
        tf.saved_model.save(model.generator, f"{folder}/saved")
    cloned = keras.models.clone_model(model.generator)
    print(loaded.name, cloned.name, model.generator.get_config(), keras.layers.Dense(3).get_config(), [layer.name for layer in cloned.layers])
    print(type(model)().get_config())
    return [*found, loaded, cloned, *fitted(compiled(Gan()))]


@style
def fit_with_validation_and_sampling() -> list[Any]:
    class Sampling(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            latents = tf.random.normal((4, 3))
            print(self.model.generator.predict(latents, verbose=0).tobytes().hex(), np.asarray(self.model.generator(latents)).tobytes().hex())

    return fitted(compiled(Gan(inside=lambda: [keras.layers.Dropout(0.2)])), batches(), callbacks=(Sampling(),))


# Compiled steps in a loop


@style
def function_over_a_dataset() -> list[Any]:
    parts = Parts()
    step = tf.function(parts.step)
    for number, batch in enumerate(batches().take(STEPS)):
        say(number, *step(batch))
    return parts.all


@style
def function_over_arrays() -> list[Any]:
    parts = Parts(draw=keras.random.normal, inside=lambda: [keras.layers.Dropout(0.3)])
    step = tf.function(parts.step)
    for number, batch in zip(range(STEPS), host_batches(), strict=False):
        say(number, *step(tf.constant(batch)))
    return parts.all


@style
def function_over_numpy_arrays() -> list[Any]:
    parts = Parts()
    step = tf.function(parts.step, reduce_retracing=True)
    for number, batch in zip(range(STEPS), host_batches(), strict=False):
        say(number, *step(batch))
    return parts.all


@style
def two_functions() -> list[Any]:
    parts = Parts()
    d_step, g_step = tf.function(parts.discriminator_step), tf.function(parts.generator_step)
    for number, batch in enumerate(batches().take(STEPS)):
        losses = [d_step(batch)]
        if number % 2:
            losses.append(g_step())
        say(number, *losses)
    return parts.all


class WithMethod:
    def __init__(self) -> None:
        self.parts = Parts(average=True)

    @in_graph
    def train_step(self, real: Any, scale: float = 1.0) -> Any:
        return self.parts.step(real * scale)


@style
def method_as_function() -> list[Any]:
    gan = WithMethod()
    for number, batch in enumerate(batches().take(STEPS)):
        say(number, *gan.train_step(batch, scale=0.5))
    return gan.parts.all


@style
def function_with_the_iterator_as_argument() -> list[Any]:
    parts, iterator = Parts(), iter(batches())

    @in_graph
    def step(iterator: Any) -> Any:
        return parts.step(next(iterator))

    for number in range(STEPS):
        say(number, *step(iterator))
    print(np.asarray(next(iterator)).tobytes())
    return parts.all


@style
def function_with_a_global_iterator() -> list[Any]:
    parts, iterator = Parts(), iter(batches())

    @in_graph
    def step() -> Any:
        return parts.step(next(iterator))

    for number in range(STEPS):
        say(number, *step())
    print(np.asarray(next(iterator)).tobytes())
    return parts.all


@style
def function_with_the_iterator_in_a_loop() -> list[Any]:
    parts, iterator = Parts(), iter(batches())

    @in_graph
    def step() -> Any:
        loss = tf.constant(0.0)
        for _ in tf.range(3):
            loss = parts.discriminator_step(next(iterator))
        return loss, parts.generator_step()

    for number in range(STEPS):
        say(number, *step())
    print(np.asarray(next(iterator)).tobytes())
    return parts.all


@style
def function_with_critic_steps_in_a_loop() -> list[Any]:
    parts = Parts(penalty=True, clip=0.5)

    @in_graph
    def step(real: Any) -> Any:
        loss = tf.constant(0.0)
        for _ in tf.range(5):
            loss = parts.discriminator_step(real)
        return loss, parts.generator_step()

    for number, batch in enumerate(batches().take(STEPS)):
        say(number, *step(batch))
    return parts.all


@style
def function_of_many_steps() -> list[Any]:
    parts = Parts()

    @in_graph
    def steps(data: Any) -> Any:
        losses = tf.zeros(2)
        for batch in data:
            losses = tf.stack(parts.step(batch))
        return losses

    for number in range(90):
        say(number, *steps(batches().take(10)))
    return parts.all


@style
def function_that_prints() -> list[Any]:
    parts = Parts(says=lambda loss: tf.print("said: loss", loss))

    @in_graph
    def step(real: Any) -> Any:
        print("tracing", real.shape)
        return parts.step(real)

    for number, batch in enumerate(batches().take(STEPS)):
        say(number, *step(batch))
    return parts.all


@style
def function_with_python_calls() -> list[Any]:
    parts, seen = Parts(), []

    @in_graph
    def step(real: Any) -> Any:
        real += tf.ensure_shape(tf.numpy_function(lambda: np.random.normal(size=(BATCH, 2)).astype("float32"), [], tf.float32), (BATCH, 2))
        tf.py_function(lambda value: seen.append(float(value)), [real[0, 0]], [])
        return parts.step(real)

    for number, batch in enumerate(batches().take(STEPS)):
        say(number, *step(batch))
    print(len(seen), float(sum(seen)).hex())
    return parts.all


@style
def functions_run_eagerly() -> list[Any]:
    tf.config.run_functions_eagerly(True)
    try:
        parts, count = Parts(), []

        @in_graph
        def step(real: Any) -> Any:
            count.append(1)
            real = real + np.random.normal(size=(BATCH, 2)).astype("float32")
            loss = parts.discriminator_step(real)
            return (loss, parts.generator_step()) if len(count) % 3 == 0 else (loss,)

        for number, batch in enumerate(batches().take(EAGER_STEPS)):
            say(number, *step(batch))
        print(len(count))
        return parts.all
    finally:
        tf.config.run_functions_eagerly(False)


@style
def function_with_a_queue() -> list[Any]:
    parts = Parts()
    queue = tf.queue.FIFOQueue(1000, [tf.float32], [(BATCH, 2)])
    for batch in batches().take(STEPS + 1):
        queue.enqueue(batch)

    @in_graph
    def step() -> Any:
        return parts.step(queue.dequeue())

    for number in range(STEPS):
        say(number, *step())
    print(int(queue.size()))
    return parts.all


@style
def function_with_a_table() -> list[Any]:
    parts = Parts()
    table = tf.lookup.experimental.DenseHashTable(tf.int64, tf.int64, -1, -2, -3)
    count = tf.Variable(0, dtype=tf.int64)

    @in_graph
    def step(real: Any) -> Any:
        table.insert(tf.random.uniform((1,), 0, 10**12, tf.int64), [count])
        return parts.step(real)

    for number, batch in enumerate(batches().take(STEPS)):
        say(number, *step(batch))
    print(int(table.size()))
    return parts.all


# Loops with tapes


@style
def eager_loop() -> list[Any]:
    parts = Parts(inside=lambda: [keras.layers.BatchNormalization(), keras.layers.Dropout(0.3)], average=True)
    for number, batch in enumerate(batches().take(EAGER_STEPS)):
        say(number, *parts.step(batch))
    return parts.all


@style
def eager_loop_with_layers_that_draw() -> list[Any]:
    parts = Parts(inside=noisy_layers(tf.random.normal), draw=keras.random.normal)
    for number, batch in enumerate(batches().take(EAGER_STEPS)):
        say(number, *parts.step(batch))
    return [*parts.all, [layer.scale for network in (parts.generator, parts.discriminator) for layer in network.layers if isinstance(layer, Noisy)]]


@style
def eager_loop_with_penalty() -> list[Any]:
    parts = Parts(penalty=True, clip=0.5)
    for number, batch in zip(range(EAGER_STEPS), host_batches(), strict=False):
        for _ in range(2):
            parts.discriminator_step(tf.constant(batch + np.random.normal(size=(BATCH, 2)).astype("float32")))
        say(number, parts.generator_step())
    return parts.all


@style
def eager_loop_with_a_persistent_tape() -> list[Any]:
    parts = Parts(inside=lambda: [keras.layers.Dropout(0.3)])
    for number, batch in enumerate(batches().take(EAGER_STEPS)):
        with tf.GradientTape(persistent=True) as tape:
            samples = parts.generator(tf.random.normal((BATCH, 3)), training=True)
            real, fake = parts.discriminator(batch, training=True), parts.discriminator(samples, training=True)
            d_loss = tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(fake))
            g_loss = tf.reduce_mean(tf.nn.softplus(-fake))
        g_gradients = tape.gradient(g_loss, parts.generator.trainable_variables, unconnected_gradients="zero")
        d_gradients = tape.gradient(d_loss, {"all": parts.discriminator.trainable_variables})
        del tape
        parts.optimizers[0].apply_gradients(zip(d_gradients["all"], parts.discriminator.trainable_variables, strict=True))
        parts.optimizers[1].apply_gradients(zip(g_gradients, parts.generator.trainable_variables, strict=True))
        say(number, d_loss, g_loss)
    return parts.all


@style
def eager_loop_with_a_jacobian() -> list[Any]:
    parts = Parts()
    for number, batch in enumerate(batches().take(EAGER_STEPS // 4)):
        losses = parts.step(batch)
        with tf.GradientTape() as tape:
            scores = parts.discriminator(batch)
        rows = tape.jacobian(scores, parts.discriminator.trainable_variables)
        say(number, *losses, tf.reduce_sum(rows[0]))
    return parts.all


@style
def eager_loop_with_compiled_networks() -> list[Any]:
    parts = Parts()
    draw = tf.function(lambda latents: parts.generator(latents, training=True))
    for number, batch in enumerate(batches().take(EAGER_STEPS)):
        with tf.GradientTape() as tape:
            samples = draw(tf.random.normal((BATCH, 3)))
            loss = tf.reduce_mean(tf.nn.softplus(-parts.discriminator(batch)) + tf.nn.softplus(parts.discriminator(samples)))
        gradients = tape.gradient(loss, parts.discriminator.trainable_variables)
        parts.optimizers[0].apply(gradients, parts.discriminator.trainable_variables)
        with tf.GradientTape() as tape:
            other = tf.reduce_mean(tf.nn.softplus(-parts.discriminator(draw(tf.random.normal((BATCH, 3))))))
        gradients = tape.gradient(other, parts.generator.trainable_variables)
        parts.optimizers[1].apply(gradients, parts.generator.trainable_variables)
        say(number, loss, other)
    return parts.all


# Two compiled models, of which one holds the other


class Combined:
    """A discriminator of its own and in a combined model.

    Args:
        inputs: shapes of what the generator takes; several are labels beside the latent.
        outputs: how many outputs the discriminator has.
    """

    def __init__(self, labels: bool = False, outputs: int = 1) -> None:
        latent, label, image = keras.Input((3,)), keras.Input((1,), dtype="int32"), keras.Input((2,))
        embedded = [keras.layers.Flatten()(keras.layers.Embedding(3, 2)(label))] if labels else []
        given = [latent, label] if labels else latent
        join = keras.layers.Concatenate() if labels else None
        hidden = keras.layers.Dense(8, "relu")(join([latent, *embedded]) if join else latent)
        self.generator = keras.Model(given, keras.layers.Dense(2)(hidden))
        hidden = keras.layers.Dropout(0.2)(keras.layers.Dense(8, "relu")(image))
        heads = [keras.layers.Dense(1, "sigmoid"), keras.layers.Dense(3, "softmax")][:outputs]
        self.discriminator = keras.Model(image, [head(hidden) for head in heads] if outputs > 1 else heads[0](hidden))
        self.losses = ["binary_crossentropy", "sparse_categorical_crossentropy"][:outputs]
        self.discriminator.compile("adam", self.losses if outputs > 1 else self.losses[0])
        self.discriminator.trainable = False
        self.combined = keras.Model(given, self.discriminator(self.generator(given)))
        self.combined.compile("adam", self.losses if outputs > 1 else self.losses[0])

    @property
    def all(self) -> list[Any]:
        return [self.generator, self.discriminator, self.combined, self.discriminator.optimizer, self.combined.optimizer]


@style
def combined_with_toggled_trainable() -> list[Any]:
    gan = Combined()
    for number, real in zip(range(EAGER_STEPS), host_batches(), strict=False):
        fake = gan.generator.predict(np.random.normal(size=(BATCH, 3)), verbose=0)
        gan.discriminator.trainable = True
        losses = [gan.discriminator.train_on_batch(real, np.ones((BATCH, 1))), gan.discriminator.train_on_batch(fake, np.zeros((BATCH, 1)))]
        gan.discriminator.trainable = False
        losses.append(gan.combined.train_on_batch(np.random.normal(size=(BATCH, 3)), np.ones((BATCH, 1))))
        say(number, *losses)
    return gan.all


@style
def combined_frozen_once() -> list[Any]:
    gan = Combined()
    for number, real in zip(range(STEPS), host_batches(), strict=False):
        fake = gan.generator(np.random.normal(size=(BATCH, 3)).astype("float32"))
        loss = gan.discriminator.train_on_batch(np.concatenate([real, fake]), np.repeat([[1.0], [0.0]], BATCH, axis=0))
        say(number, loss, gan.combined.train_on_batch(np.random.normal(size=(BATCH, 3)), np.ones((BATCH, 1))))
    return gan.all


@style
def combined_with_labels_and_two_outputs() -> list[Any]:
    gan = Combined(labels=True, outputs=2)
    for number, real in zip(range(STEPS), host_batches(), strict=False):
        labels = np.random.randint(0, 3, (BATCH, 1))
        fake = gan.generator.predict_on_batch([np.random.normal(size=(BATCH, 3)), labels])
        gan.discriminator.trainable = True
        losses = [
            *gan.discriminator.train_on_batch(real, [np.ones((BATCH, 1)), labels]),
            *gan.discriminator.train_on_batch(fake, [np.zeros((BATCH, 1)), labels]),
        ]
        gan.discriminator.trainable = False
        losses += gan.combined.train_on_batch([np.random.normal(size=(BATCH, 3)), labels], [np.ones((BATCH, 1)), labels])
        say(number, *losses)
    return gan.all


# Structures of inputs and outputs


class Dictionary(keras.Model):
    """A conditional GAN whose data and whose networks' inputs are dictionaries, and whose discriminator gives a list."""

    def __init__(self) -> None:
        super().__init__()
        label = keras.Input((1,), dtype="int64", name="label")
        latent, image = keras.Input((3,), name="latent"), keras.Input((2,), name="image")

        def joined(of: Any) -> Any:
            return keras.layers.Concatenate()([of, keras.layers.Flatten()(keras.layers.Embedding(3, 2)(label))])

        self.generator = keras.Model({"latent": latent, "label": label}, keras.layers.Dense(2)(keras.layers.Dense(8, "relu")(joined(latent))))
        hidden = keras.layers.Dense(8, "relu")(joined(image))
        self.discriminator = keras.Model({"image": image, "label": label}, [keras.layers.Dense(1)(hidden), keras.layers.Dense(3)(hidden)])
        self.optimizers = [keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3)]

    def train_step(self, data: Any) -> dict[str, Any]:
        image, label = data["image"], data["label"]
        losses = []
        for optimizer, network in zip(self.optimizers, (self.discriminator, self.generator), strict=True):
            with tf.GradientTape() as tape:
                samples = self.generator({"latent": tf.random.normal((BATCH, 3)), "label": label}, training=True)
                fake, classes = self.discriminator({"image": samples, "label": label}, training=True)
                if network is self.generator:
                    loss = tf.reduce_mean(tf.nn.softplus(-fake))
                else:
                    real, classes = self.discriminator({"image": image, "label": label}, training=True)
                    loss = tf.reduce_mean(tf.nn.softplus(fake)) + tf.reduce_mean(tf.nn.softplus(-real))
                loss += tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(label, classes, from_logits=True))
            optimizer.apply_gradients(zip(tape.gradient(loss, network.trainable_variables), network.trainable_variables, strict=True))
            losses.append(loss)
        return {"d_loss": losses[0], "g_loss": losses[1]}


@style
def fit_with_dictionaries() -> list[Any]:
    model = compiled(Dictionary())
    model.fit({"image": POINTS, "label": LABELS[:, None]}, batch_size=BATCH, epochs=10, verbose=0, callbacks=[Line()])
    return [model, *model.optimizers]


# Trainings that are interrupted


class FailsAt(Gan):
    """Its step raises an error at one step, inside of the compiled function."""

    def __init__(self) -> None:
        super().__init__()
        self.count = tf.Variable(0)

    def train_step(self, real: Any) -> dict[str, Any]:
        count = self.count.assign_add(1)
        check = tf.debugging.Assert(tf.not_equal(count, 30), ["the thirtieth step"])
        with tf.control_dependencies([check]):  # otherwise the rest of the step runs beside the check, and how far it comes is chance
            return super().train_step(real)


def fails(train: Callable[[], Any]) -> None:
    """Print the error that a training ends with."""
    try:
        train()
    except Exception as error:
        print(type(error).__name__, "the thirtieth step" in str(error))


@style
def fit_that_fails_and_goes_on() -> list[Any]:
    model = compiled(FailsAt())
    fails(lambda: fitted(model))
    return [*fitted(model), [model.count]]


@style
def function_that_fails_and_goes_on() -> list[Any]:
    model = FailsAt()
    step = tf.function(model.train_step)

    def train() -> None:
        for number, batch in enumerate(batches().take(STEPS)):
            say(number, *step(batch).values())

    fails(train)
    train()
    return [model, *model.parts.all, [model.count]]


class Refusing(keras.layers.Layer):
    """A layer that raises an error when it is told to."""

    refuses = False

    def call(self, inputs: Any) -> Any:
        if self.refuses:
            raise ValueError("the thirtieth step")
        return inputs


@style
def eager_loop_that_fails_and_goes_on() -> list[Any]:
    layers = [Refusing(), Refusing()]
    waiting = list(layers)
    parts = Parts(inside=lambda: [waiting.pop()])

    def train(fails_at: int) -> None:
        for number, batch in enumerate(batches().take(EAGER_STEPS)):
            layers[0].refuses = number == fails_at
            say(number, *parts.step(batch))

    fails(lambda: train(30))
    train(-1)
    return parts.all


def failing_batches() -> Iterator[np.ndarray]:
    for number, batch in zip(range(40), host_batches(), strict=False):
        if number == 30:
            raise ValueError("the thirtieth step")
        yield batch


@style
def fit_on_data_that_fail() -> list[Any]:
    model = compiled(Gan())
    fails(lambda: model.fit(failing_batches(), steps_per_epoch=20, epochs=2, verbose=0))
    return fitted(model)
