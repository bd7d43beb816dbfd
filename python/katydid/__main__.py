"""``python -m katydid``."""

import sys

from katydid._command import main

sys.exit(main())
