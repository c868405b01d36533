# SPDX-License-Identifier: GPL-2.0
"""What the results of a run are results of."""
import subprocess
from pathlib import Path


def commit():
    """The commit that is checked out, "-dirty" behind it when the tree is another; "unknown" outside of git."""
    said = subprocess.run(["git", "-C", Path(__file__).parent, "describe", "--always", "--dirty", "--abbrev=12"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return said.stdout.strip() or "unknown"
