"""One holder at a time, across threads and processes, and nothing left behind by the dead."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings

from projects.exceptions import BusyError, FolderBusyError
from projects.locks import folder_key, folder_lock, named_lock

HOLD_FOREVER = """
import fcntl, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_holder_is_refused_and_told_where(project_folder: Path) -> None:
    with folder_lock(project_folder, 0), pytest.raises(FolderBusyError, match=str(project_folder)):
        folder_lock(project_folder, 0)


def test_it_is_free_again_afterwards(project_folder: Path) -> None:
    with folder_lock(project_folder, 0):
        pass
    folder_lock(project_folder, 0).close()


def test_it_is_free_again_after_an_error(project_folder: Path) -> None:
    with pytest.raises(ZeroDivisionError), folder_lock(project_folder, 0):
        raise ZeroDivisionError
    folder_lock(project_folder, 0).close()


def test_all_paths_of_a_folder_have_one_lock(project_folder: Path) -> None:
    link = project_folder.with_name("link")
    link.symlink_to(project_folder)
    with folder_lock(project_folder, 0) as lock:
        assert lock.key == folder_key(link)
        with pytest.raises(FolderBusyError):
            folder_lock(link, 0)


def test_two_folders_have_two_locks(project_folder: Path) -> None:
    other = project_folder.with_name("other")
    other.mkdir()
    with folder_lock(project_folder, 0), folder_lock(other, 0):
        pass


def test_a_folder_that_is_not_there_has_no_lock(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        folder_lock(tmp_path / "missing", 0)


def test_it_waits_for_a_holder_who_finishes(project_folder: Path) -> None:
    first = folder_lock(project_folder, 0)
    threading.Timer(0.1, first.close).start()
    folder_lock(project_folder, 10).close()


def test_the_wait_ends(project_folder: Path) -> None:
    with folder_lock(project_folder, 0):
        began = time.monotonic()
        with pytest.raises(FolderBusyError):
            folder_lock(project_folder, 0.15)
        assert time.monotonic() - began >= 0.15


def test_another_thread_may_let_go(project_folder: Path) -> None:
    lock = folder_lock(project_folder, 0)
    thread = threading.Thread(target=lock.close)
    thread.start()
    thread.join()
    folder_lock(project_folder, 0).close()
    lock.close()


def test_closing_twice_does_not_free_somebody_elses(project_folder: Path) -> None:
    first = folder_lock(project_folder, 0)
    first.close()
    with folder_lock(project_folder, 0):
        first.close()
        with pytest.raises(FolderBusyError):
            folder_lock(project_folder, 0)


def test_a_killed_process_leaves_it_free(project_folder: Path) -> None:
    folder_lock(project_folder, 0).close()
    file = settings.DATA_DIR / "locks" / folder_key(project_folder)
    with subprocess.Popen([sys.executable, "-c", HOLD_FOREVER, str(file)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(FolderBusyError):
            folder_lock(project_folder, 0)
        process.send_signal(signal.SIGKILL)
    folder_lock(project_folder, 0).close()


def test_a_child_process_does_not_keep_it(project_folder: Path) -> None:
    lock = folder_lock(project_folder, 0)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False) as process:
        lock.close()
        folder_lock(project_folder, 5).close()
        assert process.poll() is None
        process.kill()


def test_lock_files_are_private(project_folder: Path) -> None:
    with folder_lock(project_folder, 0) as lock:
        file = settings.DATA_DIR / "locks" / lock.key
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700


def test_busy_attempts_leave_no_descriptors_open(project_folder: Path) -> None:
    with folder_lock(project_folder, 0):
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(5):
            with pytest.raises(FolderBusyError):
                folder_lock(project_folder, 0)
        assert len(os.listdir("/proc/self/fd")) == before


def test_a_named_lock_is_held_once() -> None:
    with named_lock("collection-1", 0):
        with pytest.raises(BusyError, match="collection-1"):
            named_lock("collection-1", 0)
        named_lock("collection-2", 0).close()
