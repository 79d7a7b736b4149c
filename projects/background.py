"""Work that goes on after a request is answered, in a thread of its own."""

import logging
from collections.abc import Callable
from threading import Thread

from django.db import connections

logger = logging.getLogger(__name__)


def run_in_background(work: Callable[[], object], *, name: str) -> Thread:
    """Do `work` in a new thread, whose database connections are its own and closed afterwards.

    The process ends only when the work has: the thread is no daemon. Nobody is there to catch what `work` raises, so it
    is logged; what people should read of it, `work` has to record itself. Locks that `work` is to let go of are still
    held when this raises RuntimeError, because there are too many threads.
    """
    thread = Thread(target=_done, args=(work, name), name=name, daemon=False)
    thread.start()
    return thread


def _done(work: Callable[[], object], name: str) -> None:
    try:
        work()
    except BaseException:
        logger.exception("%s ended with an error", name)
    finally:
        connections.close_all()
