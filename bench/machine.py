"""The machine while it is measured: its processors, and whether somebody else is using them."""

import os
import platform
import resource
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from bench.processes import TICKS, cpu_seconds

#: Beyond these, figures say more about the rest of the machine than about the servers.
MAX_LOAD = 0.5  # load average of a minute, for each processor
MAX_OTHERS = 0.08  # processor time of other programs, as a share of all
MAX_STEAL = 0.02  # processor time that the host of a virtual machine gave to others


class BusyMachineError(Exception):
    """Names what is too busy, with its figure."""


@dataclass(frozen=True)
class Snapshot:
    """Seconds since the start of the machine, of all its processors together."""

    at: float
    busy: float
    steal: float
    ours: float

    @classmethod
    def take(cls, *roots: int) -> "Snapshot":
        """`roots`: the processes that are ours, beside this one and the children it has waited for."""
        user, nice, system, _idle, _iowait, _irq, _softirq, steal = (
            int(ticks) / TICKS for ticks in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
        )
        this = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        ours = sum(usage.ru_utime + usage.ru_stime for usage in this) + cpu_seconds(*roots)
        return cls(time.monotonic(), user + nice + system, steal, ours)


@dataclass
class Conditions:
    """What else the machine did: a share of its processor time for each measurement."""

    load_before: float
    others: list[float] = field(default_factory=list)
    steal: list[float] = field(default_factory=list)

    def note(self, before: Snapshot, after: Snapshot) -> None:
        everything = (after.at - before.at) * os.cpu_count()
        others = (after.busy - before.busy) - (after.ours - before.ours)
        self.others.append(max(others, 0.0) / everything)
        self.steal.append((after.steal - before.steal) / everything)

    def check(self) -> None:
        """Raises BusyMachineError if the figures would not hold on a quiet machine."""
        processors = os.cpu_count()
        if self.load_before > MAX_LOAD * processors:
            raise BusyMachineError(
                f"The load average is {self.load_before:.1f}; at most {MAX_LOAD * processors:.1f} is quiet."
            )
        for shares, limit, who in (
            (self.others, MAX_OTHERS, "Other programs"),
            (self.steal, MAX_STEAL, "Other virtual machines of the host"),
        ):
            if shares and fmean(shares) > limit:
                raise BusyMachineError(
                    f"{who} took {fmean(shares):.0%} of the processors; at most {limit:.0%} is quiet."
                )


def begin() -> Conditions:
    """Look for two seconds what the machine does before anything is started."""
    conditions, before = Conditions(os.getloadavg()[0]), Snapshot.take()
    time.sleep(2)
    conditions.note(before, Snapshot.take())
    return conditions


def describe(conditions: Conditions) -> dict:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "processors": os.cpu_count(),
        "model": names[0].partition(":")[2].strip() if names else platform.machine(),
        "python": platform.python_version(),
        "load_before": round(conditions.load_before, 2),
        "load_after": round(os.getloadavg()[0], 2),
        "others": round(fmean(conditions.others), 3),
        "steal": round(fmean(conditions.steal), 3),
    }


def cores() -> tuple[int, int]:
    """A processor for the servers and one for who asks them: the same where there is only one."""
    available = sorted(os.sched_getaffinity(0))
    return available[0], available[-1]
