"""Runstead: records, runs and shows machine-learning experiments on machines that their users own."""

import os as _os
import sys as _sys

__version__ = "0.1.0"

# An image's Python, or one that an environment names, may be older than every file of ours but this one can be read by.
if _sys.hexversion < 0x030B0000:
    raise ImportError(
        "Runstead needs Python 3.11 or newer, and {} is Python {}; take an image with a newer Python, or name a newer "
        "interpreter in the environment".format(_sys.executable, ".".join(map(str, _sys.version_info[:3])))
    )

# In a container, what an image may lack of our needs is mounted beside us (launch/mounts.py). It comes last, so that
# nothing of the image's own is replaced.
_needs = _os.path.join(_os.path.dirname(_os.path.dirname(__file__)), "_runstead_needs")
if _os.path.isdir(_needs) and _needs not in _sys.path:
    _sys.path.append(_needs)
