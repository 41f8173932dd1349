"""Following a training that knows nothing of the doctor.

- `hooks` replaces the few methods of Keras and TensorFlow that every training uses, and tells a `recorder` what happens, which fills a `record`.
- `units` recognises compiled training steps where they are called, `loop` steps that are written in a loop; the `session` decides when to look.
- `second_trace` traces a step again with a recorder, on saved `state`, with repeatable `random_numbers` and a graph that stays `as_traced`; a `look`
  runs it.
- `flow` and `roles` find which network is given whose samples, `origins` where each row comes from (`marks` in steps that run eagerly), `losses` the
  gradients at a discriminator's `score`.
- `evidence`, made of `described`, `inputs`, `wanted`, `kinds`, `penalties`, `finite` and `lines`, and `rows` put that into the form that the rules
  read, `followed` for one pair of networks over its whole training; `over_time/` adds up what one look cannot show.
- `samples_so_far` keeps rows of several looks, which are compared as `distributions`; `drawn_rows` finds from which row of the generator's input a
  sample was drawn, `labels` what label stands there, and `again` calls a network with other inputs.
- `guard` keeps errors of the doctor out of the training, `places` names lines of the user's code, `seen` calls a network as it was called.
"""
