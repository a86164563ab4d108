"""XLA's compiler options for CPUs."""

from __future__ import annotations


def cpu_compiler_options() -> dict[str, str | bool]:
    """XLA's options for programs that several threads run on a CPU at the same time.

    By default XLA spreads every matrix product over all cores. When each core runs its own call,
    the calls then wait for one another; on two cores this was a fifth slower. The fused products
    (YNN) cannot be switched off directly: selecting another kind of fusion disables them.
    """
    return {
        "xla_cpu_multi_thread_eigen": False,
        "xla_cpu_experimental_ynn_fusion_type": "LIBRARY_FUSION_TYPE_REDUCE",
    }
