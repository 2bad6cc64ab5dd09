"""Answers SPARQL queries of strangers within limits: checks, admits, runs, keeps, counts and logs."""

from __future__ import annotations

import atexit
import re
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final

from kg.config import Settings
from kg.errors import KgError, NotAcceptable, QuerySyntaxError, QueryTimeout, Unavailable
from kg.redising import Redis
from kg.sparql import elsewhere, guard, noting
from kg.sparql.admission import Admission
from kg.sparql.cache import AnswerCache, Kept, Overran
from kg.sparql.conversation import Body, ClientGoneError, Running, WorkerDiedError, converse
from kg.sparql.inside import Found, Inside, fits_columns
from kg.sparql.live import LivePools
from kg.sparql.metrics import Metrics
from kg.sparql.requests import Key, SparqlAnswer, SparqlRequest, etag_of, key_of, plain, question_of
from kg.sparql.rewrite import reorder
from kg.sparql.shared import SharedCache
from kg.sparql.workers import NurseryGoneError, Pool, known_prefixes

__all__ = ["SparqlAnswer", "SparqlRequest", "SparqlService"]

Rewriter = Callable[[str], str]
_ATTEMPTS: Final = 8
_AT_ONCE_S: Final = 0.05
_PACKED: Final = re.compile(r"-(?:gzip|zstd)$")


class SparqlService:
    """The query service of one data folder; every method may be called from any thread."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.limits = guard.Limits.of(settings)
        self.rewriters: list[Rewriter] = []
        """Steps that turn a query into an equal one before it is checked; keep them pure."""
        budget = settings.sparql_cache_mb * 1024 * 1024
        self.cache = (
            SharedCache(budget, Redis(settings.redis_url)) if settings.redis_url else AnswerCache(budget)
        )
        self.metrics = Metrics()
        self.pools = LivePools(settings)
        self.admission = Admission(settings)
        self.database: elsewhere.Lend | None = None
        """Where the graph is kept in a database; no processes of ours are started then."""
        self._overran = Overran(settings.sparql_timeout_s)
        self._prefixes = known_prefixes(settings)
        self.inside = Inside(settings, self.limits, self._prefixes, self.rewriters)
        atexit.register(self.close)

    def start(self) -> None:
        """Begin to load the current generation in the background, so that the first query is quick."""
        if self.database is None:
            self.pools.start()

    def generation_id(self) -> str:
        """Return the id of the generation that would answer now.

        Raises:
            NoGeneration: nothing has been built.
        """
        if self.database is None:
            return self.pools.generation_id()
        with self.database() as (generation_id, _):
            return generation_id

    def close(self) -> None:
        """End all processes."""
        self.pools.close()

    def execute(self, request: SparqlRequest) -> SparqlAnswer:
        """Answer a query.

        Raises:
            QuerySyntaxError, BadInput, TooLarge, Refused, NotAcceptable: the query is at fault.
            QueryTimeout, Unavailable, TooManyRequests: a limit of time or capacity was reached.
            NoGeneration: nothing has been built.
        """
        started = time.perf_counter()
        outcome, size = "ok", 0
        request = self._asked(request)
        rows: int | None = None
        try:
            generation_id = self.generation_id()
            answer = self._kept(key_of(generation_id, request))
            if answer is not None:
                outcome, size, rows = "cached", answer.size, answer.rows
                return answer
            with self.admission.admit(request.client):
                answer = self._run(request)
            if answer.kept is not None:
                key = key_of(answer.generation_id, request)
                self.cache.share(key, answer.kept, time.perf_counter() - started)
            size, rows = answer.size, answer.rows
            return answer
        except KgError as fault:
            outcome = fault.code
            raise
        except ClientGoneError:
            outcome = "client_gone"
            raise Unavailable("The client hung up.") from None
        finally:
            self._count(request, outcome, started, size, rows)

    def at_once(self, request: SparqlRequest) -> SparqlAnswer | None:
        """Answer what takes few milliseconds: what is kept, shapes proven to be cheap, few rows of columns.

        Returns nothing for others, and when no generation is open yet; :meth:`execute` answers them, and
        explains faults. Never waits for another process.
        """
        started = time.perf_counter()
        pool = self.pools.ready() if self.database is None else None
        if pool is None:
            return None
        key = key_of(pool.generation.id, request)
        answer = self._kept(key, tells=False)
        if answer is not None:
            self._count(request, "cached", started, answer.size, answer.rows)
            return answer
        plan = self.inside.plan(pool, request)
        found = self.inside.few_rows(pool, request) if plan is None else None
        if plan is None and found is None:
            return None
        with suppress(KgError), self.admission.admit(request.client):
            if plan is not None:
                found = self.inside.planned(pool, request, plan)
            if found is not None:
                answer = self._found(key, request, found, volatile=False)
                self._count(request, "ok", started, answer.size, answer.rows)
        return answer

    def _kept(self, key: Key, *, tells: bool = True) -> SparqlAnswer | None:
        kept = self.cache.get(key, tells=tells)
        if kept is None:
            return None
        return SparqlAnswer(kept.body, kept.media_type, kept.etag, key[0], kept, kept.rows)

    def _count(
        self, request: SparqlRequest, outcome: str, started: float, size: int, rows: int | None
    ) -> None:
        seconds = time.perf_counter() - started
        self.metrics.count(outcome, seconds, size)
        noting.note(request, outcome, seconds, size, rows, slow_s=self.settings.sparql_slow_s)

    def held(self, request: SparqlRequest, tags: Iterable[str]) -> str | None:
        """Return the one of a client's entity tags that is of the answer it would get now, or nothing.

        A tag is made of the generation and the request, so this takes no query; ``-gzip`` or
        ``-zstd`` after it marks a compressed form.
        """
        key = key_of(self.generation_id(), self._asked(request))
        current = {etag_of(key, each) for each in (request.results, request.graph) if each}
        return next((tag for tag in tags if _PACKED.sub("", tag) in current), None)

    def _asked(self, request: SparqlRequest) -> SparqlRequest:
        """Return a request whose terms stand in the query where they can; a database has ways of its own."""
        return plain(request) if self.database is None else request

    def _run(self, request: SparqlRequest) -> SparqlAnswer:
        text = request.text if request.rewrite is None else request.rewrite(request.text)
        for rewrite in self.rewriters:
            text = rewrite(text)
        checked = self.inside.check(text)
        if checked.form in ("SELECT", "ASK") and request.results is None:
            raise NotAcceptable("The answer of a SELECT or ASK is not offered in any format you accept.")
        if checked.form in ("CONSTRUCT", "DESCRIBE") and request.graph is None:
            raise NotAcceptable(
                "The answer of a CONSTRUCT or DESCRIBE is not offered in a format you accept."
            )
        stopped = self._overran.look(question_of(request))
        if stopped is not None:
            raise QueryTimeout(
                f"This query was stopped a moment ago: {stopped[1]}", retry_after=int(stopped[0]) + 1
            )
        return self._attempt(request, text, checked)

    def _attempt(self, request: SparqlRequest, text: str, checked: guard.Checked) -> SparqlAnswer:
        if self.database is not None:
            limit = self.settings.sparql_result_max_mb * 1024 * 1024
            with self.database() as (generation_id, store):
                base = request.base or self.settings.public_url
                media_type, found = elsewhere.ask(store, request, text, checked, base, self._prefixes, limit)
            body = Body([found], size=len(found))
            key = key_of(generation_id, request)
            return self._keep(key, request, media_type, body, volatile=checked.volatile)
        for left in reversed(range(_ATTEMPTS)):
            with self.pools.lease() as pool:
                try:
                    answered = self.inside.from_columns(pool, request, text, checked)
                    answered = answered or self.inside.cheap(pool, request, text, checked)
                    if answered is not None:
                        key = key_of(pool.generation.id, request)
                        return self._found(key, request, answered, volatile=checked.volatile)
                    return self._ask(pool, request, text, checked)
                except NurseryGoneError:
                    self.pools.drop(pool)
                except WorkerDiedError:
                    # Only a worker that died before it began (idle, and ended by the system) comes here.
                    if pool.gone:
                        self.pools.drop(pool)
            if not left:
                break
        raise Unavailable("The processes that answer queries ended unexpectedly.")

    def _ask(self, pool: Pool, request: SparqlRequest, text: str, checked: guard.Checked) -> SparqlAnswer:
        """Let a worker answer, the joins in a better order where that pays."""
        if fits_columns(pool, request, text, checked):
            return self._ask_worker(pool, request, text, checked, columns=True)
        better = self._reordered(pool, request, text)
        if better != text:
            try:
                return self._ask_worker(pool, request, better, checked)
            except QuerySyntaxError:
                pass  # its place is told in the text as it came
        return self._ask_worker(pool, request, text, checked)

    def _reordered(self, pool: Pool, request: SparqlRequest, text: str) -> str:
        statistics = pool.statistics if self.settings.sparql_reorder else None
        query = None if statistics is None or request.bind else self.inside.read(text)
        return text if query is None or statistics is None else reorder(text, query, statistics)

    def _ask_worker(
        self,
        pool: Pool,
        request: SparqlRequest,
        text: str,
        checked: guard.Checked,
        *,
        columns: bool = False,
    ) -> SparqlAnswer:
        worker = pool.take(is_open=checked.reaches_out)
        now = time.monotonic()
        running = Running(request.client, worker, now, now + self.settings.sparql_timeout_s)
        self.admission.begin(running)
        try:
            end, body = converse(
                running,
                self._message(request, text) | {"columns": columns},
                on_slow=lambda: self.admission.shed(waiting=pool.waiting),
                slow_s=self.settings.sparql_slow_s,
                gone=request.gone,
            )
        except WorkerDiedError:
            self._explain(running, pool.end(worker), request)
            raise
        except QueryTimeout as fault:
            pool.end(worker)
            self._overran.add(question_of(request), fault.message)
            raise
        except ClientGoneError:
            pool.end(worker)
            raise
        except KgError:
            pool.give_back(worker)
            raise
        except BaseException:
            pool.end(worker)
            raise
        finally:
            self.admission.finish(running)
        pool.give_back(worker)
        key = key_of(pool.generation.id, request)
        return self._keep(key, request, end["type"], body, volatile=checked.volatile)

    def _explain(self, running: Running, ended_by: int, request: SparqlRequest) -> None:
        """Raise the reason why a worker ended in the middle of a query; return if the query is innocent."""
        if running.stopped:
            raise Unavailable(running.stopped)
        if ended_by in (0, signal.SIGKILL) and time.monotonic() - running.started < _AT_ONCE_S:
            return  # it was dead before: the system or an operator ended it while it was idle
        memory = self.settings.sparql_worker_memory_mb
        reason = f"it needed more than the {memory} MB of memory that one query may use, or broke the engine."
        self._overran.add(question_of(request), reason)
        raise Unavailable(f"The query was stopped: {reason}", hint="Ask for less, or for a page at a time.")

    def _message(self, request: SparqlRequest, text: str) -> dict[str, Any]:
        return {
            "text": text,
            "base": request.base or self.settings.public_url,
            "default": request.default_graphs,
            "named": request.named_graphs,
            "bind": dict(request.bind),
            "results": request.results,
            "graph": request.graph,
            "limit": self.settings.sparql_result_max_mb * 1024 * 1024,
        }

    def _found(self, key: Key, request: SparqlRequest, found: Found, *, volatile: bool) -> SparqlAnswer:
        media_type, octets = found
        return self._keep(key, request, media_type, Body([octets], size=len(octets)), volatile=volatile)

    def _keep(
        self, key: Key, request: SparqlRequest, media_type: str, body: Body, *, volatile: bool
    ) -> SparqlAnswer:
        etag = "" if volatile else etag_of(key, media_type)
        if body.file is not None:
            return SparqlAnswer(body, media_type, etag, key[0], rows=noting.rows(media_type, body))
        joined = b"".join(body.pieces)
        rows = noting.rows(media_type, body)
        if volatile:
            return SparqlAnswer(joined, media_type, etag, key[0], rows=rows)
        kept = Kept(joined, media_type, etag, rows)
        self.cache.put(key, kept, weight=2 * len(request.text))
        return SparqlAnswer(joined, media_type, etag, key[0], kept, rows)

    def gauges(self) -> list[tuple[str, str, float]]:
        """Return (name, help, value) of what is so just now, for :meth:`Metrics.text`."""
        running, waiting = self.pools.busy()
        return [
            ("kg_sparql_running", "SPARQL queries that run now.", running),
            ("kg_sparql_waiting", "SPARQL queries that wait for a process.", waiting),
            ("kg_sparql_cache_bytes", "Bytes of kept answers.", self.cache.size),
            ("kg_sparql_cache_hits", "Answers given from the cache.", self.cache.hits),
            ("kg_sparql_cache_misses", "Answers that were not in the cache.", self.cache.misses),
        ]
