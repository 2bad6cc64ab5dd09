"""A service on a real PostgreSQL and a real Redis, whose parts are killed while people work with it."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import backends
import psutil
import psycopg
import pytest
import redis
import requests
import rq
import started

from kg import database
from kg.config import Settings
from kg.database import opening
from kg.errors import ConfigError, MissingExtra
from kg.link import accounts, jobs, journal, queueing
from kg.link.links import CLOSE, Link
from kg.link.records import PartnerRecord
from kg.rates import Rates
from kg.redising import Redis
from kg.sparql.cache import Kept
from kg.sparql.shared import LARGEST, SharedCache
from kg.vocab import Iris

OURS = Iris().id("concept", "eba")
PATIENCE_S = 120


@dataclass
class Site:
    """A service with its servers, and the token of a curator."""

    base: str
    home: Path
    postgresql: backends.Server
    redis: backends.Server
    token: str
    env: dict[str, str]

    def signed_in(self) -> tuple[requests.Session, str]:
        """Return a curator's session and what its forms must carry."""
        session = requests.Session()
        session.post(f"{self.base}/en/review/sign-in", data={"token": self.token}, timeout=60)
        page = session.get(f"{self.base}/en/review", timeout=60)
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
        assert found, page.text[:500]
        return session, found[1]


@pytest.fixture(scope="module")
def site(tiny_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("scaled")
    (home / "generations").symlink_to(tiny_home / "generations")
    (home / "current").write_text((tiny_home / "current").read_text(encoding="ascii"), encoding="ascii")
    with backends.postgresql() as first, backends.redis() as second:
        given = {"database_url": first.url, "redis_url": second.url, "queue": "rq"}
        database.bind(Settings.from_env({}, home=str(home), **given))
        link = Link("https://p.example/1", "Case", CLOSE, OURS, "EbA", "", 0.9, "x:y")
        journal.queue(home, "near", [link], "test")
        token = accounts.create(home, "Ana")
        env = {f"KG_{name.upper()}": str(value) for name, value in given.items()}
        with started.serving(home, ready="/healthz", rate_per_minute=100_000, **given) as base:
            yield Site(base, home, first, second, token, env)
        opening.unbind(home)


def _until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.02)


# -- Redis --------------------------------------------------------------------------------------------


def test_rate_when_shared_counts_for_all_processes_and_for_each_while_redis_is_away(site: Site) -> None:
    given = Settings.from_env({}, home=str(site.home), redis_url=site.redis.url)
    one, other = Rates(given).of("test", 3), Rates(given).of("test", 3)
    assert [one.take("a"), other.take("a"), one.take("a")] == [0, 0, 0]
    assert 0 < other.take("a") <= 60
    assert 0 < one.wait("a") <= 60
    assert one.wait("b") == other.take("b") == 0
    site.redis.kill()
    assert [one.take("a") for _ in range(4)][:3] == [0, 0, 0]
    assert one.take("a") > 0  # The limit holds, counted here.
    assert other.take("a") == 0
    site.redis.start()
    _until(lambda: other.wait("a") == 0 and other.take("a") == 0 and other.take("a") == 0)
    _until(lambda: one.wait("a") == 0 or one.take("a") > 0)


def test_service_when_redis_is_killed_and_comes_back_answers_all_the_time(site: Site) -> None:
    def answers() -> list[int]:
        paths = ("/robots.txt", "/en", "/sparql?query=ASK%20%7B%7D", "/en/review")
        return [requests.get(f"{site.base}{path}", timeout=60).status_code for path in paths]

    assert answers() == [200] * 4
    site.redis.kill()
    assert answers() == [200] * 4
    made = requests.post(
        f"{site.base}/api/link",
        json={"records": [{"id": "https://p.example/9", "title": "Case"}], "meaning": False},
        headers={"Authorization": f"Bearer {site.token}", "Prefer": "respond-async"},
        timeout=60,
    )
    # The job waits in the database: nothing that was taken is lost.
    assert (made.status_code, made.json()["state"]) == (202, "waiting")
    site.redis.start()
    assert answers() == [200] * 4
    assert jobs.cancel(site.home, made.json()["id"]).state == "cancelled"


def test_answer_when_dear_is_kept_for_other_processes_and_for_one_while_redis_is_away(site: Site) -> None:
    one, other = SharedCache(1 << 24, Redis(site.redis.url)), SharedCache(1 << 24, Redis(site.redis.url))
    answer = Kept("ответ".encode(), "text/csv", "tag", 3)
    for key, seconds, body in ((("g", "dear"), 0.5, answer), (("g", "quick"), 0.01, answer)):
        one.put(key, body)
        one.share(key, body, seconds)
    one.share(("g", "large"), Kept(b"x" * (LARGEST + 1), "text/csv", "tag"), 0.5)
    assert other.get(("g", "dear"), tells=False) is None  # Whoever may not wait asks no other machine.
    assert other.get(("g", "dear")) == answer
    assert (other.hits, other.misses) == (1, 0)
    assert [other.get(("g", name)) for name in ("quick", "large", "none")] == [None] * 3
    site.redis.kill()
    assert other.get(("g", "dear"), tells=False) == answer
    assert other.get(("g", "other")) is None
    other.share(("g", "dear"), answer, 0.5)
    site.redis.start()


# -- PostgreSQL ---------------------------------------------------------------------------------------


def test_decisions_when_postgresql_is_killed_during_traffic_are_all_kept_and_the_rest_answers(
    site: Site,
) -> None:
    told: Counter[str] = Counter()
    seen: Counter[int] = Counter()
    faults: list[requests.Response] = []
    is_over = threading.Event()

    def curate(name: str) -> None:
        session, csrf = site.signed_in()
        number = 0
        ready.wait()
        while not is_over.is_set():
            number += 1
            form = {"csrf": csrf, "number": "1", "action": "accept", "reason": f"{name} {number}"}
            answer = session.post(
                f"{site.base}/en/review/decide", data=form, timeout=60, allow_redirects=False,
                headers={"Accept": "application/json"},
            )  # fmt: skip
            seen[answer.status_code] += 1
            if answer.status_code == 303:
                told[f"{name} {number}"] += 1
            else:
                faults.append(answer)

    def read() -> None:
        ready.wait()
        while not is_over.is_set():
            for path in ("/en", "/sparql?query=ASK%20%7B%7D", "/api/status", "/robots.txt", "/healthz"):
                answer = requests.get(f"{site.base}{path}", timeout=60)
                assert answer.status_code in (200, 404), (path, answer.text[:300])
                read_ones[path] += 1

    read_ones: Counter[str] = Counter()
    ready = threading.Barrier(4)
    threads = [threading.Thread(target=curate, args=(name,)) for name in ("A", "B")]
    threads += [threading.Thread(target=read)]
    for each in threads:
        each.start()
    ready.wait()
    _until(lambda: seen[303] >= 10)
    site.postgresql.kill()
    _until(lambda: seen[503] >= 4)
    before = read_ones["/healthz"]
    _until(lambda: read_ones["/healthz"] > before + 1)
    site.postgresql.start()
    again = seen[303]
    _until(lambda: seen[303] >= again + 5)
    is_over.set()
    for each in threads:
        each.join()
    assert set(seen) == {303, 503}
    problem = faults[0].json()
    assert faults[0].headers["Content-Type"] == "application/problem+json"
    assert (problem["code"], int(faults[0].headers["Retry-After"])) == ("unavailable", opening.RETRY_S)
    assert "does not answer" in problem["detail"]
    kept = Counter(each.reason for each in journal.history(site.home, "near", "https://p.example/1", OURS))
    assert told == {reason: kept[reason] for reason in told}  # Each that was answered, once.


# -- workers ------------------------------------------------------------------------------------------


def _worker(site: Site, *arguments: str, tmp_path: Path) -> BaseProcess:
    env = {**site.env, "KG_HOME": str(site.home)}
    files = [str(tmp_path / name) for name in ("out", "err")]
    return started.forked(started._command, ("worker", *arguments), env, *files)


def _killed(process: BaseProcess) -> None:
    """Kill a worker with the processes that it has forked, as a machine that fails does."""
    assert process.pid is not None
    everybody = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    for each in everybody:
        each.kill()
    process.join()


class First:
    """Suggests nothing for the first batch, and stops the job after it."""

    def __init__(self, home: Path, name: str) -> None:
        self.home, self.name, self.batches = home, name, 0

    def suggest(self, records: list[PartnerRecord]) -> list[list[Link]]:
        self.batches += 1
        if self.batches == 2:
            jobs.cancel(self.home, self.name)
        return [[Link(each.iri, "", CLOSE, OURS, "", "", 0.9, "x:y")] for each in records]


def test_job_when_its_worker_is_killed_while_writing_and_redis_forgets_it_is_done_once(
    site: Site, tmp_path: Path
) -> None:
    records = [{"id": f"https://p.example/{n}", "title": "Ecosystem-based adaptation"} for n in range(450)]
    asked = requests.Session()
    asked.headers["Authorization"] = f"Bearer {site.token}"
    made = jobs.create(
        site.home, [PartnerRecord(each["id"], each["title"]) for each in records], meaning=False
    )
    first: Any = First(site.home, made.id)
    assert jobs.run(site.home, made.id, first).done == 200
    at = f"{site.base}/api/link/jobs/{made.id}"
    with psycopg.connect(site.postgresql.url) as holding:
        holding.execute("LOCK TABLE job_links IN EXCLUSIVE MODE")  # The second batch cannot be written.
        worker = _worker(site, tmp_path=tmp_path)
        assert asked.post(f"{at}/resume", timeout=60).status_code == 202
        _until(lambda: _waits_to_write(site))
        assert asked.get(at, timeout=60).json()["state"] == "running"
        _killed(worker)
    site.redis.kill()
    site.redis.start()
    _until(lambda: jobs.get(site.home, made.id).state == "interrupted")
    assert jobs.get(site.home, made.id).done == 200
    again = _worker(site, "--burst", tmp_path=tmp_path)
    again.join(timeout=PATIENCE_S)
    assert again.exitcode == 0, (tmp_path / "err").read_text()
    assert asked.get(at, timeout=60).json()["state"] == "done"
    found = asked.get(f"{at}/links", timeout=60).json()["links"]
    assert [each["subject"] for each in found[:200]] == [each["id"] for each in records[:200]]
    pairs = Counter((each["subject"], each["object"]) for each in found)
    assert set(pairs.values()) == {1}
    assert {subject for subject, _ in pairs} == {each["id"] for each in records}


def _waits_to_write(site: Site) -> bool:
    with psycopg.connect(site.postgresql.url) as asking:
        row = asking.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'job_links'::regclass"
        ).fetchone()
    return bool(row and row[0])


def test_job_when_put_into_the_queue_twice_stands_there_once(site: Site) -> None:
    settings = Settings.from_env({}, home=str(site.home), redis_url=site.redis.url, queue="rq")
    job = jobs.create(site.home, [PartnerRecord("https://p.example/1", "Case")], meaning=False)
    with redis.Redis.from_url(site.redis.url) as asking:
        asking.flushall()
        queueing.put(settings, job)
        queueing.put(settings, job)
        assert rq.Queue(queueing.QUEUE, connection=asking).job_ids == [f"link-{job.id}"]


# -- settings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"queue": "celery"}, "KG_QUEUE must be one of: thread, rq"),
        ({"queue": "rq"}, "needs KG_REDIS_URL"),
    ],
)
def test_queue_when_the_settings_do_not_fit_is_refused(
    tmp_path: Path, given: dict[str, str], word: str
) -> None:
    with pytest.raises(ConfigError, match=word):
        queueing.check(Settings.from_env({}, home=str(tmp_path), **given))


def test_redis_when_its_address_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="KG_REDIS_URL"):
        Rates(Settings.from_env({}, home=str(tmp_path), redis_url="nothing"))


@pytest.mark.parametrize("missing", ["psycopg", "redis", "limits.storage", "rq"])
def test_extra_when_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, missing, None)
    urls = {"database_url": "postgresql://x@127.0.0.1/y", "redis_url": "redis://127.0.0.1:1/0"}
    settings = Settings.from_env({}, home=str(tmp_path), queue="rq", **urls)
    use: dict[str, Callable[[Settings], object]] = {
        "psycopg": database.bind, "redis": Rates,
        "limits.storage": lambda given: Rates(given).of("test", 1), "rq": queueing.check,
    }  # fmt: skip
    with pytest.raises(MissingExtra, match=r"landkg\[scale\]"):
        use[missing](settings)
