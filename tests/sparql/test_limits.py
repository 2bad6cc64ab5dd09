"""Strangers' worst queries against a really started server: it stops them and nobody else notices."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pyoxigraph as px
import pytest
import requests
from serving import Server, people, publish, serving

COUNT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
RUNAWAYS = (
    COUNT,
    "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>)+ ?b . ?b (!<urn:x>|^!<urn:y>)* ?c }",
    "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"VALUES ?v{n} {{ 1 2 3 4 5 6 7 8 9 }}" for n in range(12))
    + " }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?e",
    "SELECT DISTINCT ?a ?e ?i { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    'SELECT (GROUP_CONCAT(?c; separator="xxxxxxxx") AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }',
    'SELECT (STRLEN(?b40) AS ?x) { BIND("abcdefgh" AS ?b0) '
    + " ".join(f"BIND(CONCAT(?b{n}, ?b{n}) AS ?b{n + 1})" for n in range(40))
    + " }",
    'SELECT ?x { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i BIND(REPLACE(?c, "(.*)*x", STR(?f)) AS ?x) } ORDER BY ?x',
)


def workers(server: Server) -> list[psutil.Process]:
    found = []
    for each in psutil.Process(server.process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # also what has ended and is not yet taken note of
            if "kg.sparql.nursery" in " ".join(each.cmdline()):
                found.append(each)
    return found


def busy(server: Server) -> float:
    """Return the processor seconds that the workers use within half a second."""

    def used() -> float:
        total = 0.0
        for each in workers(server):
            try:
                times = each.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
        return total

    before = used()
    time.sleep(0.5)
    return used() - before


def wait_for(happened: Callable[[], bool], most_s: float = 60) -> None:
    """Wait until something is so, however slow the machine is."""
    until = time.monotonic() + most_s
    while not happened():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def end_workers(server: Server, asking: list[threading.Thread]) -> None:
    """End what still runs for these threads, so that nobody waits for its limit."""

    def ended() -> bool:
        for each in workers(server):  # one that has hardly begun is begun anew
            with suppress(psutil.NoSuchProcess):
                each.kill()
        return not any(each.is_alive() for each in asking)

    wait_for(ended)


@pytest.fixture(scope="module")
def stopped(server: Server) -> dict[str, requests.Response]:
    """Send all runaways at once; return their answers. Any of them would run for hours if it were let."""
    found: dict[str, requests.Response] = {}

    def send(query: str) -> None:
        found[query] = server.query(query)

    threads = [threading.Thread(target=send, args=(query,)) for query in RUNAWAYS]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found


@pytest.mark.parametrize("query", RUNAWAYS, ids=range(len(RUNAWAYS)))
def test_runaway_when_sent_is_stopped_and_names_the_limit(
    stopped: dict[str, requests.Response], query: str
) -> None:
    answer = stopped[query]
    detail = answer.json()["detail"]
    if answer.status_code == 413:
        assert "64 MB" in detail
    else:
        assert answer.status_code == 503
        assert "3 seconds" in detail or "512 MB" in detail
        assert int(answer.headers["Retry-After"]) > 0


def test_runaway_when_sent_again_at_once_is_refused_at_once(server: Server) -> None:
    # What is known to overrun is refused for as long as the limit; a slow machine may take longer to ask.
    answers = [server.query(f"{COUNT} # again") for _ in range(4)]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(503, "query_timeout")}
    assert any("a moment ago" in each.json()["detail"] for each in answers)


def test_lookups_when_others_run_away_stay_quick(server: Server) -> None:
    until = time.monotonic() + 7
    statuses: list[int] = []

    def run_away(number: int) -> None:
        turn = number
        while time.monotonic() < until:
            turn += 1
            query = f"{RUNAWAYS[turn % len(RUNAWAYS)]} # {number} {turn}"
            statuses.append(server.query(query).status_code)

    threads = [threading.Thread(target=run_away, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    times = []
    number = 0
    with requests.Session() as session:
        while time.monotonic() < until:
            number += 1
            query = f"ASK {{ <http://example.org/p{number % 2000}> ?p ?o }} # {number}"
            started = time.monotonic()
            answer = session.post(server.url, data={"query": query}, timeout=30)
            times.append(time.monotonic() - started)
            assert answer.json()["boolean"] is True
    for each in threads:
        each.join()
    assert set(statuses) <= {503, 413}
    # Had they waited for a runaway, they would have taken as long as its limit; bench/runaways.py measures.
    assert sorted(times)[len(times) // 2] < 3
    wait_for(lambda: busy(server) < 0.1)


def test_query_when_its_client_leaves_is_stopped(sparql_home: Path) -> None:
    with serving(sparql_home, sparql_timeout_s=120) as patient:
        with pytest.raises(requests.Timeout):
            patient.query(f"{COUNT} # left", timeout=0.5)
        wait_for(lambda: patient.metric("kg_sparql_running") == 0)
        assert patient.metric('kg_sparql_queries_total{outcome="client_gone"}') == 1


def test_answer_when_above_the_size_is_413(sparql_home: Path) -> None:
    with serving(sparql_home, sparql_result_max_mb=1) as small:
        answer = small.query("SELECT * { ?a ?b ?c . ?d ?e ?f }")
        assert answer.status_code == 413
        assert "1 MB" in answer.json()["detail"]


def test_client_when_above_its_queries_is_429(sparql_home: Path) -> None:
    with serving(sparql_home, sparql_timeout_s=60, sparql_client_max=1) as narrow:
        slow = threading.Thread(target=narrow.query, args=(COUNT,))
        slow.start()
        wait_for(lambda: narrow.metric("kg_sparql_running") == 1)
        answer = narrow.query("ASK {} # another")
        end_workers(narrow, [slow])
        assert answer.status_code == 429
        assert "Retry-After" in answer.headers


def test_long_queries_when_others_wait_yield(sparql_home: Path) -> None:
    with serving(sparql_home, sparql_workers=2, sparql_timeout_s=60, sparql_slow_s=0.5) as crowded:
        answers: list[requests.Response] = []
        threads = [
            threading.Thread(target=lambda n=n: answers.append(crowded.query(f"{COUNT} # {n}")))
            for n in range(2)
        ]
        for each in threads:
            each.start()
        wait_for(lambda: crowded.metric("kg_sparql_running") == 2)
        assert crowded.query("ASK { ?s ?p ?o }").text == "true"
        assert crowded.query("ASK { ?s ?p ?o } # 2").text == "true"
        end_workers(crowded, threads)
        assert any("others were waiting" in each.json()["detail"] for each in answers)


def test_workers_when_one_is_killed_from_outside_are_replaced(server: Server) -> None:
    for _ in range(3):
        nursery = min(workers(server), key=lambda each: each.create_time())
        for each in workers(server):
            if each.pid != nursery.pid:
                each.kill()
        assert server.query("ASK {} # after the kill").text == "true"


def test_nursery_when_killed_is_replaced(sparql_home: Path) -> None:
    with serving(sparql_home) as served:
        for each in workers(served):
            each.kill()
        assert served.query("ASK {} # after the kill").text == "true"


@pytest.mark.parametrize("how", ["terminate", "kill"])
def test_processes_when_the_server_ends_are_gone(sparql_home: Path, how: str) -> None:
    with serving(sparql_home, sparql_timeout_s=5) as served:
        slow = threading.Thread(target=_ignoring, args=(served, COUNT))
        slow.start()
        wait_for(lambda: served.metric("kg_sparql_running") == 1)
        found = workers(served)
        assert len(found) > 1
        for each in psutil.Process(served.process.pid).children():
            getattr(each, how)()
        served.process.kill()
        slow.join()
        gone, alive = psutil.wait_procs(found, timeout=60)
        assert not alive
        assert len(gone) == len(found)


def _ignoring(server: Server, query: str) -> None:
    try:
        server.query(query)
    except requests.ConnectionError:
        return


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", False),
        (
            "PREFIX f: <http://xmlns.com/foaf/0.1/> "
            "SELECT (COUNT(*) AS ?n) { { ?s f:knows ?o } UNION { ?s f:name ?o } }",
            True,
        ),
    ],
    ids=["engine", "columns"],
)
def test_generation_when_switched_under_load_fails_nothing(tmp_path: Path, text: str, columns: bool) -> None:
    few, more = people()[:400], people()
    first = publish(tmp_path, few, columns=columns)
    with serving(tmp_path, sparql_cache_mb=0) as served:
        ended = threading.Event()
        seen: list[tuple[str, str, int]] = []

        def ask() -> None:
            accept = {"Accept": "text/csv"}
            with requests.Session() as session:
                while not ended.is_set():
                    answer = session.get(served.url, params={"query": text}, headers=accept, timeout=60)
                    seen.append((answer.headers.get("X-Generation", ""), answer.text, answer.status_code))

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for each in threads:
            each.start()
        wait_for(lambda: len(seen) > 20)
        second = publish(tmp_path, more, columns=columns)
        wait_for(lambda: sum(name == second for name, _, _ in seen[-40:]) == 40)
        ended.set()
        for each in threads:
            each.join()
        assert set(seen) == {(first, "n\r\n400\r\n", 200), (second, "n\r\n8000\r\n", 200)}
        # The web process, and one nursery.
        wait_for(lambda: len({each.ppid() for each in workers(served)}) == 2)


@pytest.fixture
def canary() -> Iterator[tuple[int, list[str]]]:
    """A listener that must never be called, and what called it."""
    calls: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = b'{"head":{"vars":["s"]},"results":{"bindings":[{}]}}'
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listener.serve_forever)
    thread.start()
    yield listener.server_port, calls
    listener.shutdown()
    thread.join()
    listener.server_close()


TRICKS = (
    "ASK {{ SERVICE <{u}> {{ ?s ?p ?o }} }}",
    "ASK {{ service silent <{u}> {{ ?s ?p ?o }} }}",
    "PREFIX c: <{u}> ASK {{ SERVICE c:x {{ ?s ?p ?o }} }}",
    "BASE <{u}> ASK {{ SERVICE <x> {{ ?s ?p ?o }} }}",
    "ASK {{ SERVICE#\n<{u}> {{ ?s ?p ?o }} }}",
    "ASK {{ SERV\\u0049CE <{u}> {{ ?s ?p ?o }} }}",
    "ASK {{ SERVICE <\\u0068ttp{t}> {{ ?s ?p ?o }} }}",
    "ASK {{ VALUES ?u {{ <{u}> }} SERVICE ?u {{ ?s ?p ?o }} }}",
    "ASK {{ BIND(IRI('{u}') AS ?u) SERVICE SILENT ?u {{ ?s ?p ?o }} }}",
    'ASK {{ FILTER(1<#> """\n 2) SERVICE <{u}> {{ ?s ?p ?o }} #""" \n }}',
    "ASK {{ FILTER(1<'>2) SERVICE <{u}> {{ ?s ?p ?o }} FILTER(''='') }}",
    "SELECT * FROM <{u}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{u}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "LOAD <{u}>",
    "LOAD SILENT <{u}> INTO GRAPH <urn:g>",
    "DESCRIBE <{u}>",
    "SELECT (<{u}>(1) AS ?x) {{}}",
    "ASK {{ FILTER EXISTS {{ SERVICE <{u}> {{ ?s ?p ?o }} }} }}",
    "ASK {{ {{ SELECT * {{ SERVICE <{u}> {{ ?s ?p ?o }} }} }} }}",
    "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ SERVICE <{u}> {{ SERVICE <{u}> {{ ?s ?p ?o }} }} }}",
)


def test_canary_when_every_trick_is_tried_is_never_called(
    server: Server, canary: tuple[int, list[str]]
) -> None:
    port, calls = canary
    url = f"http://127.0.0.1:{port}/"
    for trick in TRICKS:
        answer = server.query(trick.format(u=url, t=url.removeprefix("http")), Accept="*/*")
        assert answer.status_code in (200, 400, 403, 501), (trick, answer.text)
    requests.get(server.url, params={"query": "ASK {}", "default-graph-uri": url}, timeout=30)
    requests.get(f"{server.root}/graphs", params={"graph": url}, timeout=30)
    assert calls == []


def test_canary_when_on_the_allow_list_is_called(sparql_home: Path, canary: tuple[int, list[str]]) -> None:
    port, calls = canary
    url = f"http://127.0.0.1:{port}/sparql"
    with serving(sparql_home, sparql_service_allow=url) as open_to_it:
        assert open_to_it.query(f"ASK {{ SERVICE <{url}> {{ ?s ?p ?o }} }}").text == "true"
        assert open_to_it.query(f"ASK {{ SERVICE <{url}2> {{ ?s ?p ?o }} }}").status_code == 403
    assert calls == ["/sparql"]


def test_generation_when_on_disk_answers_and_is_stopped_alike(tmp_path: Path) -> None:
    name = publish(tmp_path, people())
    folder = tmp_path / "generations" / name
    store = px.Store(str(folder / "store"))
    store.bulk_load(path=str(folder / "graph.nq"), format=px.RdfFormat.N_QUADS)
    store.optimize()
    del store
    with serving(tmp_path, memory_budget_mb=0, sparql_timeout_s=2) as on_disk:
        assert on_disk.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").text == "n\r\n8000\r\n"
        assert on_disk.query(COUNT).json()["code"] == "query_timeout"
        assert on_disk.query("ASK { ?s ?p ?o }").text == "true"
