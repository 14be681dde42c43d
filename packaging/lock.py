"""Write the three lock files from pyproject.toml: `make lock`.

Every package for every platform, by hash, and no address: where packages come from is the machine's own affair.
requirements.lock is all that everybody needs. Torch for Linux comes in two builds of one version: the CPU build
stands in requirements-cpu.lock, and what the CUDA build needs beside itself in requirements-cuda.lock.
packaging/setup.sh chooses.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LEFT_OUT = {"libsvm-official": "only in source form, needs a compiler; brisque is installed for its model alone"}
TORCH_CPU = """\
torch==2.13.0+cpu ; sys_platform == 'linux' and platform_machine == 'x86_64' and python_version == '3.11' \\
    --hash=sha256:6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b
"""
HEADER = "# Written by `make lock` from pyproject.toml and packaging/constraints.txt; do not edit.\n"


def compile_lock() -> str:
    """The whole closure for every platform, as uv resolves it."""
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "--universal", "--generate-hashes", "--python-version", "3.11"),
        *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--extra", "dev", "--quiet"),
        *("--constraint", "packaging/constraints.txt", "pyproject.toml"),
    ]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def packages(lock: str) -> dict[str, str]:
    """Each requirement with its hashes, by name and line."""
    blocks = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE | re.IGNORECASE)
    return {block.split(" \\")[0]: block for block in blocks if "==" in block}


def main() -> None:
    """Write the three files."""
    cuda, rest = "", ""
    for requirement, block in packages(compile_lock()).items():
        name = requirement.split("==")[0]
        if name in LEFT_OUT:
            rest += f"# {requirement.split(' ')[0]} is left out: {LEFT_OUT[name]}\n"
        elif name.startswith(("nvidia-", "cuda-")) or name == "triton":
            cuda += block
        else:
            rest += block
    (ROOT / "requirements.lock").write_text(HEADER + rest)
    (ROOT / "requirements-cpu.lock").write_text(HEADER + TORCH_CPU)
    (ROOT / "requirements-cuda.lock").write_text(HEADER + cuda)


if __name__ == "__main__":
    main()
