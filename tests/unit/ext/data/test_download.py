"""Downloads: whatever a network or a disk does, a file is whole or absent."""

import contextlib
import errno
import hashlib
import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from d2l_ext import config
from d2l_ext.data import download, load_fashion_mnist
from d2l_ext.data.download import FASHION_MNIST, DownloadError, Source, fetch

import clothes
import pytest

WAIT = 60  # seconds; a test that waits this long has failed
FILES = {"labels.gz": b"0123456789" * 50, "images.gz": b"pixels " * 40_000}
CHECKSUMS = {
    "labels.gz": "sha256:" + hashlib.sha256(FILES["labels.gz"]).hexdigest(),
    "images.gz": "md5:"
    + hashlib.md5(FILES["images.gz"], usedforsecurity=False).hexdigest(),
}


class Mirror(ThreadingHTTPServer):
    """A mirror on loopback that answers by calling ``answer``.

    ``answer(handler, name)`` writes the response; ``requests`` has the names
    that were asked for.
    """

    daemon_threads = True

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer, self.requests = answer, []
        self.url = f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, request, client_address):
        """Says nothing: clients that hang up are what is tested."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.lstrip("/")
        self.server.requests.append(name)
        self.server.answer(self, name)

    def log_message(self, *args):
        pass


def send(handler, content, length=None):
    handler.send_response(200)
    handler.send_header("Content-Length", str(length or len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def correct(handler, name):
    send(handler, FILES[name])


def missing(handler, name):
    handler.send_error(404)


def garbage(handler, name):
    send(handler, b"<html>Log in to use this network</html>")


def swapped(handler, name):
    (other,) = FILES.keys() - {name}
    send(handler, FILES[other])


def truncated(handler, name):
    send(handler, FILES[name][:-9])


def broken_off(handler, name):
    send(handler, FILES[name][:-9], length=len(FILES[name]))


def silent(handler, name):
    """Hangs up without an answer."""


@pytest.fixture
def serve(monkeypatch):
    """Returns a function that starts a mirror."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with contextlib.ExitStack() as stack:

        def start(answer=correct):
            mirror = stack.enter_context(Mirror(answer))
            thread = threading.Thread(
                target=mirror.serve_forever, kwargs={"poll_interval": 0.01}
            )
            thread.start()
            stack.callback(thread.join)
            stack.callback(mirror.shutdown)
            return mirror

        yield start


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Returns the folder that downloads go to; it does not exist yet."""
    use_folder(monkeypatch, tmp_path / "cache")
    return tmp_path / "cache" / "fashion-mnist"


def use_folder(monkeypatch, folder):
    settings = config.read({"D2L_EXT_DATA": str(folder)})
    monkeypatch.setattr(download, "settings", lambda: settings)


def source(*mirrors):
    urls = (getattr(mirror, "url", mirror) for mirror in mirrors)
    return Source(tuple(urls), CHECKSUMS)


def refused_url():
    """Returns a URL on loopback where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/"


def kept(folder):
    """Returns name and content of all files in ``folder``."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_is_downloaded_is_returned_and_kept(serve, cache):
    assert fetch(source(serve())) == FILES
    assert kept(cache) == FILES


def test_what_is_kept_is_used_without_a_network(serve, cache):
    mirror = serve()
    fetch(source(mirror))
    assert fetch(source(mirror, refused_url())) == FILES
    assert fetch(source()) == FILES
    assert len(mirror.requests) == len(FILES)


def test_a_url_needs_no_slash_at_its_end(serve, cache):
    assert fetch(source(serve().url.rstrip("/"))) == FILES


def test_what_is_kept_can_be_read_by_whom_the_umask_lets(serve, cache):
    before = os.umask(0o022)
    try:
        fetch(source(serve()))
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in cache.iterdir()} == {0o644}


@pytest.mark.parametrize(
    "spoil", [lambda c: c[:-1], lambda c: b"", bytes.swapcase]
)
def test_a_damaged_file_is_downloaded_again(serve, cache, spoil):
    mirror = serve()
    fetch(source(mirror))
    images = cache / "images.gz"
    images.write_bytes(spoil(FILES["images.gz"]))
    assert fetch(source(mirror)) == kept(cache) == FILES
    assert mirror.requests == [*FILES, "images.gz"]


def test_a_damaged_file_that_cannot_be_replaced_is_named(serve, cache):
    fetch(source(serve()))
    (cache / "images.gz").write_bytes(b"half")
    with pytest.raises(DownloadError) as caught:
        fetch(source(refused_url()))
    message = str(caught.value)
    assert f"{cache / 'images.gz'} is damaged" in message
    assert "put the file there by hand" in message


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (missing, "404 Not Found"),
        (garbage, "sent another file (wrong checksum)"),
        (swapped, "sent another file (wrong checksum)"),
        (truncated, "sent another file (wrong checksum)"),
        (broken_off, "broke off the transfer"),
        (silent, "no connection (('Connection aborted.'"),
    ],
)
def test_a_bad_mirror_is_passed_over_and_named_if_it_is_all(
    serve, cache, answer, reason
):
    bad, good = serve(answer), serve()
    with pytest.raises(DownloadError) as caught:
        fetch(source(bad))
    assert "labels.gz is not there" in str(caught.value)
    assert f"{bad.url}: {reason}" in str(caught.value)
    assert kept(cache) == {}
    assert fetch(source(bad, good)) == kept(cache) == FILES


def test_all_mirrors_that_failed_are_named(serve, cache):
    bad, dead = serve(missing), refused_url()
    with pytest.raises(DownloadError) as caught:
        fetch(source(dead, bad, "nonsense"))
    message = str(caught.value)
    assert f"{dead}: no connection (" in message
    assert "Connection refused)" in message
    assert f"{bad.url}: 404 Not Found" in message
    assert "nonsense: MissingSchema" in message


def test_a_mirror_that_stalls_is_given_up(serve, cache, monkeypatch):
    done = threading.Event()

    def stalls(handler, name):
        send(handler, FILES[name][:9], length=len(FILES[name]))
        done.wait(WAIT)

    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    try:
        with pytest.raises(DownloadError, match="Read timed out"):
            fetch(source(serve(stalls)))
    finally:
        done.set()


def test_a_dead_mirror_is_tried_once(serve, cache):
    bad, good = serve(missing), serve()
    fetch(source(bad, good))
    assert bad.requests == ["labels.gz"]
    assert good.requests == ["labels.gz", "images.gz"]


def test_a_source_without_mirrors_says_where_the_file_belongs(cache):
    with pytest.raises(DownloadError) as caught:
        fetch(source())
    assert str(cache / "labels.gz") in str(caught.value)
    assert "names no mirror" in str(caught.value)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("step", ["write_bytes", "mkdir"])
def test_a_folder_that_takes_no_file_is_named(
    serve, cache, monkeypatch, code, step
):
    mirror = serve()

    def fails(path, *args, **kwargs):
        if step == "write_bytes":  # a full disk takes the beginning
            with path.open("wb") as file:
                file.write(args[0][:9])
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr(Path, step, fails)
    with pytest.raises(DownloadError) as caught:
        fetch(source(mirror))
    monkeypatch.undo()
    message = str(caught.value)
    assert f"{cache} cannot be used: {os.strerror(code)}" in message
    assert "D2L_EXT_DATA" in message
    assert not cache.exists() or kept(cache) == {}
    # The small file shows it, before the large one is downloaded.
    assert mirror.requests == ["labels.gz"][: step == "write_bytes"]


def test_a_folder_that_is_a_file_is_named(serve, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    use_folder(monkeypatch, tmp_path / "file")
    with pytest.raises(DownloadError, match="file/fashion-mnist cannot be"):
        fetch(source(serve()))


def test_a_file_that_may_not_be_read_is_named(serve, cache, monkeypatch):
    fetch(source(serve()))

    def fails(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", fails)
    with pytest.raises(DownloadError, match="cannot be used: Permission"):
        fetch(source())


def test_a_mirror_of_real_clothes_feeds_the_loader(serve, cache):
    mirror = serve(lambda handler, name: send(handler, clothes.FILES[name]))
    real = clothes.source(mirror.url)
    train_iter, test_iter = load_fashion_mnist(256, resize=96, source=real)
    assert kept(cache) == clothes.FILES
    assert [X.shape for X, _ in test_iter] == [(150, 1, 96, 96)]
    assert train_iter.num_examples == 750


PROGRAM = """
import sys
from d2l_ext.data.download import Source, fetch
fetch(Source((sys.argv[1],), dict(arg.split("=") for arg in sys.argv[2:])))
"""


@contextlib.contextmanager
def another_process(mirror, cache):
    """Starts a process that downloads, and kills it at the end."""
    checksums = [f"{name}={value}" for name, value in CHECKSUMS.items()]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, mirror.url, *checksums],
        env={**os.environ, "D2L_EXT_DATA": str(cache.parent)},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_two_processes_at_once_both_get_the_files(serve, cache):
    # Answers only when both have asked, so neither finds what the other kept.
    both = threading.Barrier(2, timeout=WAIT)

    def answers_both(handler, name):
        both.wait()
        correct(handler, name)

    mirror = serve(answers_both)
    with (
        another_process(mirror, cache) as first,
        another_process(mirror, cache) as second,
    ):
        assert first.wait(WAIT) == second.wait(WAIT) == 0
    assert kept(cache) == FILES
    assert sorted(mirror.requests) == sorted([*FILES, *FILES])


def test_another_writer_just_before_the_rename_does_no_harm(
    serve, cache, monkeypatch
):
    mirror, others = serve(), [None]
    replace = os.replace

    def replace_after_another(part, path):
        if others:
            others.pop()
            fetch(source(mirror))
        replace(part, path)

    monkeypatch.setattr(os, "replace", replace_after_another)
    assert fetch(source(mirror)) == kept(cache) == FILES


def test_a_killed_download_leaves_nothing_that_is_believed(serve, cache):
    half_sent, killed = threading.Event(), threading.Event()

    def stalls_in_images(handler, name):
        content = FILES[name]
        if name == "images.gz" and not killed.is_set():
            send(handler, content[: len(content) // 2], length=len(content))
            half_sent.set()
            killed.wait(WAIT)
        else:
            correct(handler, name)

    mirror = serve(stalls_in_images)
    with another_process(mirror, cache) as process:
        try:
            assert half_sent.wait(WAIT)
            process.kill()  # SIGKILL: no cleaning up
            assert process.wait(WAIT) == -9
        finally:
            killed.set()
    assert kept(cache) == {"labels.gz": FILES["labels.gz"]}
    assert fetch(source(mirror)) == kept(cache) == FILES


def test_a_process_killed_while_writing_leaves_nothing_that_is_believed(
    serve, cache
):
    cache.mkdir(parents=True)
    (cache / ".images.gz.0.part").write_bytes(b"half")
    (cache / "images.gz").write_bytes(FILES["images.gz"][:1000])
    assert fetch(source(serve())) == FILES


class Terminal:
    """A stderr that says it is, or is not, a terminal."""

    def __init__(self, is_terminal):
        self.text, self.is_terminal = "", is_terminal

    def isatty(self):
        return self.is_terminal

    def write(self, text):
        self.text += text

    def flush(self):
        pass


@pytest.mark.parametrize(
    ("is_terminal", "in_notebook", "ci", "shown"),
    [
        (True, False, "", True),
        (False, True, "", True),
        (False, False, "", False),
        (True, True, "true", False),
    ],
)
def test_progress_is_shown_where_somebody_watches(
    serve, cache, monkeypatch, is_terminal, in_notebook, ci, shown
):
    stderr = Terminal(is_terminal)
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setenv("CI", ci)
    if in_notebook:
        monkeypatch.setattr(Terminal, "__module__", "ipykernel.iostream")
    fetch(source(serve()))
    assert ("images.gz: 100%" in stderr.text) == shown
    assert shown or stderr.text == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("http://mirror/", {}), "urls is a tuple of URLs, not 'http"),
        (((), {"f.gz": "d41d8"}), "f.gz is written md5:.*not 'd41d8'"),
        (((), {"f.gz": "crc:d41d8"}), "f.gz is written md5:.*not 'crc:d41d8'"),
    ],
)
def test_a_source_of_another_form_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Source(*arguments)


def test_fashion_mnist_has_mirrors_on_several_hosts_and_four_files():
    hosts = {url.split("/")[2] for url in FASHION_MNIST.urls}
    assert len(hosts) == len(FASHION_MNIST.urls) > 1
    digests = {
        c.removeprefix("md5:") for c in FASHION_MNIST.checksums.values()
    }
    assert {len(digest) for digest in digests} == {32}
    assert len(digests) == len(FASHION_MNIST.checksums) == 4
