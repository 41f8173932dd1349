"""docs/results.md, a function of the published rows."""

from benchmarks.tables import Row, modes_table, table


def results_page(rows: list[Row]) -> str:
    """The table of all variants and of Stacked MNIST, and what they were measured with."""
    about = rows[0]
    digits, stacked = ([row for row in rows if (row["scores"]["mode_kl"] is not None) == of_modes] for of_modes in (False, True))
    return f"""# Results of all variants

`make publish` trains every published cell in a clone of this project and writes this page from [results.json](../benchmarks/results.json).
{about["samples"]} samples of each generator are compared with the {about["split"]} split of {about["data_set"]}, in the layer
`{about["feature_layer"]}` of a digit classifier that classifies {about["classifier_accuracy"]:.2%} of the test digits correctly (sha256
{about["classifier_sha256"][:12]}). Scores of several seeds are given as mean ± standard deviation, their training time as the median; losses are
those of the first and the last epoch, of the first seed. *Real digits* are training images in place of the samples.
[params.yaml](../params.yaml) says what each variant is.

In results.json, `key` is a hash of a cell's settings and data, `code` one of the code of its stages, `weights_md5` that of its generator's weights,
and `findings` is what the doctor found. A row that was published before one of these was recorded lacks it.

{table(digits)}

![Samples of all variants](images/variants.png)
{stacked_section(stacked)}"""


def stacked_section(rows: list[Row]) -> str:
    """The scores of images of three digits; nothing if there are none."""
    if not rows:
        return ""
    return f"""
## Stacked MNIST

Images of three digits, one in each colour channel, are scored as in the tables of PacGAN (Lin et al. 2017, arXiv:1712.04086) and R3GAN (Huang et al.
2024, arXiv:2501.05441): the digit classifier reads each channel of {rows[0]["samples"]} samples, *modes covered* is how many of the 1000 combinations
are drawn, and *mode KL* is the divergence of their histogram from that of the data.

{modes_table(rows)}
"""
