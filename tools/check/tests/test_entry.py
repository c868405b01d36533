# SPDX-License-Identifier: GPL-2.0
"""tools/nftsw on a machine where nothing is set up yet: what it hands on to its parts
must not remember that state, because setup runs after the environment is made."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]


def test_environment_does_not_depend_on_what_is_set_up(tmp_path):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("NFTSW_")}
    seen = []
    for cache in (tmp_path / "empty", tmp_path / "made"):
        cache.mkdir()
        if cache.name == "made":
            (cache / "qemu.version").write_text("10.0.0\n", encoding="utf-8")
        done = subprocess.run(
            [ROOT / "tools/nftsw", "internal", "eval", "launch_env; env -0"],
            env={**clean, "NFTSW_CACHE": str(cache)}, capture_output=True, text=True, check=True)
        pairs = dict(x.split("=", 1) for x in done.stdout.split("\0") if "=" in x)
        seen.append({k: v.replace(str(cache), "CACHE") for k, v in pairs.items()
                     if k.startswith("NFTSW_")})
    assert seen[0] and seen[0] == seen[1]
