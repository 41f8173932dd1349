"""Sample quality as pure functions of arrays: float64 inside, no model, no files, no global random state.

    frechet        the Fréchet distance between two sets of features
    kernel         the kernel distance (maximum mean discrepancy)
    neighbours     precision, recall, density, coverage
    classes        scores of class probabilities: classifier score, class consistency, classes covered, class KL, effective classes
    modes          modes covered and their divergence, of images of several digits
    diversity      diversity within a class
    memorisation   distances to the nearest training image, and the share of samples that are too near
    blocks         products and distances of all pairs of points, in blocks
    checks         the errors for arrays that a metric cannot score
    samples        the arrays that scores are computed from
    score_names    `SCORES`, the list of every score: its name, its function, and whether low or high is good
    scores         every score of a set of samples, and its spread over subsets

`*_distance` is better low, `*_score` and `class_consistency` are better high.
docs/metrics.md defines each score, docs/how-to/add-a-metric.md adds one.
"""
