"""How programs are compiled for a CPU."""

from __future__ import annotations


def cpu_compiler_options() -> dict[str, str | bool]:
    """XLA's options for programs that run on a CPU in several threads, one call in each.

    By default XLA spreads every matrix product over all cores. When each core runs a call of its
    own, these calls then wait for one another; on two cores that took a fifth of the speed. The
    fused products (YNN) have no switch of their own: selecting one other kind of fusion disables them.
    """
    return {
        "xla_cpu_multi_thread_eigen": False,
        "xla_cpu_experimental_ynn_fusion_type": "LIBRARY_FUSION_TYPE_REDUCE",
    }
