"""Virtuoso 7: its bulk loader, and what its answers get wrong."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import urlsplit

from kg.errors import ConfigError, Unavailable
from kg.store import Binding
from kg.store.adapters import Standard, renamed
from kg.store.naming import Names, substituted

_LOADED_S: Final = 3600
_PORT: Final = 1111
_PROGRAMS: Final = ("isql-vt", "isql")


class Virtuoso(Standard):
    """``/sparql`` for queries, ``/sparql-auth`` for updates, ``/sparql-graph-crud-auth`` for graphs.

    With a folder that the server may read (``DirsAllowed`` of virtuoso.ini) and ``isql-vt`` beside us,
    generations are loaded from a file by ``ld_dir`` and ``rdf_loader_run``; else graph by graph over HTTP.
    """

    name: ClassVar[str] = "virtuoso"

    def load(self, graph_file: Path, names: Names) -> None:
        if not self.folder:
            super().load(graph_file, names)
            return
        folder, _, port = self.folder.partition("@")
        self.drop([names.of(graph) for graph in names.graphs])
        file = Path(folder) / f"{names.of('graph').replace(':', '-')}.nq"
        with file.open("wb") as out:
            out.writelines(renamed(graph_file, names))
        try:
            self._isql(
                int(port or _PORT),
                f"delete from DB.DBA.load_list where ll_file = '{file}';"  # noqa: S608 - our own name
                f"ld_dir ('{folder}', '{file.name}', 'urn:kg:none');"
                "rdf_loader_run ();"
                "select concat ('fault: ', ll_error) from DB.DBA.load_list"
                f" where ll_file = '{file}' and ll_error is not null;"
                "checkpoint;",
            )
        finally:
            file.unlink(missing_ok=True)

    def _isql(self, port: int, commands: str) -> None:
        program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
        if program is None:
            raise ConfigError("Virtuoso's isql-vt is not installed here, so files cannot be loaded.")
        host = urlsplit(self.client.query_url).hostname
        command = [program, f"{host}:{port}", self.client.user, self.client.password, "VERBOSE=OFF"]
        done = subprocess.run(  # noqa: S603 - the operator's own program
            [*command, f"exec={commands}"], capture_output=True, text=True, timeout=_LOADED_S, check=False
        )
        said = done.stdout + done.stderr
        if done.returncode != 0 or "*** Error" in said or "fault: " in said:
            raise Unavailable(f"Virtuoso did not load the generation: {' '.join(said.split())[-400:]}")

    def bound(self, text: str, bind: Binding) -> str:
        # VALUES beside a UNION, or inside GRAPH ?g, loses solutions in 7.2.5.
        return substituted(text, bind)

    def query(self, text: str) -> str:
        # A variable that nothing binds is no fault in SPARQL.
        return f"define sql:signal-void-variables 0\n{text}"

    def results(self, answer: bytes) -> bytes:
        if b'"__ASK_RETVAL"' in answer[:200]:  # an ASK is answered as if it were a SELECT
            rows = json.loads(answer)["results"]["bindings"]
            value = rows[0]["__ASK_RETVAL"]["value"] if rows else "0"
            return json.dumps({"head": {}, "boolean": value not in ("0", "false")}).encode()
        return _BLANK.sub(rb'"type": "bnode", "value": "\1"', answer)

    def triples(self, answer: bytes) -> bytes:
        return b"" if answer.lstrip().startswith(b"# Empty") else answer


_BLANK: Final = re.compile(rb'"type": "bnode", "value": "nodeID://(\w+)"')
