"""The settings of one variant, which is one GAN and its training. The comments of params.yaml say what each setting means.

Like params.py this module accepts or refuses values and computes nothing.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Momentum = Annotated[float, Field(ge=0, lt=1)]
Fraction = Annotated[float, Field(gt=0, le=1)]


class Section(BaseModel):
    """A section of params.yaml: every key must be there, with a value of its type, and no other key."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class VariantSettings(Section):
    """The settings of one GAN and its training."""

    training_images: Count
    batch_size: Count
    network: Literal["mlp", "dcgan", "resnet"]
    generator_width: Count
    discriminator_width: Count
    depth: Count
    hidden_activation: Literal["linear", "relu", "leaky_relu"]
    generator_normalization: Literal["none", "batch"]
    discriminator_normalization: Literal["none", "batch"]
    initializer: Literal["glorot", "normal"]
    latent_size: Count
    latent_distribution: Literal["uniform", "normal"]
    mapping_layers: Annotated[int, Field(ge=0)]
    mapping_width: Count
    output_activation: Literal["tanh", "sigmoid"]
    discriminator_activation: Literal["linear", "sigmoid"]
    share_discriminator: bool
    classes: Literal[1, 10]
    conditioning: Literal["class_logit", "projection"]
    objective: Literal["non_saturating", "saturating", "least_squares", "wasserstein", "hinge", "relativistic"]
    gradient_penalty: NonNegative
    r1_gamma: NonNegative
    r2_gamma: NonNegative
    spectral_normalization: bool
    weight_clip: NonNegative
    critic_steps: Count
    generator_learning_rate: Positive
    discriminator_learning_rate: Positive
    adam_beta_1: Momentum
    adam_beta_2: Momentum
    final_learning_rate_fraction: Fraction
    ema_half_life_images: Annotated[int, Field(ge=0)]
    precision: Literal["float32", "mixed_bfloat16"]

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
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
