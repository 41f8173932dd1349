"""Pictures from arrays, the same bytes for the same arrays: NumPy, Pillow and matplotlib, no network.

sheets    sample sheets: samples in rows of ten under a caption
grids     many digits side by side: in rows, by class, beside the nearest training images
figure    the question's four-panel figure
png       PNG files
"""
