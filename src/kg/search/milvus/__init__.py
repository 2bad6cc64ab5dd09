"""The search engines over Milvus: vectors and BM25 on a cluster, by settings (docs/scale.md).

Our own texts, records and counts stay in this process; Milvus finds, and ids lead back to passages.
"""
