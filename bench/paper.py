"""The day's log of four hundred rows and a month of twelve thousand as PDF, beside bare tables of one page each."""

import gc
import io
import tracemalloc

from reportlab.lib.pagesizes import A4, landscape
from reportlab.platypus import PageBreak, SimpleDocTemplate, Table, TableStyle

from bench import timing
from reports import dispensing_log, fonts
from tests.reports import made_up

ROWS_A_PAGE = 38


def run() -> None:
    """Print seconds and megabytes of each, with the ratios."""
    fonts.ready()
    print("\nThe dispensing log as PDF")
    for rows in (400, 12_000):
        figures = made_up.log_figures([made_up.made_dose(n) for n in range(rows)])
        cells = [dispensing_log.cells(row, made_up.SPEAK) for row in figures.rows]
        with timing.stopwatch() as bare:
            bare_tables(cells)
        with timing.stopwatch() as ours:
            pdf = dispensing_log.render(figures, speak=made_up.SPEAK)
        print(
            f"  {rows:6} rows: bare tables {bare[0]:6.2f} s   the log {ours[0]:6.2f} s   {len(pdf) / 1e6:5.2f} MB of PDF"
        )
        print(f"      ratio of time {ours[0] / bare[0]:5.2f}   most memory while drawing {memory_mb(figures):6.1f} MB")


def bare_tables(cells: list) -> None:
    """Lay the same cells on pages, a table of fixed height each, and nothing else."""
    style = TableStyle([("FONT", (0, 0), (-1, -1), fonts.REGULAR, 7)])
    story = []
    for first in range(0, len(cells), ROWS_A_PAGE):
        part = cells[first : first + ROWS_A_PAGE]
        story += [Table(part, rowHeights=[11.5] * len(part), colWidths=[60] * 13, style=style), PageBreak()]
    SimpleDocTemplate(io.BytesIO(), pagesize=landscape(A4), invariant=1).build(story)


def memory_mb(figures) -> float:
    """Return the most memory that Python held while drawing, beyond the figures themselves."""
    gc.collect()
    tracemalloc.start()
    dispensing_log.render(figures, speak=made_up.SPEAK)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6
