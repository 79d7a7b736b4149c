"""Runs that go on after whoever asked for them was answered: a page begins one, and reads in its row how far it is."""

from functools import partial

from deployments.exceptions import DeploymentError
from deployments.models import Run
from deployments.services.runs import Job, PendingRun, begin, finish
from projects.background import run_in_background
from projects.exceptions import FolderBusyError

# Somebody waits for the answer; and the folder may be held for a moment just to see whether anybody else does.
WAIT_SECONDS = 0.5
# Most runs are over in this time, and their result is the answer.
PATIENCE_SECONDS = 0.4


def start(*, job: Job) -> Run:
    """Begin a run and leave its work to a thread; the run, which is at work, or over if it was quick.

    Raises FolderBusyError when another run is at work in the folder, and else as `begin` does: nothing is recorded
    then. What goes wrong later is told by the run's row. One whose process is killed is left to recovery.
    """
    pending = begin(job=job, wait_seconds=WAIT_SECONDS)
    try:
        thread = run_in_background(partial(_finish, pending), name=f"run {pending.run.pk}")
        thread.join(PATIENCE_SECONDS)
    except RuntimeError:
        # There can be no more threads: whoever asked has to wait.
        _finish(pending)
    return Run.objects.get(pk=pending.run.pk)


def _finish(pending: PendingRun) -> None:
    try:
        finish(pending=pending)
    except (DeploymentError, FolderBusyError):
        # The log has it already, and so has the run's row.
        return
