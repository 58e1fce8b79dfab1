"""What the tests of the rule language share is at hand here too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
