"""Which tests need Chromium; the fixture `browser` starts it. Where CI is set, a missing Chromium is a failure."""

import os

import pytest

from benchmarks.chromium import PROGRAM

NEEDS_CHROMIUM = pytest.mark.skipif(PROGRAM is None and not os.environ.get("CI"), reason="no Chromium on this machine")
