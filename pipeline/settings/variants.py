"""A variant's settings, strict: what one GAN is. params.yaml says what each number means.

Like params.py it accepts or refuses and computes nothing.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Momentum = Annotated[float, Field(ge=0, lt=1)]
Fraction = Annotated[float, Field(gt=0, le=1)]


class Section(BaseModel):
    """A section of params.yaml: each of its keys, of its type, and no other."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class VariantSettings(Section):
    """What one GAN is."""

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
                "batch statistics mix the images whose gradients are penalised: set discriminator_normalization: none"
            )
        if self.r2_gamma and not self.share_discriminator:
            raise ValueError(
                f"r2_gamma: expected 0 together with share_discriminator: false, received {self.r2_gamma}; "
                "nothing trains the network that it would make smooth: set share_discriminator: true"
            )
        if self.spectral_normalization and self.weight_clip:
            raise ValueError(
                f"weight_clip: expected 0 together with spectral_normalization: true, received {self.weight_clip}; both bound the kernels: keep one"
            )
        return self
