"""What the log says of a run: that it begins, and what came of it."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def logged(logger: logging.Logger, what: str, fields: dict[str, object]) -> Iterator[None]:
    """Logs the start and the end of a run, or that it did not take place, with `fields` as they are then.

    Once they have a `run_id`, it took place, and whatever stops it ended it. That one is refused is no warning:
    whoever asked is told, and may ask again.
    """
    started = time.monotonic()
    logger.info("%s begins.", what, extra=fields)
    try:
        yield
    except Exception as error:
        outcome = "ended with an error" if "run_id" in fields else "did not take place"
        logger.info("%s %s.", what, outcome, extra={**fields, "error": str(error)})
        raise
    duration = round((time.monotonic() - started) * 1000)
    logger.info("%s is over.", what, extra={**fields, "duration_ms": duration})
