"""Jobs of several processes on one machine: who they are, that they find each other, and how they end together."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runstead.client.runs import cancel_run
from runstead.domain.distributions import MPI, PYTORCH, TENSORFLOW, Distribution
from runstead.driver.distributions import free_ports
from runstead.testing.servers import RealServer, wait_until
from tests.machine import NO_MPIRUN, find_mpirun, skip_without
from tests.submissions import Submitted, a_source, is_running, submitted

# All processes meet at rank 0, as the ones of torch.distributed do; each prints how many there were.
MEETING = """
    import os, socket, sys
    rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    place = (os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"]))
    if rank == 0:
        with socket.create_server(place) as server:
            met = {0}
            while len(met) < size:
                with server.accept()[0] as guest:
                    met.add(int(guest.recv(10)))
        print("met", sorted(met))
    else:
        while True:
            try:
                with socket.create_connection(place) as guest:
                    guest.sendall(str(rank).encode())
                break
            except ConnectionRefusedError:
                pass
    print("rank", rank, "local", os.environ["LOCAL_RANK"], "node", os.environ["NODE_RANK"], sys.argv[1:])
"""
# The rank that is named in the first argument ends as the second says, when all others wait.
ONE_ENDS = """
    import os, signal, sys, time
    rank = os.environ.get("RANK") or os.environ["OMPI_COMM_WORLD_RANK"]
    open(f"pid-{rank}.new", "w").write(f"{os.getpid()}\\n")
    os.rename(f"pid-{rank}.new", f"pid-{rank}")
    while not os.path.exists("go"):
        time.sleep(0.01)
    if rank == sys.argv[1]:
        if sys.argv[2] == "raise":
            raise ValueError("gradient exploded")
        if sys.argv[2] == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        sys.exit(int(sys.argv[2]))
    time.sleep(100)
"""


def torch_job(server: RealServer, source: Path, *arguments: str, processes: int = 2) -> Submitted:
    return submitted(server, source, arguments=arguments, distribution=Distribution(PYTORCH, "Gloo", processes))


def rank_log(rank: object) -> str:
    return f"azureml-logs/70_driver_log_{rank}.txt"


def process_lines(job: Submitted, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in job.log(f"azureml-logs/process_{name}.json").splitlines()]


def pids_of(job: Submitted, count: int) -> list[int]:
    return [int(job.wait_for_file(f"pid-{rank}")) for rank in range(count)]


def go(job: Submitted) -> None:
    (job.folder / "work" / "go").touch()


def test_processes_of_a_pytorch_job_find_each_other_and_each_has_its_log(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path / "src", {"train.py": MEETING})
    job = torch_job(server, source, "--local", "$LOCAL_RANK", "${WORLD_SIZE}", "$UNKNOWN", processes=3)
    assert job.wait()["status"] == "Completed"
    assert job.output(rank_log(0)).splitlines()[0] == "met [0, 1, 2]"
    for rank in range(3):
        told = f"rank {rank} local {rank} node 0 ['--local', '{rank}', '3', '$UNKNOWN']"
        assert job.output(rank_log(rank)).splitlines()[-1] == told
    node = process_lines(job, "info")[0]["node"]
    assert job.paths() == [
        "azureml-logs/60_control_log.txt",
        f"azureml-logs/65_job_prep-{node}.txt",
        *(rank_log(rank) for rank in range(3)),
        f"azureml-logs/75_job_post-{node}.txt",
        "azureml-logs/process_info.json",
        "azureml-logs/process_status.json",
        "logs/azureml/110_azureml.log",
        "logs/azureml/job_prep_azureml.log",
        "logs/azureml/job_release_azureml.log",
        *(f"user_logs/std_log_process_0{rank}.txt" for rank in range(3)),
    ]


def test_the_process_files_name_every_rank(server: RealServer, tmp_path: Path) -> None:
    job = torch_job(server, a_source(tmp_path / "src", {"train.py": MEETING}))
    job.wait()
    infos = process_lines(job, "info")
    assert [(info["rank"], info["log"]) for info in infos] == [(0, rank_log(0)), (1, rank_log(1))]
    assert len({info["pid"] for info in infos}) == 2
    last = process_lines(job, "status")[-2:]
    assert [(one["rank"], one["status"], one["exit_code"]) for one in last] == [
        (0, "Completed", 0),
        (1, "Completed", 0),
    ]


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("raise", "User program failed with ValueError: gradient exploded (train.py, rank 1 of 3, the first that"),
        ("7", "train.py, rank 1 of 3, the first that failed ended with exit code 7"),
        ("killed", "rank 1 of 3, the first that failed was ended by signal 9 (SIGKILL)"),
    ],
)
def test_all_end_when_one_fails_and_the_run_says_which(server: RealServer, tmp_path: Path, how: str, told: str) -> None:
    job = torch_job(server, a_source(tmp_path / "src", {"train.py": ONE_ENDS}), "1", how, processes=3)
    pids = pids_of(job, 3)
    go(job)
    run = job.wait()
    assert run["status"] == "Failed"
    assert told in run["error"]["message"]
    assert not any(is_running(pid) for pid in pids)


def test_a_process_that_is_killed_from_outside_ends_all(server: RealServer, tmp_path: Path) -> None:
    job = torch_job(server, a_source(tmp_path / "src", {"train.py": ONE_ENDS}), "9", "0")
    pids = pids_of(job, 2)
    os.kill(pids[0], signal.SIGKILL)
    assert "rank 0 of 2" in job.wait()["error"]["message"]
    assert not is_running(pids[1])


STUBBORN = """
    import os, signal, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    rank = os.environ["RANK"]
    if os.fork() == 0:          # a daemon: its own session, its parent gone
        os.setsid()
        if os.fork():
            os._exit(0)
        rank = "daemon" + rank
    elif rank == "0":
        while not os.path.exists("go"):
            time.sleep(0.01)
        if sys.argv[1:]:
            sys.exit(3)
    open(f"pid-{rank}.new", "w").write(f"{os.getpid()}\\n")
    os.rename(f"pid-{rank}.new", f"pid-{rank}")
    time.sleep(100)
"""


@pytest.mark.parametrize("why", ["cancelled", "too long", "failed"])
def test_processes_that_will_not_end_are_killed_with_their_daemons(
    server: RealServer, tmp_path: Path, why: str
) -> None:
    job = submitted(
        server,
        a_source(tmp_path / "src", {"train.py": STUBBORN}),
        arguments=("fail",) if why == "failed" else (),
        variables={"AZUREML_RUN_KILL_SIGNAL_TIMEOUT_SEC": "0.5"},
        max_run_duration_s=2.0 if why == "too long" else None,
        distribution=Distribution(PYTORCH, "Gloo", 2),
    )
    if why != "too long":
        pids = [int(job.wait_for_file(f"pid-{name}")) for name in ("1", "daemon0", "daemon1")]
        go(job)
    if why == "cancelled":
        cancel_run(job.workspace, job.run_id)
    assert job.wait()["status"] == ("Failed" if why == "failed" else "Canceled")
    if why == "too long":
        pids = [int(path.read_text()) for path in (job.folder / "work").glob("pid-*") if path.suffix != ".new"]
    assert not any(is_running(pid) for pid in pids)


@pytest.mark.kill
@pytest.mark.parametrize("victim", ["driver", "keeper", "both"])
def test_the_processes_survive_what_looks_after_them_and_their_end_is_known(
    server: RealServer, tmp_path: Path, victim: str
) -> None:
    job = torch_job(server, a_source(tmp_path / "src", {"train.py": ONE_ENDS}), "1", "raise")
    pids = pids_of(job, 2)
    wait_until((job.folder / "script.json").exists, what="the keeper has written who it is")
    driver = json.loads((job.folder / "driver.json").read_text())["pid"]
    keeper = json.loads((job.folder / "script.json").read_text())["keeper_pid"]
    for process in {"driver": [driver], "keeper": [keeper], "both": [keeper, driver]}[victim]:
        os.kill(process, signal.SIGKILL)
    assert all(is_running(pid) for pid in pids)
    go(job)
    run = job.wait()
    assert run["status"] == "Failed"
    assert "gradient exploded" in run["error"]["message"] or victim == "both"
    assert not any(is_running(pid) for pid in pids)


@pytest.mark.kill
def test_no_process_is_left_when_what_runs_them_is_killed(server: RealServer, tmp_path: Path) -> None:
    job = torch_job(server, a_source(tmp_path / "src", {"train.py": ONE_ENDS}), "9", "0")
    pids = pids_of(job, 2)
    os.kill(json.loads((job.folder / "script.json").read_text())["pid"], signal.SIGKILL)
    run = job.wait()
    assert run["status"] == "Failed"
    assert "what runs the processes of train.py was ended by signal 9" in run["error"]["message"]
    assert not any(is_running(pid) for pid in pids)


CLUSTER = """
    import json, os, socket, time
    config = json.loads(os.environ["TF_CONFIG"])
    cluster, task = config["cluster"], config["task"]
    if task["type"] == "ps":
        with socket.create_server(("127.0.0.1", int(cluster["ps"][task["index"]].split(":")[1]))) as server:
            while True:  # for ever, as tf.distribute.Server.join does
                server.accept()[0].close()
    host, port = cluster["ps"][0].split(":")
    while True:
        try:
            socket.create_connection((host, int(port))).close()
            break
        except ConnectionRefusedError:
            time.sleep(0.01)
    print(task, len(cluster["worker"]), len(cluster["ps"]), config["environment"])
"""


def test_tensorflow_workers_find_their_servers_which_end_with_the_last_worker(
    server: RealServer, tmp_path: Path
) -> None:
    source = a_source(tmp_path / "src", {"train.py": CLUSTER})
    job = submitted(server, source, distribution=Distribution(TENSORFLOW, "ParameterServer", 2, 1))
    assert job.wait()["status"] == "Completed"
    for index in range(2):
        told = f"{{'type': 'worker', 'index': {index}}} 2 1 cloud\n"
        assert job.output(rank_log(f"worker_{index}")) == told
    assert job.output(rank_log("ps_0")) == ""


def test_a_command_sees_the_rank_of_its_process(server: RealServer, tmp_path: Path) -> None:
    source = a_source(tmp_path / "src", {"a.txt": ""})
    shell = "echo rank $RANK of $WORLD_SIZE"
    job = submitted(server, source, command=shell, distribution=Distribution(PYTORCH, "Nccl", 2))
    assert job.wait()["status"] == "Completed"
    assert [job.output(rank_log(rank)) for rank in (0, 1)] == ["rank 0 of 2\n", "rank 1 of 2\n"]


def test_free_ports_are_free_and_none_that_others_are_given() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(1024 < port < first for port in ports)


# ---- MPI --------------------------------------------------------------------------------------------------------

MPI_SCRIPT = """
    import os, sys
    print("rank", os.environ["OMPI_COMM_WORLD_RANK"], "of", os.environ["OMPI_COMM_WORLD_SIZE"], sys.argv[1:])
    print(os.environ["AZ_BATCH_MASTER_NODE"].split(":")[0], os.environ["AZ_BATCHAI_MPI_MASTER_NODE"])
"""


def mpi_job(server: RealServer, source: Path, *arguments: str, path: str | None = None) -> Submitted:
    mpirun = find_mpirun()
    if path is None and mpirun is None:
        skip_without(NO_MPIRUN)
    search = path if path is not None else f"{Path(mpirun or '').parent}:{os.environ['PATH']}"
    distribution = Distribution(MPI, "OpenMpi", 2)
    return submitted(server, source, arguments=arguments, variables={"PATH": search}, distribution=distribution)


def test_mpirun_runs_the_processes_and_each_has_its_log(server: RealServer, tmp_path: Path) -> None:
    arguments = ("it's", "$OMPI_COMM_WORLD_RANK/x", "$AZUREML_RUN_ID", "$UNKNOWN", "`date`")
    job = mpi_job(server, a_source(tmp_path / "src", {"train.py": MPI_SCRIPT}), *arguments)
    run = job.wait()
    assert run["status"] == "Completed", job.log("azureml-logs/70_mpi_log.txt")
    for rank in (0, 1):
        given = ["it's", f"{rank}/x", job.run_id, "$UNKNOWN", "`date`"]
        assert job.output(rank_log(rank)) == f"rank {rank} of 2 {given}\n127.0.0.1 127.0.0.1\n"
    logs = [path for path in job.paths() if path.startswith("azureml-logs/70")]
    assert logs == [rank_log(0), rank_log(1), "azureml-logs/70_mpi_log.txt"]
    infos = process_lines(job, "info")
    assert [info["rank"] for info in infos] == [0, 1]
    assert all(isinstance(info["pid"], int) for info in infos)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("raise", "failed with ValueError: gradient exploded (train.py, rank 1 of 2, the first that failed"),
        ("killed", "rank 1 of 2, the first that failed was ended by signal 9 (SIGKILL)"),
    ],
)
def test_mpirun_ends_all_when_one_fails_and_the_run_says_which(
    server: RealServer, tmp_path: Path, how: str, told: str
) -> None:
    job = mpi_job(server, a_source(tmp_path / "src", {"train.py": ONE_ENDS}), "1", how)
    pids = pids_of(job, 2)
    go(job)
    run = job.wait()
    assert run["status"] == "Failed"
    assert told in run["error"]["message"]
    assert not any(is_running(pid) for pid in pids)
    assert job.log("azureml-logs/70_mpi_log.txt")


def test_a_cancelled_mpi_job_leaves_no_process(server: RealServer, tmp_path: Path) -> None:
    job = mpi_job(server, a_source(tmp_path / "src", {"train.py": ONE_ENDS}), "9", "0")
    pids = pids_of(job, 2)
    cancel_run(job.workspace, job.run_id)
    assert job.wait()["status"] == "Canceled"
    assert not any(is_running(pid) for pid in pids)


def test_where_mpirun_is_missing_the_run_says_what_would_do(server: RealServer, tmp_path: Path) -> None:
    nowhere = tmp_path / "bin"
    nowhere.mkdir()
    if (Path(sys.executable).parent / "mpirun").exists():
        pytest.skip("this interpreter has an mpirun beside it, which comes first on a job's PATH")
    job = mpi_job(server, a_source(tmp_path / "src", {"train.py": MPI_SCRIPT}), path=str(nowhere))
    run = job.wait()
    assert run["status"] == "Failed"
    assert "could not be started: mpirun is not there" in run["error"]["message"]
    assert "openmpi" in run["error"]["message"]
    assert not [path for path in job.paths() if path.startswith("azureml-logs/70")]


# ---- the real thing ---------------------------------------------------------------------------------------------

TORCH = """
    import os, torch, torch.distributed as dist
    dist.init_process_group("gloo")
    total = torch.tensor([float(dist.get_rank() + 1)])
    dist.all_reduce(total)
    print("sum", total.item(), "of", dist.get_world_size())
    dist.destroy_process_group()
"""


@pytest.fixture(scope="module")
def torch_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter that has torch: 900 MB, too much for every day."""
    if not os.environ.get("RUNSTEAD_LONG_TESTS"):
        pytest.skip("takes minutes; RUNSTEAD_LONG_TESTS=1 runs it")
    place = tmp_path_factory.mktemp("torch")
    links = os.environ.get("PIP_FIND_LINKS")
    uv = Path(sys.executable).parent / "uv"
    subprocess.run([uv, "venv", "-q", "-p", sys.executable, place], check=True)
    wanted = ["torch==2.*", "numpy", *(["--find-links", links] if links else [])]
    subprocess.run([uv, "pip", "install", "-q", "-p", place / "bin/python", *wanted], check=True)
    return str(place / "bin/python")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_torch_distributed_sums_over_real_processes(server: RealServer, tmp_path: Path, torch_python: str) -> None:
    job = submitted(
        server,
        a_source(tmp_path / "src", {"train.py": TORCH}),
        command=f"{torch_python} train.py",
        variables={"OMP_NUM_THREADS": "1"},
        distribution=Distribution(PYTORCH, "Gloo", 2),
    )
    run = job.wait(timeout_s=300)
    assert run["status"] == "Completed", job.log(rank_log(0))
    assert [job.output(rank_log(rank)).splitlines()[-1] for rank in (0, 1)] == ["sum 3.0 of 2"] * 2
