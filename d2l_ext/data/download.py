"""The files of a data set: downloaded, verified and kept."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from d2l_ext.config import settings

TIMEOUT = 30  # seconds without a byte after which a mirror is given up


class DownloadError(OSError):
    """No mirror gave a correct file, or the cache folder cannot be used."""


@dataclass(frozen=True)
class Source:
    """Where a data set's files come from, and how to know them.

    Attributes
    ----------
    urls : tuple of str
        The mirrors' folders, in the order in which they are tried. Empty for
        files that are put into the cache folder by hand.
    checksums : mapping of str to str
        File name to ``md5:...`` or ``sha256:...``. The files are fetched in
        this order.
    folder : str
        The folder under ``D2L_EXT_DATA`` that keeps the files.

    Raises
    ------
    ValueError
        If ``urls`` is one string or a checksum has another form.
    """

    urls: tuple[str, ...]
    checksums: Mapping[str, str]
    folder: str = "fashion-mnist"

    def __post_init__(self) -> None:
        if isinstance(self.urls, str):
            raise ValueError(f"urls is a tuple of URLs, not {self.urls!r}")
        for name, checksum in self.checksums.items():
            if checksum.partition(":")[0] not in ("md5", "sha256"):
                raise ValueError(
                    f"the checksum of {name} is written md5:... or "
                    f"sha256:..., not {checksum!r}"
                )


#: The authors' files and their published checksums. The small files come
#: first, so that a folder that cannot be written to is noticed at once.
FASHION_MNIST = Source(
    urls=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/"
        "master/data/fashion/",
        "https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/gluon/"
        "dataset/fashion-mnist/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    checksums=MappingProxyType(
        {
            "t10k-labels-idx1-ubyte.gz": (
                "md5:bb300cfdad3c16e7a12a480ee83cd310"
            ),
            "train-labels-idx1-ubyte.gz": (
                "md5:25c81989df183df01b3e8a0aad5dffbe"
            ),
            "t10k-images-idx3-ubyte.gz": (
                "md5:bef4ecab320f06d8554ea6380940ec79"
            ),
            "train-images-idx3-ubyte.gz": (
                "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d"
            ),
        }
    ),
)


def fetch(source: Source) -> dict[str, bytes]:
    """Returns the verified content of each file of ``source``.

    A file comes from the cache folder if it is there and correct, and from
    the first mirror that gives a correct one if not.

    Raises
    ------
    DownloadError
        If no mirror gives a correct file (the message lists what each of them
        did), or if the cache folder cannot be read or written.
    """
    folder = settings().data / source.folder
    urls = list(source.urls)
    contents = {}
    try:
        for name, checksum in source.checksums.items():
            path = folder / name
            data = path.read_bytes() if path.is_file() else None
            if data is None or not _is_correct(data, checksum):
                folder.mkdir(parents=True, exist_ok=True)
                data = _download(path, checksum, urls, data is not None)
                _write(path, data)
            contents[name] = data
    except DownloadError:
        raise
    except OSError as error:
        raise DownloadError(
            f"the cache folder {folder} cannot be used: "
            f"{error.strerror or error}. Make room or give yourself access "
            "there, or set D2L_EXT_DATA to another folder and start again"
        ) from error
    return contents


def _is_correct(data: bytes, checksum: str) -> bool:
    algorithm, _, digest = checksum.partition(":")
    hasher = hashlib.new(algorithm, data, usedforsecurity=False)
    return hasher.hexdigest() == digest.lower()


def _download(
    path: Path, checksum: str, urls: list[str], damaged: bool
) -> bytes:
    """Returns the file from the first of ``urls`` that has a correct one.

    That mirror moves to the front, so that a dead one is waited for once.
    """
    failures = []
    for url in list(urls):
        try:
            data = _get(f"{url.rstrip('/')}/{path.name}")
        # Whatever a mirror does wrong, the next one may do right.
        except Exception as error:
            failures.append(f"{url}: {_in_words(error)}")
            continue
        if _is_correct(data, checksum):
            urls.remove(url)
            urls.insert(0, url)
            return data
        failures.append(f"{url}: sent another file (wrong checksum)")
    found = "is damaged" if damaged else "is not there"
    tried = "\n".join(f"  {failure}" for failure in failures)
    raise DownloadError(
        f"{path} {found}, and no mirror gave a correct one:\n"
        f"{tried or '  (this source names no mirror)'}\n"
        "Connect to the network and try again, put the file there by hand, "
        "or pass source= with a mirror that this machine can reach"
    )


def _get(url: str) -> bytes:
    """Returns what ``url`` serves.

    It is held in memory until it is verified: a download that is killed
    leaves nothing behind.
    """
    # Imported here: whoever has the files needs none of this.
    from pooch import HTTPDownloader
    from tqdm import tqdm

    content = io.BytesIO()
    with tqdm(
        desc=url.rpartition("/")[2],
        # pooch sets the total, after it asked whether the bar is true: a bar
        # without a total cannot say.
        total=1,
        unit="B",
        unit_scale=True,
        disable=not _shows_progress(),
    ) as bar:
        download = HTTPDownloader(
            progressbar=bar,
            chunk_size=2**16,
            timeout=TIMEOUT,
            # The file itself is compressed; it must come as it is.
            headers={"Accept-Encoding": "identity"},
        )
        download(url, content, None)
    return content.getvalue()


def _shows_progress() -> bool:
    """Whether somebody watches: a terminal or a notebook, and not CI."""
    # A kernel's stderr is no terminal, but what it gets is shown.
    in_notebook = type(sys.stderr).__module__.startswith("ipykernel")
    return (in_notebook or sys.stderr.isatty()) and not os.environ.get("CI")


def _in_words(error: Exception) -> str:
    """Returns in one line why a mirror failed."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"{error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout):
        return f"did not answer in {TIMEOUT} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "broke off the transfer"
    if isinstance(error, requests.ConnectionError):
        # The innermost reason, without the layers around it.
        cause = error.args[0] if error.args else error
        reason = str(getattr(cause, "reason", cause))
        return f"no connection ({reason.rpartition(': ')[2]})"
    return f"{type(error).__name__}: {error}"


def _write(path: Path, data: bytes) -> None:
    """Writes a file that is there as a whole or not at all.

    Each process writes its own temporary file, so two at once do no harm.
    """
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
