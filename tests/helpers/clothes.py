"""The 900 real images of Fashion-MNIST that the tests have."""

import hashlib
from pathlib import Path

from d2l_ext.data.download import FASHION_MNIST, Source

FOLDER = Path(__file__).parents[1] / "data" / "fashion-mnist-900"
FILES = {
    name: (FOLDER / name).read_bytes() for name in FASHION_MNIST.checksums
}


def source(*urls):
    """Returns where the loader finds them, with their own checksums."""
    checksums = {
        name: "sha256:" + hashlib.sha256(content).hexdigest()
        for name, content in FILES.items()
    }
    return Source(urls, checksums)


def keep(folder):
    """Writes the files into a folder, as a download leaves them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
