#!/usr/bin/env python3
"""Times rstwho and what people use instead, in turn, on generated captures.

benches/compare.py PROGRAM FOLDER [--rounds 5] [--limit 180]     a table of times and memory
benches/compare.py PROGRAM FOLDER --instructions                 instructions per packet

FOLDER holds web.pcap, scan.pcap and bulk.pcap of `cargo bench --bench traffic`; `make bench` does all of it.
"""

import argparse
import os
import resource
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time

RESETS = "tcp[tcpflags] & tcp-rst != 0"
PROFILES = ("web", "scan", "bulk")
# No program may take the machine down with it.
MOST_MEMORY = 12 << 30


class Run:
    """What one run of a command took."""

    def __init__(self, command, limit):
        begun = time.perf_counter()
        child = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY)))
        handler = signal.signal(signal.SIGALRM, lambda *_: child.kill())
        signal.alarm(limit)
        _, status, usage = os.wait4(child.pid, 0)
        signal.alarm(0)
        signal.signal(signal.SIGALRM, handler)
        child.returncode = status
        self.wall = time.perf_counter() - begun
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss / 1024
        self.status = os.waitstatus_to_exitcode(status)


class Contestant:
    """A command, how often it runs, and what came of it."""

    def __init__(self, name, command, rounds):
        self.name, self.command, self.rounds, self.runs = name, command, rounds, []

    def median(self, field):
        return statistics.median(getattr(run, field) for run in self.runs)

    def failed(self):
        return any(run.status != 0 for run in self.runs)

    def why(self, limit):
        bad = next(run for run in self.runs if run.status != 0)
        if bad.status == -signal.SIGKILL:
            return f"stopped after {bad.wall:.0f} s at {bad.memory:.0f} MB" if bad.wall >= limit else "killed"
        return f"exit status {bad.status} after {bad.wall:.0f} s at {bad.memory:.0f} MB"


def contestants(program, path, profile, records, rounds):
    """Everybody who is installed, and the names of those who are not."""
    replay = [program, "replay", path]
    summary = replay + ["--format", "summary"]
    one = one_core()
    found = [Contestant("tcpdump, RST filter", ["tcpdump", "-r", path, "-w", "/dev/null", RESETS], rounds)]
    if one:
        found.append(Contestant("rstwho, one core", one + summary, rounds))
    found.append(Contestant("rstwho, all cores", summary, rounds))
    if profile != "bulk":
        found.append(Contestant("rstwho, --max-flows 128k", summary + ["--max-flows", "128k"], rounds))
        found.append(Contestant("rstwho, jsonl --all -o FILE", replay + ["--format", "jsonl", "--all", "-o", records], rounds))
    found.append(Contestant("tcptrace -n", ["tcptrace", "-n", path], 1))
    found.append(Contestant("tshark -q -z conv,tcp", ["tshark", "-n", "-r", path, "-q", "-z", "conv,tcp"], 1))
    absent = [each.name for each in found if not shutil.which(each.command[0])]
    if not one:
        absent.insert(0, "taskset (rstwho, one core)")
    return [each for each in found if shutil.which(each.command[0])], absent


def one_core():
    """How to run on the first core that we may use."""
    core = min(os.sched_getaffinity(0))
    return ["taskset", "-c", str(core)] if shutil.which("taskset") else None


def packets(path):
    return sum(1 for _ in records_of(path))


def records_of(path):
    """The ends of the records of a little-endian pcap file, in bytes."""
    size = os.path.getsize(path)
    with open(path, "rb", buffering=1 << 20) as file:
        at = len(file.read(24))
        while at + 16 <= size:
            (kept,) = struct.unpack_from("<I", file.read(16), 8)
            file.seek(kept, os.SEEK_CUR)
            at += 16 + kept
            yield at


def measure(each, limit):
    """The rounds go in turn, so that whatever else the machine does meets all alike."""
    for number in range(max(one.rounds for one in each)):
        for one in each:
            if number < one.rounds and not one.failed():
                one.runs.append(Run(one.command, limit))


def table(profile, path, each, limit):
    count, size = packets(path), os.path.getsize(path)
    base = next((one for one in each if one.name.startswith("tcpdump") and not one.failed()), None)
    print(f"\n{profile}: {count:,} packets, {size / 1e6:,.0f} MB\n")
    print("| command | wall s | CPU s | wall ns/packet | of tcpdump's wall | of its CPU | peak MB | rounds |")
    print("|---|---|---|---|---|---|---|---|")
    for one in each:
        if one.failed():
            print(f"| {one.name} | {one.why(limit)} | | | | | | {len(one.runs)} |")
            continue
        wall, cpu = one.median("wall"), one.median("cpu")
        ratios = ["", ""]
        if base:
            ratios = [f"{of_pairs(one, base, field):.2f}" for field in ("wall", "cpu")]
        print(f"| {one.name} | {wall:.2f} | {cpu:.2f} | {wall / count * 1e9:.0f} | {ratios[0]} | {ratios[1]} "
              f"| {one.median('memory'):.0f} | {len(one.runs)} |")


def of_pairs(one, base, field):
    """The median of the ratios of each round: both ran one after the other."""
    pairs = zip(one.runs, base.runs)
    return statistics.median(getattr(a, field) / getattr(b, field) for a, b in pairs)


def compare(program, folder, rounds, limit):
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Medians of up to {rounds} rounds in turn; a command is stopped after {limit} s. "
          f"This script's own {own:.0f} MB are the least that peak memory can show.")
    for profile in PROFILES:
        path = os.path.join(folder, f"{profile}.pcap")
        with tempfile.TemporaryDirectory(dir=folder) as place:
            output = os.path.join(place, "records.jsonl")
            each, absent = contestants(program, path, profile, output, rounds)
            Run(["cat", path], limit)
            measure(each, limit)
            table(profile, path, each, limit)
            if os.path.exists(output):
                wall = next(one for one in each if "jsonl" in one.name).median("wall")
                with open(output, "rb") as file:
                    lines = sum(1 for _ in file)
                print(f"\njsonl: {lines:,} records, {lines / wall:,.0f} a second")
        for name in absent:
            print(f"not installed: {name}")
        sys.stdout.flush()


def instructions(program, folder):
    """The difference between a long and a short beginning of the same capture: start-up cancels."""
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed: it counts instructions")
    print("| profile | instructions per packet (callgrind, one core) |\n|---|---|")
    for profile in PROFILES:
        path = os.path.join(folder, f"{profile}.pcap")
        ends = list(records_of(path))
        short, long = len(ends) // 10, len(ends) // 2
        counted = [callgrind(program, path, ends[cut - 1], folder) for cut in (short, long)]
        print(f"| {profile} | {(counted[1] - counted[0]) / (long - short):.0f} |", flush=True)


def callgrind(program, path, size, folder):
    with tempfile.TemporaryDirectory(dir=folder) as place:
        cut, out = os.path.join(place, "cut.pcap"), os.path.join(place, "callgrind")
        with open(path, "rb") as whole, open(cut, "wb") as part:
            part.write(whole.read(size))
        command = (one_core() or []) + ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
        subprocess.run(command + [program, "replay", cut, "--format", "summary"], check=True, capture_output=True)
        with open(out, encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(("summary:", "totals:")))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=int, default=180, help="seconds after which a command is stopped")
    parser.add_argument("--instructions", action="store_true")
    arguments = parser.parse_args()
    if arguments.instructions:
        instructions(arguments.program, arguments.folder)
    else:
        compare(arguments.program, arguments.folder, arguments.rounds, arguments.limit)


if __name__ == "__main__":
    main()
