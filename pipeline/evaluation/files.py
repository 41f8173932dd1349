"""What lies in the folder of an evaluated cell."""

METRICS = "metrics.json"
CURVES = "curves.json"  # scores of the sample sheets by epoch
CONFUSION = "confusion.csv"  # the class asked for and the class read of every sample
BY_CLASS = "by_class.png"
NEAREST = "nearest.png"
