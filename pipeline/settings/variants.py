"""The settings of one variant, which is one GAN and its training. The comments of params.yaml say what each setting means.

Like params.py this module accepts or refuses values and computes nothing.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

# Every number has an upper bound: far above all that trains well, and far below what would fill the memory at once or not fit the integers of
# TensorFlow and NumPy. Bounds of one number alone are here; those of products are in `_fits_in_memory` and in params.py.
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Images = Annotated[int, Field(ge=1, le=2_000_000_000)]  # below 2**31
Batch = Annotated[int, Field(ge=1, le=65_536)]
Width = Annotated[int, Field(ge=1, le=16_384)]
Layers = Annotated[int, Field(ge=1, le=64)]
Threads = Annotated[int, Field(ge=1, le=1024)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]  # a day
Rate = Annotated[float, Field(gt=0, le=1000)]  # a learning rate
Weight = Annotated[float, Field(ge=0, le=1_000_000)]  # of a penalty
Momentum = Annotated[float, Field(ge=0, lt=1)]
Fraction = Annotated[float, Field(gt=0, le=1)]

MOST_WEIGHTS = 300_000_000  # of a network; with gradients, moments and an average they take 6 GB
MOST_VALUES = 1_000_000_000  # of a network's layers for one batch; they take 4 GB


class Section(BaseModel):
    """A section of params.yaml: every key must be there, with a value of its type, and no other key."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class VariantSettings(Section):
    """The settings of one GAN and its training."""

    training_images: Images
    batch_size: Batch
    network: Literal["mlp", "dcgan", "resnet"]
    generator_width: Width
    discriminator_width: Width
    depth: Layers
    hidden_activation: Literal["linear", "relu", "leaky_relu"]
    generator_normalization: Literal["none", "batch"]
    discriminator_normalization: Literal["none", "batch"]
    initializer: Literal["glorot", "normal"]
    latent_size: Width
    latent_distribution: Literal["uniform", "normal"]
    mapping_layers: Annotated[int, Field(ge=0, le=64)]
    mapping_width: Width
    output_activation: Literal["tanh", "sigmoid"]
    discriminator_activation: Literal["linear", "sigmoid"]
    share_discriminator: bool
    classes: Literal[1, 10]
    digits_per_image: Literal[1, 3]
    conditioning: Literal["class_logit", "projection"]
    objective: Literal["non_saturating", "saturating", "least_squares", "wasserstein", "hinge", "relativistic"]
    gradient_penalty: Weight
    r1_gamma: Weight
    r2_gamma: Weight
    spectral_normalization: bool
    weight_clip: Weight
    critic_steps: Annotated[int, Field(ge=1, le=1000)]
    generator_learning_rate: Rate
    discriminator_learning_rate: Rate
    adam_beta_1: Momentum
    adam_beta_2: Momentum
    final_learning_rate_fraction: Fraction
    ema_half_life_images: Annotated[int, Field(ge=0, le=2_000_000_000)]
    precision: Literal["float32", "mixed_bfloat16"]

    @model_validator(mode="after")
    def _fits_in_memory(self) -> Self:
        for network, width in (("generator", self.generator_width), ("discriminator", self.discriminator_width)):
            for counted, count, most in (("weights", self._weights(network, width), MOST_WEIGHTS), ("values", self._values(width), MOST_VALUES)):
                if count > most:
                    sizes = f"batch_size {self.batch_size}, {network}_width {width}, depth {self.depth}, latent_size {self.latent_size}"
                    mapping = f", mapping_width {self.mapping_width} in {self.mapping_layers} layers" if self.mapping_layers else ""
                    raise ValueError(
                        f"{network}_width: expected at most {most} {counted}, received about {count} of {sizes}{mapping}; lower one of them"
                    )
        return self

    def _weights(self, network: str, width: int) -> int:
        """About how many weights a network has: those of its widest layers; pipeline/gan/networks says what the layers are."""
        if self.network == "mlp":
            layers = width * (784 * self.digits_per_image + self.latent_size + width * (self.depth - 1))
        else:  # 3x3 or 4x4 kernels between the channels of the coarsest grid, and the dense layer before or behind it
            layers = width * width * (400 * self.depth + 500) + 49 * 4 * width * self.latent_size
        mapping = self.mapping_layers * self.mapping_width * max(self.mapping_width, self.latent_size) if network == "generator" else 0
        if mapping and self.network != "mlp":
            mapping += 49 * 4 * width * self.mapping_width
        return layers + mapping

    def _values(self, width: int) -> int:
        """About how many values the layers of a network compute for a batch."""
        return self.batch_size * (784 * self.digits_per_image + width * self.depth * (1 if self.network == "mlp" else 784))

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.digits_per_image > 1 and self.classes > 1:
            raise ValueError(
                f"classes: expected 1 together with digits_per_image: {self.digits_per_image}, received {self.classes}; "
                "an image of several digits has no class of its own: set classes: 1"
            )
        penalties = [name for name in ("gradient_penalty", "r1_gamma", "r2_gamma") if getattr(self, name)]
        if penalties and self.discriminator_normalization == "batch":
            raise ValueError(
                f"{penalties[0]}: expected 0 together with discriminator_normalization: batch, received {getattr(self, penalties[0])}; "
                "the penalty needs the gradient at each image by itself, and batch statistics mix the images: set discriminator_normalization: none"
            )
        if self.r2_gamma and not self.share_discriminator:
            raise ValueError(
                f"r2_gamma: expected 0 together with share_discriminator: false, received {self.r2_gamma}; "
                "the discriminator of the samples is not trained, so a penalty on it has no effect: set share_discriminator: true"
            )
        if self.spectral_normalization and self.weight_clip:
            raise ValueError(
                f"weight_clip: expected 0 together with spectral_normalization: true, received {self.weight_clip}; both limit the kernels: keep one"
            )
        return self
