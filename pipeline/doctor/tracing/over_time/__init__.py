"""What one look cannot show, added up over the looks at a training: each module tracks one thing; `trackers` has the list of them.

- `real_rows`: fingerprints of the real rows that the discriminator is given.
- `by_batch`: whether real rows are normalised batch by batch.
- `latents`: fingerprints of what the generator is given.
- `movement`: how far the weights of both networks move, and at which rates.
- `judges`: which network judges samples in the generator's turn.
- `one_hot`: whether each row of one-hot labels has its one.
- `fading`: how much of a gradient is left at the first weights.
- `applied`: what the optimizers are given, against the gradients of the same step.
- `built_again`: networks that are made anew while their partner is trained on.
- `left_out`: weights that no optimizer is ever given.
- `output_gradients`: whether all outputs of the generator have a gradient.
- `opposition`: whether the generator is trained against the discriminator, and how much of its gradient comes from there.
- `verdicts`: what the discriminator says of the last rows with a change that nobody sees.
- `pairs`: whether the discriminator notices a real row beside the condition of another row.
- `copied`: whether the generator gives back the images that it is given.
- `drawn_again`: whether samples depend on their label and on their noise.
- `averages`: what becomes of networks of the generator's shape that no optimizer updates.
- `drawn`: what the script draws after its training steps.
- `conditions`: whether samples are judged with the conditions that they were drawn for.
- `changed_rows`: whether real rows and samples are changed at random on their way to the discriminator.

A new tracker is a class in a module of its own, and its name in `trackers.TRACKERS`; what its `evidence` returns stands under that name in
`over_time` of the evidence.
"""
