"""The only adapter between verbs and Ray Data: applies a function to each block of a Dataset."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from imagesasdata.engine.ray.workers import chosen
from imagesasdata.extras import optional
from imagesasdata.machine import limit_cores

Apply = Callable[[pa.Table], pa.Table]

# An actor reserves half of the processors that it computes with. Ray's own tasks, which read, cut
# and write blocks, reserve a whole one each; if actors reserved all, those tasks would never start.
_SHARE = 0.5

# The schemas of Datasets made by verbs: to find a schema, Ray would run the pipeline.
_schemas: weakref.WeakKeyDictionary[Any, pa.Schema] = weakref.WeakKeyDictionary()


def is_dataset(images: object) -> bool:
    """Whether this is a Ray Dataset; checked without importing Ray."""
    data = sys.modules.get("ray.data")
    return data is not None and isinstance(images, data.Dataset)


def over_blocks(dataset: Any, apply: Apply) -> Any:
    """A Dataset of the results of ``apply`` for each block; nothing runs until it is used.

    If the columns are known, ``apply`` is first called here on an empty table: misuse raises at
    once, and the result has the new schema.
    """
    ray = optional("ray", "ray", "A verb on a Ray Dataset")
    data = optional("ray.data", "ray", "A verb on a Ray Dataset")
    schema = _schema(dataset)
    empty = None if schema is None else apply(schema.empty_table())
    workers = chosen()
    room = max(1, int(ray.cluster_resources().get("CPU", 1)) // workers.cpus)
    actors = workers.actors or room
    pool = data.ActorPoolStrategy(min_size=1, initial_size=actors, max_size=actors)
    # By reference: the model is sent to each machine once, not to each actor.
    shared = ray.put(apply)
    made = dataset.repartition(target_num_rows_per_block=workers.rows).map_batches(
        _Actor,
        batch_size=None,
        batch_format="pyarrow",
        compute=pool,
        num_cpus=_share(ray.nodes()) * workers.cpus,
        num_gpus=workers.gpus or None,
        fn_constructor_args=([shared], workers.cpus),
    )
    if empty is not None:
        _schemas[made] = empty.schema
    return made


def _share(machines: list[dict[str, Any]]) -> float:
    """The share of its processors that an actor reserves; none on machines with one processor."""
    most = max((machine["Resources"].get("CPU", 0) for machine in machines), default=0)
    return _SHARE if most >= 2 else 0.0


def _schema(dataset: Any) -> pa.Schema | None:
    if dataset in _schemas:
        return _schemas[dataset]
    known = dataset.schema(fetch_if_missing=False)
    plain = getattr(known, "base_schema", None)
    return plain if isinstance(plain, pa.Schema) else None


class _Actor:
    """A Ray process that holds the function and its model, and applies it block by block."""

    def __init__(self, shared: list[Any], cpus: int) -> None:
        import ray

        limit_cores(cpus)
        self._apply: Apply = ray.get(shared[0])

    def __call__(self, block: pa.Table) -> pa.Table:
        return self._apply(block)
