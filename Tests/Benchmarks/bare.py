"""The C programs of this folder: built once, run beside the gateway on the same disk."""
import os
import subprocess

from service import expect

HERE = os.path.dirname(os.path.abspath(__file__))


class Bare:
    """Commits through the C API, with the tables and the row shape of a ledger of the program under test."""

    def __init__(self, folder, schema, body_byte_count):
        self.folder = folder
        self.made = 0
        self.body_byte_count = body_byte_count
        self.schema = os.path.join(folder, "schema.sql")
        with open(self.schema, "w") as file:
            file.write(schema)
        self.programs = {name: self._build(name) for name in ("commit", "latency")}

    def _build(self, name):
        program = os.path.join(self.folder, name)
        source = os.path.join(HERE, name + ".c")
        subprocess.run(
            ["gcc", "-O2", "-Wall", "-Wextra", "-o", program, source, "-lsqlite3", "-lutil"], check=True)
        return program

    def new_path(self):
        self.made += 1
        return os.path.join(self.folder, f"bare-{self.made}.db")

    def commits(self, rows_per_commit, milliseconds):
        path = self.new_path()
        done = subprocess.run(
            [self.programs["commit"], path, self.schema, str(self.body_byte_count), str(rows_per_commit),
             str(milliseconds)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        expect(done.returncode == 0, f"commit: {done.stderr.decode()}")
        for end in ("", "-wal", "-shm"):
            if os.path.exists(path + end):
                os.unlink(path + end)
        return CommitFigures(*(float(word) for word in done.stdout.split()))


class CommitFigures:
    def __init__(self, commits, p50, p99, rows_per_second, processor_per_row):
        self.commits = int(commits)
        self.p50_milliseconds, self.p99_milliseconds = p50 / 1000, p99 / 1000
        self.rows_per_second = rows_per_second
        self.processor_microseconds_per_row = processor_per_row
