"""What a benchmark found, as rows that are printed and kept."""

import json
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True)
class Row:
    """One figure. `peer_value` is the floor or peer measured in the same run, None where there is none."""

    benchmark: str
    what: str
    value: float
    unit: str
    aim: str = ""
    peer: str = ""
    peer_value: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the peer's figure ours is."""
        return self.value / self.peer_value if self.peer_value else None


def show(rows: list[Row]) -> str:
    """The rows as a table for a terminal."""
    head = ("benchmark", "what", "value", "aim", "against", "ratio")
    table = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in table
    )


def keep(rows: list[Row]) -> None:
    """Write the rows to bench/results/latest.json, keeping those of benchmarks that were not run now."""
    ran = {row.benchmark for row in rows}
    earlier = json.loads(RESULTS.read_text(encoding="utf-8"))["rows"] if RESULTS.exists() else []
    kept = [row for row in earlier if row["benchmark"] not in ran]
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    content = {"machine": machine, "rows": kept + [asdict(row) | {"ratio": row.ratio} for row in rows]}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _cells(row: Row) -> tuple[str, ...]:
    peer = f"{row.peer} {row.peer_value:.3g} {row.unit}" if row.peer_value is not None else "-"
    ratio = f"{row.ratio:.2f}x" if row.ratio is not None else "-"
    return (row.benchmark, row.what, f"{row.value:.3g} {row.unit}", row.aim or "-", peer, ratio)
