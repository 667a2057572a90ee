"""Runstead: records, runs and shows machine-learning experiments on machines that their users own."""

import os as _os
import sys as _sys

__version__ = "0.1.0"

# In a container, what an image may lack of our needs is mounted beside us (launch/mounts.py). It comes last, so that
# nothing of the image's own is replaced.
_needs = _os.path.join(_os.path.dirname(_os.path.dirname(__file__)), "_runstead_needs")
if _os.path.isdir(_needs) and _needs not in _sys.path:
    _sys.path.append(_needs)
