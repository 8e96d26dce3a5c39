#!/usr/bin/env python3
"""Prepare what a command needs and run it; `python3 dev.py` alone lists the commands."""

import hashlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
RUNTIME_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
# Vendors' own clients whose pins fit neither ours nor each other's: an environment and a lock for each.
JUDGES = {"intuit-oauth": "intuit-oauth==1.2.7", "python-quickbooks": "python-quickbooks==0.9.12"}
# The matchers that the benchmark measures ours beside.
PEERS = Path("bench") / "requirements-peers.in"
OLDEST_PYTHON = (3, 11)
# The whole suite runs on several processors at once; a few tests start sooner on one.
SIDE_BY_SIDE = ["-n", "auto", "--maxprocesses", "4"]
# Where packages put PostgreSQL's own commands, which Debian keeps off the PATH.
POSTGRES_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
# A crash of the machine may lose the tests' data, so nothing waits for the disk.
POSTGRES_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> int:
    """Run the command named on the command line and return its exit code."""
    if sys.version_info < OLDEST_PYTHON:
        print("Bookbind needs Python 3.11 or newer; this is %s." % sys.version.split()[0])
        return 2
    commands = {
        "demo": run_demo,
        "test": run_tests,
        "test-postgres": run_tests_on_postgres,
        "check": run_checks,
        "bench": run_benchmarks,
        "interop": run_interop,
        "train-matcher": run_training,
        "lock": write_locks,
    }
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in commands:
        print("Usage: python3 dev.py %s" % " | ".join(commands))
        return 2
    return commands[name](sys.argv[2:])


def run_demo(arguments: list[str]) -> int:
    """Start demo data, sandbox, web and worker; print the address and the sign-ins."""
    install(RUNTIME_LOCK)
    return hand_over([str(BIN / "bookbind"), "demo", *arguments])


def run_tests(arguments: list[str]) -> int:
    """Run the whole suite, installing what it needs, a browser included where that is possible."""
    install(DEV_LOCK)
    provide_browser()
    return hand_over([str(PYTHON), "-m", "pytest", *(arguments or SIDE_BY_SIDE)], tests_environment())


def run_tests_on_postgres(arguments: list[str]) -> int:
    """Run the suite on PostgreSQL: a cluster of its own, started for it and thrown away after it."""
    install(DEV_LOCK)
    provide_browser()
    with running_postgres(find_postgres()) as url:
        command = [str(PYTHON), "-m", "pytest", *(arguments or SIDE_BY_SIDE)]
        return hand_over(command, dict(tests_environment(), DATABASE_URL=url))


def tests_environment() -> dict[str, str]:
    """Our own environment, where Python keeps what it has compiled.

    The tests start the product's commands a hundred times and more; each would compile all of it anew.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run_checks(_arguments: list[str]) -> int:
    """Lint, types and import contracts, without the tests."""
    install(DEV_LOCK)
    checks = (
        [str(PYTHON), "-m", "ruff", "check", "."],
        [str(PYTHON), "-m", "ruff", "format", "--check", "."],
        [str(BIN / "lint-imports")],
        [str(PYTHON), "-m", "mypy"],
    )
    # In test mode, so that the demo's tables are among those that mypy knows.
    environment = dict(os.environ, BOOKBIND_MODE="test")
    return max(subprocess.call(check, cwd=ROOT, env=environment) for check in checks)


def run_benchmarks(arguments: list[str]) -> int:
    """Run the benchmarks; the table is printed and bench/results/latest.json written."""
    install(DEV_LOCK)
    return hand_over([str(PYTHON), "-m", "bench", *arguments])


def run_interop(arguments: list[str]) -> int:
    """Let the vendors' own clients judge the simulated vendors."""
    install(DEV_LOCK)
    for name in JUDGES:
        install_judge(name)
    return hand_over([str(PYTHON), "-m", "pytest", "tests/interop", *arguments])


def run_training(_arguments: list[str]) -> int:
    """Train the matcher's models anew from the lists in BOOKBIND_MATCHING_DATA; print their figures."""
    install(DEV_LOCK)
    # One thread: the threads of small matrix products spend their time waiting for each other.
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    return subprocess.call([str(PYTHON), "-m", "training"], cwd=ROOT, env=environment)


def write_locks(_arguments: list[str]) -> int:
    """Resolve pyproject.toml anew into both lock files; the vendors' clients and the peers into theirs."""
    install(DEV_LOCK)
    options = ["--quiet", "--upgrade", "--universal", "--generate-hashes", "--no-annotate", "--no-header"]
    compile_lock = [*find_uv(), "pip", "compile", *options, "--python-version", "3.11"]
    own = [*compile_lock, "pyproject.toml", "-o"]
    runtime = subprocess.call([*own, RUNTIME_LOCK.name], cwd=ROOT)
    development = subprocess.call([*own, DEV_LOCK.name, "--group", "dev"], cwd=ROOT)
    judges = [
        subprocess.run(
            [*compile_lock, "-", "-o", judge_lock(name).name], input=wanted, text=True, cwd=ROOT, check=False
        ).returncode
        for name, wanted in JUDGES.items()
    ]
    peers = subprocess.call([*compile_lock, str(PEERS), "-o", str(PEERS.with_suffix(".lock"))], cwd=ROOT)
    return max(runtime, development, peers, *judges)


def judge_lock(name: str) -> Path:
    """The lock of one vendor's client."""
    return ROOT / ("requirements-interop-%s.lock" % name)


def install_judge(name: str) -> None:
    """Bring a vendor's client to its lock, in an environment of its own beside ours."""
    folder, lock = ROOT / (".venv-%s" % name), judge_lock(name)
    wanted, mark = hashlib.sha256(lock.read_bytes()).hexdigest(), folder / "installed"
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return
    venv.create(folder, with_pip=True, clear=True)
    python = folder / BIN.name / PYTHON.name
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--require-hashes", "-r", str(lock)])
    mark.write_text(wanted, encoding="utf-8")


def install(lock: Path) -> None:
    """Bring the virtual environment to the lock; nothing is done when it is there already."""
    if installed_mark() in (marks(DEV_LOCK), marks(lock)):
        return
    if not PYTHON.exists() or not has_pip_or_uv():
        make_environment()
    # What stops in the middle leaves no mark, so the next run begins again.
    (VENV / "installed").unlink(missing_ok=True)
    if not install_with_uv(lock):
        install_with_pip(lock)
    (VENV / "installed").write_text(marks(lock), encoding="utf-8")


def install_with_uv(lock: Path) -> bool:
    """Install quickly; False when uv is missing or can't reach the packages (it reads no pip.conf)."""
    uv = find_uv()
    if not uv:
        return False
    steps = (
        # Compiled now, as pip does it too: else every process of a demo would do that at its start.
        [*uv, "pip", "sync", "--quiet", "--compile-bytecode", "--python", str(PYTHON), str(lock)],
        [*uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--no-deps", "--editable", str(ROOT)],
    )
    # Where a proxy signs with its own certificate, the system knows it and uv's own list does not.
    environment = dict(os.environ, UV_SYSTEM_CERTS="1")
    return all(subprocess.call(step, cwd=ROOT, env=environment) == 0 for step in steps)


def install_with_pip(lock: Path) -> None:
    """Install slowly, with whatever pip is configured to use."""
    if subprocess.call([str(PYTHON), "-m", "pip", "--version"], stdout=subprocess.DEVNULL) != 0:
        run([str(PYTHON), "-m", "ensurepip", "--upgrade"])
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--require-hashes", "-r", str(lock)])
    run([*pip, "--no-deps", "--editable", str(ROOT)])


def marks(lock: Path) -> str:
    """What identifies an installation: the lock, the project's metadata and the Python it is for."""
    content = lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return "%s %s %s" % (lock.name, hashlib.sha256(content).hexdigest(), sys.version.split()[0])


def installed_mark() -> str:
    """The mark that the last complete installation left, or nothing."""
    mark = VENV / "installed"
    return mark.read_text(encoding="utf-8") if mark.exists() and PYTHON.exists() else ""


def make_environment() -> None:
    """Create .venv, on Debian with the package that it takes there."""
    print("Preparing Python packages in .venv …", flush=True)
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except (subprocess.CalledProcessError, ImportError, SystemExit):
        install_debian_package("python3-venv", "Python's venv module is missing.")
        run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    # uv installs in seconds what pip installs in a minute; without it pip does the work.
    subprocess.call([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"])


def has_pip_or_uv() -> bool:
    """Whether packages can be installed into the environment as it stands."""
    return (
        bool(find_uv())
        or subprocess.call(
            [str(PYTHON), "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        == 0
    )


def find_uv() -> list[str]:
    """The command that starts uv: the environment's own, else one on the PATH, else nothing."""
    own = BIN / ("uv.exe" if os.name == "nt" else "uv")
    kept = VENV / own.name
    if own.exists():
        # Syncing to a lock removes what is not in it, uv too; so it is kept beside the environment.
        shutil.copy2(own, kept)
    found = str(kept) if kept.exists() else shutil.which("uv")
    return [found] if found else []


def provide_browser() -> None:
    """Install Chromium where this script may; elsewhere say which line does it."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if can_install_debian_packages():
        print("Installing Chromium for the browser tests …", flush=True)
        install_debian_package("chromium", "")
    else:
        print("No Chromium here: the browser tests are skipped. This line installs it on Debian:")
        print("    sudo apt-get install --no-install-recommends chromium")


def find_postgres() -> Path:
    """The folder of PostgreSQL's commands, the newest of several; without any, say what to install."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = [folder for place in POSTGRES_PLACES for folder in Path("/").glob(place[1:])]
    folders = [folder for folder in folders if (folder / "initdb").exists()]
    if not folders:
        print("No PostgreSQL here: there is no initdb on the PATH nor where packages put it.")
        sys.exit("This line installs it on Debian: sudo apt-get install --no-install-recommends postgresql")
    return max(folders, key=lambda folder: [int(number) for number in re.findall(r"\d+", str(folder))])


@contextmanager
def running_postgres(commands: Path) -> Iterator[str]:
    """A new cluster on a free port until the block ends; yields its DATABASE_URL."""
    folder = Path(tempfile.mkdtemp(prefix="bookbind-postgres-"))
    password, port = secrets.token_urlsafe(16), free_port()
    (folder / "password").write_text(password, encoding="utf-8")
    # PostgreSQL refuses to run as root; its package made a user for it.
    owner = {"user": "postgres"} if hasattr(os, "geteuid") and os.geteuid() == 0 else {}
    for path in (folder, folder / "password") if owner else ():
        shutil.chown(path, owner["user"])
    # An end by this signal goes through the clean-up below as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    make = [str(commands / "initdb"), "-D", str(folder / "data"), "-U", "bookbind", "--no-sync"]
    make += ["--encoding=UTF8", "--locale=" + ("C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8")]
    make += ["--auth=scram-sha-256", "--pwfile=%s" % (folder / "password")]
    control = [str(commands / "pg_ctl"), "-D", str(folder / "data"), "-w", "-s"]
    options = "".join(" -c %s='%s'" % option for option in POSTGRES_OPTIONS.items())
    try:
        run_as(owner, make)
        run_as(owner, [*control, "-l", str(folder / "log"), "-o", "-p %d%s" % (port, options), "start"])
        try:
            yield "postgresql://bookbind:%s@127.0.0.1:%d/bookbind" % (password, port)
        finally:
            run_as(owner, [*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_as(owner: dict[str, str], command: list[str]) -> None:
    """Run one of PostgreSQL's commands as the user that may; stop with what it said when it fails."""
    # Through a file: the server inherits the output and would hold a pipe open.
    with tempfile.TemporaryFile("w+") as said:
        code = subprocess.call(command, stdout=said, stderr=subprocess.STDOUT, cwd="/", **owner)
        said.seek(0)
        if code != 0:
            sys.exit("This step failed: %s\n%s" % (" ".join(command), said.read()))


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def can_install_debian_packages() -> bool:
    """Whether this is Debian (or a child of it) and we are root."""
    return shutil.which("apt-get") is not None and hasattr(os, "geteuid") and os.geteuid() == 0


def install_debian_package(name: str, reason: str) -> None:
    """Install a Debian package as root; otherwise name the one line that does, and stop."""
    line = "apt-get install --no-install-recommends %s" % name
    if not can_install_debian_packages():
        sys.exit("%s On Debian or Ubuntu this line installs it: sudo %s" % (reason, line))
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    subprocess.call(["apt-get", "update", "-qq"], env=environment, stdout=subprocess.DEVNULL)
    install_command = [*line.split(), "--yes", "-qq"]
    if subprocess.call(install_command, env=environment, stdout=subprocess.DEVNULL) != 0:
        sys.exit("Installing %s failed. Run this line to see why: %s" % (name, line))


def run(command: list[str]) -> None:
    """Run a step that the rest depends on; stop with its command when it fails."""
    if subprocess.call(command, cwd=ROOT) != 0:
        sys.exit("This step failed: %s" % " ".join(command))


def hand_over(command: list[str], environment: "dict[str, str] | None" = None) -> int:
    """Run the command in the project's folder and pass on its exit code; a demo ends with us."""
    own = dict(os.environ if environment is None else environment, BOOKBIND_SUPERVISOR=str(os.getpid()))
    try:
        return subprocess.call(command, cwd=ROOT, env=own)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
