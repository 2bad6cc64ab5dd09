"""Linking jobs on a queue in Redis (RQ), run by ``kg worker`` in processes of their own, on any machine.

The database says what is to be done and what is done; the queue only says who does it next. Workers look for
jobs that nobody goes on with, so one is not lost when Redis forgets everything or a worker is killed, and a
job that stands in the queue twice is done once.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from kg import database, redising
from kg.config import Settings
from kg.errors import ConfigError, KgError, MissingExtra
from kg.link import jobs
from kg.link.jobs import Job

if TYPE_CHECKING:
    import redis
    import rq

QUEUE: Final = "landkg"
LOOK_EVERY_S: Final = 15
"""How often an idle worker looks for jobs that nobody goes on with."""
_KINDS: Final = ("thread", "rq")
_AGAIN_S: Final = 2
_FAILED_S: Final = 24 * 3600
_LOG: Final = logging.getLogger(__name__)


def check(settings: Settings) -> None:
    """Check what the settings say of the queue.

    Raises:
        ConfigError: there is no such queue, or Redis is not named.
        MissingExtra: RQ is not installed.
    """
    if settings.queue not in _KINDS:
        raise ConfigError(f"KG_QUEUE must be one of: {', '.join(_KINDS)}.")
    if settings.queue == "thread":
        return
    if not settings.redis_url:
        raise ConfigError("KG_QUEUE=rq needs KG_REDIS_URL.")
    try:
        import rq  # noqa: F401
    except ImportError:
        raise MissingExtra("KG_QUEUE=rq needs RQ.", hint="pip install 'landkg[scale]'") from None


def _connection(settings: Settings, *, is_patient: bool = True) -> redis.Redis:
    # A request does not wait for a Redis that is away; a worker may.
    return redising.connected(settings.redis_url, connect_s=2, answer_s=60, is_patient=is_patient)


def put(settings: Settings, job: Job) -> None:
    """Put a job into the queue; while Redis is away it waits in the database, where workers find it."""
    import redis

    try:
        with _connection(settings, is_patient=False) as connection:
            _put(connection, job)
    except redis.RedisError as fault:
        _LOG.warning("redis: %s; the job %s waits in the database", fault, job.id)


def _put(connection: redis.Redis, job: Job) -> bool:
    """Put a job into the queue unless it stands there; tell whether it was put."""
    from rq import Queue
    from rq.exceptions import DuplicateJobError, NoSuchJobError
    from rq.job import Job as Ticket
    from rq.job import JobStatus

    queue = Queue(QUEUE, connection=connection)
    try:
        ticket = Ticket.fetch(f"link-{job.id}", connection=connection)
    except NoSuchJobError:
        pass
    else:
        state = ticket.get_status()
        # A worker that was killed has left the ticket as it was: the job's lock says that it runs no more.
        is_left = state == JobStatus.STARTED and job.state == "interrupted"
        if state in (JobStatus.QUEUED, JobStatus.STARTED) and not is_left:
            return False
        ticket.delete()
    try:
        queue.enqueue(
            run, job.id, job_id=f"link-{job.id}", unique=True, job_timeout=-1, result_ttl=0,
            failure_ttl=_FAILED_S, description=f"link job {job.id}, {job.total} records",
        )  # fmt: skip
    except DuplicateJobError:
        return False  # Another process was faster.
    return True


def look(settings: Settings, connection: redis.Redis) -> int:
    """Put the jobs that nobody goes on with into the queue again; return how many there were."""
    return sum(_put(connection, each) for each in jobs.left(settings.home_folder))


def run(name: str) -> None:
    """Run a job; called by RQ in a process that a worker forks, so nothing heavy is loaded before."""
    from kg.link.working import work
    from kg.live import Live

    settings = database.bind(Settings.from_env())
    live = Live(settings)
    try:
        work(settings, live, name)
    finally:
        live.close()


def serve(settings: Settings, *, burst: bool = False) -> None:
    """Work on the queue until stopped; with ``burst`` until it is empty.

    Redis and the database may go away and come back meanwhile.

    Raises:
        ConfigError: the settings name no queue.
        Unavailable: Redis does not answer, with ``burst``.
    """
    import redis

    while True:
        try:
            worker = _worker(settings)
            worker.work(burst=burst, with_scheduler=False, logging_level="WARNING")
            if burst or worker._stop_requested:
                return
        except redis.RedisError as fault:
            _LOG.warning("redis: %s; trying again", fault)
        time.sleep(_AGAIN_S)


def _worker(settings: Settings) -> rq.Worker:
    from rq import Queue, Worker

    connection = _connection(settings)

    class Looking(Worker):
        """Looks for jobs that nobody goes on with whenever RQ tidies up."""

        def run_maintenance_tasks(self) -> None:
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
            try:
                found = look(settings, connection)
                if found:
                    _LOG.warning("%d jobs that nobody went on with are in the queue again", found)
            except KgError as fault:
                _LOG.warning("cannot look for jobs: %s", fault)

    return Looking(
        [Queue(QUEUE, connection=connection)],
        connection=connection,
        # RQ waits for work a quarter of a minute less than a worker may stay silent.
        worker_ttl=LOOK_EVERY_S + 15,
        maintenance_interval=LOOK_EVERY_S,
        job_monitoring_interval=LOOK_EVERY_S,
    )
