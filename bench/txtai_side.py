"""The side of txtai in bench/search_txtai.py: runs in an environment that has it, reads and writes JSON.

PYTHON bench/txtai_side.py INPUT OUTPUT
"""

import json
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path


def main() -> None:
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    import torch
    import txtai  # type: ignore[import-not-found]

    torch.set_num_threads(asked["threads"])
    embeddings = txtai.Embeddings(
        path=asked["model"],
        method="sentence-transformers",
        instructions={"query": asked["prompts"][0], "data": asked["prompts"][1]},
        hybrid=asked["hybrid"],
        gpu=False,
        encodebatch=asked["batch"],
        vectors={"local_files_only": True, "model_kwargs": {"dtype": "float32"}},
    )
    embeddings.search("warm")
    began = time.perf_counter()
    embeddings.index(list(enumerate(asked["texts"])))
    built = time.perf_counter() - began
    embeddings.search("warm")
    found, times = [], []
    for text in asked["queries"]:
        began = time.perf_counter()
        hits = embeddings.search(text, asked["depth"])
        times.append((time.perf_counter() - began) * 1000)
        found.append([int(number) for number, _ in hits])
    answer = {
        "version": version("txtai"),
        "build_s": built,
        "times_ms": times,
        "found": found,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
