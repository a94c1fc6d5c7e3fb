"""What the worker gives up before it runs a student's code.

The sandbox around it has taken away the files, the network and the other
processes. This is the second wall, and what bounds memory and time: with one
process alone, a limit on its memory is a limit on all.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import threading

#: System calls that the student's code has no use for: they start processes,
#: open sockets, reach into other processes, keep memory of the kernel's that
#: no limit counts, or change what a process may do. Their numbers on x86-64
#: and AArch64; None where there is none.
_FORBIDDEN = {
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "socket": (41, 198),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "kcmp": (312, 272),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "io_uring_setup": (425, 425),
    "io_setup": (206, 0),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "inotify_add_watch": (254, 27),
    "fanotify_init": (300, 262),
    "landlock_create_ruleset": (444, 444),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "flock": (73, 32),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "personality": (135, 92),
    "modify_ldt": (154, None),
}
#: The first that is not known here, as no later one is. On x86-64, those of
#: another calling convention have higher numbers still.
_NOT_KNOWN = 463
_FCNTL = (72, 25)
#: What fcntl() may not do: set a lock, or a lease. The kernel keeps each.
_LOCKS = (6, 7, 37, 38, 1024)
_CLONE = (56, 220)
_CLONE3 = 435
#: How the kernel names the two architectures.
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CLONE_THREAD = 0x00010000

# Classic BPF: load a word, jump if equal, greater, or a bit is set; return.
_LOAD, _EQUAL, _AT_LEAST, _HAS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE, _UNKNOWN = 0x00050000 | 1, 0x00050000 | 38  # EPERM, ENOSYS

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER_MODE = 38, 22, 2


def confine(limits: dict[str, int], uid: int | None) -> None:
    """Gives up what a student's code must not have; there is no way back.

    Parameters
    ----------
    limits : dict of str to int
        Resource limits by their names without ``RLIMIT_``.
    uid : int or None
        The user to become, for a process of root.

    Raises
    ------
    OSError
        If the kernel or the architecture does not know how.
    """
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    for name, limit in limits.items():
        _limit(getattr(resource, f"RLIMIT_{name}"), limit)
    _forbid_system_calls()


def _limit(what: int, limit: int) -> None:
    soft, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(what, (limit, hard))
    if what == resource.RLIMIT_NPROC and not _can_start_thread():
        # Linux before 5.14 counts the user's processes elsewhere, too. There
        # the limit on memory bounds the number of threads.
        resource.setrlimit(what, (soft, hard))
    else:
        resource.setrlimit(what, (limit, limit))


def _can_start_thread() -> bool:
    thread = threading.Thread(target=int)
    try:
        thread.start()
    except RuntimeError:
        return False
    thread.join()
    return True


def _forbid_system_calls() -> None:
    """Installs a filter for this process and all its threads to come."""
    program = system_call_filter(platform.machine())
    buffer = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog: the number of instructions, and where they are.
    header = struct.pack(
        "HxxxxxxP", len(program) // 8, ctypes.addressof(buffer)
    )
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in (
        (_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (_PR_SET_SECCOMP, _FILTER_MODE, header, 0, 0),
    ):
        if libc.prctl(*arguments):
            raise OSError(ctypes.get_errno(), "no filter of system calls")


def system_call_filter(machine: str) -> bytes:
    """Returns the filter as the kernel takes it.

    Raises
    ------
    OSError
        If the system calls of the architecture are not known here.
    """
    if machine not in _ARCHITECTURES:
        raise OSError(f"the system calls of {machine} are not known")
    column = list(_ARCHITECTURES).index(machine)
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        *_return_if(_AT_LEAST, _NOT_KNOWN, _UNKNOWN),
        # Its flags are in memory, where no filter can look. The C library
        # takes clone() instead.
        *_return_if(_EQUAL, _CLONE3, _UNKNOWN),
    ]
    for numbers in _FORBIDDEN.values():
        number = numbers[column]
        if number is not None:
            steps += _return_if(_EQUAL, number, _REFUSE)
    locks = [
        (_LOAD, 0, 0, _SECOND_ARGUMENT),
        *(step for c in _LOCKS for step in _return_if(_EQUAL, c, _REFUSE)),
        (_RETURN, 0, 0, _ALLOW),
    ]
    steps += [
        (_EQUAL, 0, len(locks), _FCNTL[column]),
        *locks,
        (_EQUAL, 0, 3, _CLONE[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_HAS, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _return_if(test: int, value: int, result: int) -> list[tuple[int, ...]]:
    return [(test, 0, 1, value), (_RETURN, 0, 0, result)]
