"""`python -m pipeline.doctor run SCRIPT`: the command `gan-doctor` where the package is not installed."""

import sys

from pipeline.doctor.run import main

if __name__ == "__main__":
    sys.exit(main())
