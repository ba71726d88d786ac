"""Ratio of phono3py's CPU time to ours over the number of bands, from the docs' table.

    nox -s bench -- benches/speed_picture.py

Draws the rows of the first table of docs/speed.md (what `benches/kappa.py` measured) in the
relaxation time approximation into docs/pictures/speed-bands.png.
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

DOCS = Path(__file__).parents[1] / "docs"
HEADER = "| crystal | bands | mesh | here | phono3py | ratio |"


def rows(text: str) -> list[tuple[str, int, float]]:
    """Crystal, bands and ratio of each row, without the full equation."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(HEADER):
            break
    next(lines)
    found = []
    for line in lines:
        if not line.startswith("|"):
            break
        name, bands, _, _, _, ratio, *_ = (cell.strip() for cell in line.split("|")[1:])
        if "full equation" not in name:
            found.append((name.split(",")[0], int(bands), float(ratio)))
    return sorted(found, key=lambda row: row[1])


def main() -> None:
    """Draw."""
    table = rows((DOCS / "speed.md").read_text())
    figure, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
    ax.loglog([b for _, b, _ in table], [r for _, _, r in table], "o")
    for name, bands, ratio in table:
        side, place = ("right", (5, -16)) if bands > 100 else ("left", (5, 6))
        ax.annotate(name, (bands, ratio), ha=side, xytext=place, textcoords="offset points")
    ax.axhline(1, color="0.6", linewidth=0.8)
    ax.set(xlabel="bands", ylabel="CPU time of phono3py / ours", xlim=(5, 400))
    ax.set_ylim(0.5, 50)
    for axis, ticks in ((ax.xaxis, (6, 12, 18, 36, 66, 144)), (ax.yaxis, (1, 3, 10, 30))):
        axis.set_ticks(ticks, [str(t) for t in ticks])
        axis.set_ticks([], minor=True)
    figure.savefig(DOCS / "pictures" / "speed-bands.png", dpi=150)


if __name__ == "__main__":
    main()
