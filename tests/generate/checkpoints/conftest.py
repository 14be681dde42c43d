"""Tests of checkpoints import `published_layout` from beside them."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
