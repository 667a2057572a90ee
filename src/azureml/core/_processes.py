"""How many processes a run configuration asks for: v1's framework, communicator and node_count, old and new."""

import logging

from azureml.core.runconfig import RunConfiguration
from azureml.exceptions import UserErrorException
from runstead.domain.distributions import MPI, PYTORCH, TENSORFLOW, Distribution, distribution_of
from runstead.domain.errors import InvalidArgument

log = logging.getLogger(__name__)
_KINDS = {
    "openmpi": MPI,
    "intelmpi": MPI,
    "mpi": MPI,
    "nccl": PYTORCH,
    "gloo": PYTORCH,
    "parameterserver": TENSORFLOW,
}


def processes_of(run_config: RunConfiguration) -> Distribution | None:
    """The processes of one machine; None for one process that is told of no others."""
    communicator = str(run_config.communicator or "None")
    if communicator.lower() == "none":
        _check_nodes(run_config, instead="Leave node_count at 1.")
        _tell_ignored(run_config)
        return None
    kind = _KINDS.get(communicator.lower())
    if kind is None:
        raise UserErrorException(
            f"the communicator {communicator!r} is not known; there are OpenMpi, IntelMpi, Nccl, Gloo, "
            "ParameterServer and None"
        )
    if kind == TENSORFLOW:  # its node_count is the sum of both
        workers, servers = run_config.tensorflow.worker_count, run_config.tensorflow.parameter_server_count
    elif kind == PYTORCH:
        _check_nodes(run_config, instead="With node_count=1, process_count says how many processes it starts.")
        count = run_config.pytorch.process_count
        workers, servers = 1 if count is None else count, 0
    else:
        _check_nodes(run_config, instead="With node_count=1, process_count_per_node says how many processes it starts.")
        workers, servers = run_config.mpi.process_count_per_node, 0
    asked = {"kind": kind, "communicator": communicator, "process_count": workers, "parameter_servers": servers}
    try:
        return distribution_of(asked)
    except InvalidArgument as error:
        raise UserErrorException(f"the run cannot be distributed: {error.message}") from error


def _check_nodes(run_config: RunConfiguration, *, instead: str) -> None:
    if run_config.node_count > 1:
        raise UserErrorException(
            f"the compute target {run_config.target!r} is one machine, and node_count is {run_config.node_count}; "
            f"several nodes need a cluster, which this version of Runstead does not have yet. {instead}"
        )


def _tell_ignored(run_config: RunConfiguration) -> None:
    if (run_config.pytorch.process_count or 1) > 1 or run_config.mpi.process_count_per_node > 1:
        log.warning("the run has one process: a process count is ignored where the communicator is None")
