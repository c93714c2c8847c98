# SPDX-License-Identifier: MIT
"""alumnictl import of 100,000 accounts with ready hashes: time and memory.

Beside it the same rows put into two files of the same tables by sqlite3(1),
which checks nothing: what the disk and SQLite themselves take.
"""

import contextlib
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from bench import result, say
from instance.errors import InstanceError
from instance.layout import BUILD

ACCOUNTS = 100_000
SECONDS_MAX = 60
MEMORY_MIB_MAX = 48
HASH = "{SSHA512}" + "a" * 100

CONFIGURATION = """\
domains = {{ "alumni.example" }}
store = "sqlite:{folder}/store"
mail_home = "{folder}/mail"
class "alumni" {{ quota = "2G" }}
"""


def _run(argv):
    """Seconds, and the peak of memory in MiB."""
    started = time.monotonic()
    process = subprocess.Popen([str(word) for word in argv],
                               stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        with contextlib.suppress(OSError, StopIteration):
            text = Path(f"/proc/{process.pid}/status").read_text()
            peak = next(int(line.split()[1]) for line in text.splitlines()
                        if line.startswith("VmHWM"))
        time.sleep(0.01)
    if process.returncode != 0:
        raise InstanceError(f"{argv[0]}: status {process.returncode}")
    return time.monotonic() - started, peak / 1024


def _sqlite(folder):
    """The peer: the rows alone."""
    script = folder / "rows.sql"
    with open(script, "w") as file:
        for name in ("accounts", "credentials"):
            source = folder / f"store/{name}/{name}.db"
            table = name
            file.write(f"ATTACH '{source}' AS ours_{name};\n"
                       f"ATTACH '{folder}/{name}-copy.db' AS copy_{name};\n"
                       f"PRAGMA copy_{name}.journal_mode = WAL;\n"
                       f"CREATE TABLE copy_{name}.{table} AS"
                       f" SELECT * FROM ours_{name}.{table};\n")
    return _run(["sqlite3", ":memory:", f".read {script}"])


def run():
    folder = Path(tempfile.mkdtemp(prefix="alumnimail-import-"))
    try:
        config = folder / "alumnimail.conf"
        config.write_text(CONFIGURATION.format(folder=folder))
        program = [BUILD / "plain/ctl/alumnictl", "--config", config]
        subprocess.run([*program, "store", "init"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        rows = folder / "accounts.csv"
        rows.touch(mode=0o600)
        rows.write_text("name,password_hash\n" + "".join(
            f"user{number},{HASH}{number}\n" for number in range(ACCOUNTS)))
        say(f"importing {ACCOUNTS:,} accounts")
        seconds, peak = _run([*program, "import", "--with-hashes", rows])
        say("copying their rows with sqlite3")
        peer, _ = _sqlite(folder)
        yield result("import", seconds, peer, "seconds")
        yield result("import-seconds", seconds, None, "seconds",
                     wanted=("at most", SECONDS_MAX))
        yield result("import-memory", peak, None, "MiB",
                     wanted=("at most", MEMORY_MIB_MAX))
    finally:
        shutil.rmtree(folder)
