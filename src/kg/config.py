"""Settings: one table of name, default and help drives defaults, ``kg doctor`` and the README."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, get_type_hints

from kg.errors import ConfigError
from kg.vocab import DEFAULT_BASE, Iris

PREFIX: Final = "KG_"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table; the environment variable is ``KG_`` and the name in capitals."""

    name: str
    default: Any
    help: str


TABLE: Final[tuple[Setting, ...]] = (
    Setting("home", "", "Data folder; empty means the user's data folder (XDG_DATA_HOME/landkg)."),
    Setting("base", DEFAULT_BASE, "Base of every IRI that the build mints; ends in '/'."),
    Setting("public_url", "http://127.0.0.1:8000/", "Address under which people reach the service."),
    Setting("host", "127.0.0.1", "Address the service binds to."),
    Setting("port", 8000, "Port the service binds to."),
    Setting("processes", 1, "Web processes; each holds the graph and the search index for itself."),
    Setting("threads", 48, "Threads of the web process; more than sparql_workers + sparql_queue."),
    Setting("model", "intfloat/multilingual-e5-small", "Embedding model: a folder or a hub name."),
    Setting("model_download", False, "Allow the embedding model to be fetched from the hub."),
    Setting(
        "encoders", "e5,use,minilm", "Encoders of the index, comma-separated: e5 is the setting 'model'."
    ),
    Setting("encode_batch", 32, "Passages encoded in one call of the model."),
    Setting("memory_budget_mb", 1500, "Hold a generation in memory up to this estimate, else on disk."),
    Setting("store", "embedded", "Where the graph is: embedded, or sparql for a SPARQL 1.1 database."),
    Setting("store_engine", "standard", "That database: oxigraph, virtuoso or standard."),
    Setting("store_query", "", "Its address for queries."),
    Setting("store_update", "", "Its address for updates; empty: that for queries."),
    Setting("store_data", "", "Its address for graphs (Graph Store Protocol), to load generations."),
    Setting("store_user", "", "User who may write there; empty: nobody is named."),
    Setting("store_password", "", "Password of that user."),
    Setting("store_folder", "", "Folder that Virtuoso loads files from, '@' and its SQL port if not 1111."),
    Setting(
        "database_url",
        "",
        "PostgreSQL for accounts, decisions, reports and jobs: postgresql://user:password@host/name; "
        "empty: SQLite files in the data folder.",
    ),
    Setting(
        "redis_url",
        "",
        "Redis for rates, dear SPARQL answers and the queue of jobs: redis://host:6379/0; empty: none.",
    ),
    Setting("queue", "thread", "Where jobs run: thread, beside the requests, or rq, in 'kg worker'."),
    Setting("vectors", "faiss", "Where search keeps vectors and words: faiss, in this process, or milvus."),
    Setting("milvus_uri", "", "Address of the Milvus server, or a file of Milvus Lite."),
    Setting("milvus_token", "", "Token or user:password of that server; empty: none."),
    Setting("milvus_prefix", "kg", "Begins the names of our collections there."),
    Setting("milvus_index", "HNSW", "Its index of many vectors: HNSW, IVF_FLAT or AUTOINDEX."),
    Setting("milvus_timeout_s", 5.0, "Seconds within which it has to answer."),
    Setting(
        "build_workers", 0, "Processes that read and encode in a build; 0: as many as help, 1: this alone."
    ),
    Setting("build_cluster", "", "Dask scheduler whose workers do it instead, tcp://host:8786; empty: none."),
    Setting("keep_generations", 5, "Generations that 'kg generations prune' keeps."),
    Setting("search_limit_max", 100, "Most results of one search answer."),
    Setting("search_export_max", 5000, "Most results of an exported list."),
    Setting("search_candidates", 200, "Passages each engine gives to the fusion."),
    Setting(
        "rerank_model",
        "",
        "Cross-encoder that looks again at the first results: a folder or a hub name; empty: none.",
    ),
    Setting("rerank_depth", 30, "Results that the cross-encoder looks at."),
    Setting("rerank_ms", 500, "Milliseconds that the cross-encoder has for one search."),
    Setting("query_text_max", 2000, "Longest natural-language query, in characters."),
    Setting("sparql_timeout_s", 20.0, "Seconds after which a SPARQL query is stopped."),
    Setting("sparql_workers", 16, "SPARQL queries that run at a time, each in a process of its own."),
    Setting("sparql_queue", 16, "SPARQL queries that may wait for a process."),
    Setting("sparql_client_max", 24, "SPARQL queries one client may run or have waiting at a time."),
    Setting("sparql_worker_memory_mb", 512, "Memory one SPARQL query may use beyond the store."),
    Setting("sparql_request_max_kb", 512, "Largest SPARQL request."),
    Setting("sparql_result_max_mb", 64, "Largest answer of a SPARQL query."),
    Setting("sparql_depth_max", 60, "Deepest nesting of brackets in a SPARQL query."),
    Setting(
        "sparql_patterns_max",
        60,
        "Most triple patterns, path steps and OPTIONALs joined in one SPARQL group.",
    ),
    Setting("sparql_chain_max", 1000, "Most UNION, FILTER, BIND and operators of one SPARQL query."),
    Setting("sparql_values_max", 20000, "Most terms in the VALUES and IN lists of one SPARQL query."),
    Setting("sparql_slow_s", 1.0, "CPU seconds after which a SPARQL query gives way to others."),
    Setting("sparql_wait_s", 10.0, "Seconds that a SPARQL query waits for a process at most."),
    Setting("sparql_rate_per_minute", 0, "SPARQL queries a minute one client may send; 0: no limit."),
    Setting("sparql_service_allow", "", "Endpoints that SERVICE may call, comma-separated; empty: none."),
    Setting("sparql_reorder", True, "Put the joins of expensive SPARQL queries in a better order."),
    Setting("sparql_near", True, "Answer provably cheap SPARQL queries without a process of their own."),
    Setting(
        "sparql_columns", True, "Answer SPARQL joins, groups and sorted pages from columns of the build."
    ),
    Setting("sparql_cache_mb", 64, "Memory of the cache of SPARQL answers."),
    Setting("sparql_searches", 10, "Most searches (SERVICE kg:search) in one SPARQL query."),
    Setting("sparql_search_rows", 500, "Most rows of one search inside SPARQL."),
    Setting("embed_api", False, "Offer /api/embed, which returns the vectors of texts."),
    Setting("reconcile_match", 98.0, "Score (0 to 100) from which a candidate may be a certain match."),
    Setting("reconcile_margin", 5.0, "Lead over the next candidate that a certain match needs."),
    Setting("link_inner_hosts", "", "host:port of partners in the own network, comma-separated."),
    Setting("harvest_contact", "", "Address that harvested sources may write to; sent along."),
    Setting("harvest_rate", 1.0, "Requests a second to one source, unless the source has a rate of its own."),
    Setting("harvest_timeout_s", 60.0, "Seconds within which a source's answer has to be there."),
    Setting("harvest_retries", 5, "Times a request to a source is tried again, with growing pauses."),
    Setting("harvest_wait_s", 900.0, "Longest pause that a source may ask for within a harvest, in seconds."),
    Setting("harvest_max_mb", 64, "Largest answer of a source."),
    Setting("sync_shrink_max", 0.1, "Share of its records that a source may lose before 'kg sync' stops."),
    Setting("sync_refused_max", 0.05, "Share of a source's records refused at which 'kg sync' stops."),
    Setting("proxies", 0, "Proxies in front whose X-Forwarded-For and X-Forwarded-Prefix are believed."),
    Setting("rate_per_minute", 600, "Requests a minute one client may make; 0: no limit."),
    Setting("reports_per_hour", 10, "Problem reports one client may send an hour; 0: none are taken."),
    Setting("page_cache_mb", 32, "Memory of the cache of whole pages; 0: none."),
    Setting("request_max_kb", 1024, "Largest body of any request."),
    Setting("log_level", "INFO", "Log level: DEBUG, INFO, WARNING or ERROR."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its value; build it with :meth:`from_env`, never by hand."""

    home: str
    base: str
    public_url: str
    host: str
    port: int
    processes: int
    threads: int
    model: str
    model_download: bool
    encoders: str
    encode_batch: int
    memory_budget_mb: int
    store: str
    store_engine: str
    store_query: str
    store_update: str
    store_data: str
    store_user: str
    store_password: str
    store_folder: str
    database_url: str
    redis_url: str
    queue: str
    vectors: str
    milvus_uri: str
    milvus_token: str
    milvus_prefix: str
    milvus_index: str
    milvus_timeout_s: float
    build_workers: int
    build_cluster: str
    keep_generations: int
    search_limit_max: int
    search_export_max: int
    search_candidates: int
    rerank_model: str
    rerank_depth: int
    rerank_ms: int
    query_text_max: int
    sparql_timeout_s: float
    sparql_workers: int
    sparql_queue: int
    sparql_client_max: int
    sparql_worker_memory_mb: int
    sparql_request_max_kb: int
    sparql_result_max_mb: int
    sparql_depth_max: int
    sparql_patterns_max: int
    sparql_chain_max: int
    sparql_values_max: int
    sparql_slow_s: float
    sparql_wait_s: float
    sparql_rate_per_minute: int
    sparql_service_allow: str
    sparql_reorder: bool
    sparql_near: bool
    sparql_columns: bool
    sparql_cache_mb: int
    sparql_searches: int
    sparql_search_rows: int
    embed_api: bool
    reconcile_match: float
    reconcile_margin: float
    link_inner_hosts: str
    harvest_contact: str
    harvest_rate: float
    harvest_timeout_s: float
    harvest_retries: int
    harvest_wait_s: float
    harvest_max_mb: int
    sync_shrink_max: float
    sync_refused_max: float
    proxies: int
    rate_per_minute: int
    reports_per_hour: int
    page_cache_mb: int
    request_max_kb: int
    log_level: str

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Read the settings from ``KG_*`` variables; keyword arguments win.

        Raises:
            ConfigError: a value is not of its setting's type, or a variable is unknown.
        """
        env = os.environ if env is None else env
        values: dict[str, Any] = {row.name: row.default for row in TABLE}
        for key, text in env.items():
            name = key.removeprefix(PREFIX).lower()
            if not key.startswith(PREFIX):
                continue
            if name not in values:
                raise ConfigError(f"There is no setting {key}.", hint="'kg doctor' lists them.")
            values[name] = _read(name, text)
        values.update({name: value for name, value in overrides.items() if value is not None})
        settings = cls(**values)
        settings._check()
        return settings

    def _check(self) -> None:
        for name in ("base", "public_url"):
            value = getattr(self, name)
            if not value.startswith(("http://", "https://")) or not value.endswith("/"):
                raise ConfigError(f"{PREFIX}{name.upper()} must be an http(s) address that ends in '/'.")

    @property
    def iris(self) -> Iris:
        return Iris(self.base)

    @property
    def home_folder(self) -> Path:
        """The data folder: generations, caches, unpacked models, the curation journal."""
        if self.home:
            return Path(self.home).expanduser().resolve()
        root = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
        return Path(root).expanduser() / "landkg"


def _read(name: str, text: str) -> Any:
    kind = get_type_hints(Settings)[name]
    try:
        if kind is bool:
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}[
                text.strip().lower()
            ]
        return kind(text)
    except (KeyError, ValueError):
        wanted = {bool: "yes or no", int: "a whole number", float: "a number"}.get(kind, kind.__name__)
        raise ConfigError(f"{PREFIX}{name.upper()}={text!r} is not {wanted}.") from None


if {row.name for row in TABLE} != {each.name for each in fields(Settings)}:  # pragma: no cover
    raise AssertionError("the settings table and the Settings class name different settings")
