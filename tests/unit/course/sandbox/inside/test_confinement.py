"""A confined process can start nothing, and nothing gives it back."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from d2l_course.sandbox.inside import confinement
from d2l_course.sandbox.inside.confinement import system_call_filter

import pytest

LIMITS = '{"AS": 2**30, "CPU": 60, "NOFILE": 32, "NPROC": 64}'
PACKAGE = os.fspath(Path(confinement.__file__).parents[1])
#: The module is loaded as the sandbox does it, without the whole package.
CONFINE = f"""
import ctypes, fcntl, json, os, resource, socket, subprocess, sys
import threading, types

package = sys.modules["d2l_ext"] = types.ModuleType("d2l_ext")
package.__path__ = [{PACKAGE!r}]
from d2l_course.sandbox.inside.confinement import confine

def refused(function, *arguments):
    try:
        function(*arguments)
    except OSError as error:
        return error.errno
    return None

confine({LIMITS}, None)
"""
EPERM, ENOSYS = 1, 38


@pytest.fixture
def confined(run_python):
    """Returns a function that evaluates an expression when confined."""

    def evaluate(expression):
        value, error = run_python(CONFINE, f"print(json.dumps({expression}))")
        assert error is None
        return value

    return evaluate


def test_no_process_is_started(confined):
    ways = (
        "os.fork",
        "lambda: subprocess.run(['/bin/true'])",
        "lambda: os.execv('/bin/true', ['true'])",
        "lambda: os.posix_spawn('/bin/true', ['true'], {})",
    )
    tried = ", ".join(f"refused({way})" for way in ways)
    assert confined(f"[{tried}]") == [EPERM] * 4


def test_no_socket_and_no_hidden_memory(confined):
    tried = "[refused(socket.socket), refused(os.memfd_create, 'x')]"
    assert confined(tried) == [EPERM, EPERM]


def test_no_call_of_the_list_gets_through(confined):
    column = list(confinement._ARCHITECTURES).index(os.uname().machine)
    numbers = [pair[column] for pair in confinement._FORBIDDEN.values()]
    numbers = [number for number in numbers if number is not None]
    libc = "ctypes.CDLL(None, use_errno=True)"
    tried = (
        f"[({libc}.syscall(n, -1, -1, -1, -1, -1, -1), ctypes.get_errno()) "
        f"for n in {numbers}]"
    )
    assert confined(tried) == [[-1, EPERM]] * len(numbers)


def test_other_processes_are_out_of_reach():
    names = ("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd")
    names += ("pidfd_open", "process_madvise", "process_mrelease", "kcmp")
    assert {*names} <= {*confinement._FORBIDDEN}


def test_what_is_newer_than_the_list_is_unknown(confined):
    libc = "ctypes.CDLL(None, use_errno=True)"
    for number in (463, 1000, 0x40000000 + 39):
        tried = f"[{libc}.syscall({number}, 0, 0), ctypes.get_errno()]"
        assert confined(tried) == [-1, ENOSYS]


def test_no_lock_is_set_and_a_file_can_be_asked_about(confined):
    lock = "refused(fcntl.lockf, 0, fcntl.LOCK_EX)"
    lease = "refused(fcntl.fcntl, 0, 1024, 0)"
    ask = "refused(fcntl.fcntl, 0, fcntl.F_GETFD)"
    assert confined(f"[{lock}, {lease}, {ask}]") == [EPERM, EPERM, None]


def test_the_newer_clone_is_unknown_so_that_threads_take_the_older(confined):
    libc = "ctypes.CDLL(None, use_errno=True)"
    assert confined(f"[{libc}.syscall(435, 0, 0), ctypes.get_errno()]") == [
        -1,
        ENOSYS,
    ]


def test_threads_work(confined):
    run = "(lambda t: (t.start(), t.join()))(threading.Thread(target=int))"
    assert confined(run) == [None, None]


def test_limits_are_final(confined):
    got = "resource.getrlimit(resource.RLIMIT_NOFILE)"
    assert confined(got) == [32, 32]
    assert confined(
        f"resource.getrlimit(resource.RLIMIT_AS) == ({2**30},) * 2"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another")
def test_root_becomes_nobody(run_python):
    code = CONFINE.replace("None)", "1_234_567_890)")
    value, error = run_python(
        code,
        "print(json.dumps([os.getresuid(), os.getgroups(), "
        "refused(os.setuid, 0)]))",
    )
    assert error is None
    assert value == [[1_234_567_890] * 3, [], EPERM]


def test_where_threads_are_counted_elsewhere_the_limit_is_left(monkeypatch):
    given = []
    monkeypatch.setattr(confinement, "_can_start_thread", lambda: False)
    monkeypatch.setattr(
        confinement.resource, "setrlimit", lambda *pair: given.append(pair)
    )
    what = confinement.resource.RLIMIT_NPROC
    before = confinement.resource.getrlimit(what)
    confinement._limit(what, 7)
    assert given[-1] == (what, before)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_each_architecture_has_its_own_numbers(machine):
    program = system_call_filter(machine)
    steps = list(struct.iter_unpack("HBBI", program))
    numbers = {value for code, _, _, value in steps if code == 0x15}
    execve, socket = {"x86_64": (59, 41), "aarch64": (221, 198)}[machine]
    assert {execve, socket, 435} <= numbers
    # No jump leads out of the program.
    for position, (_, yes, no, _) in enumerate(steps):
        assert position + 1 + max(yes, no) < len(steps) or yes == no == 0


def test_an_unknown_architecture_is_refused():
    with pytest.raises(OSError, match="riscv64 are not known"):
        system_call_filter("riscv64")
