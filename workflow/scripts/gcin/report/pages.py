"""Pages: self-contained HTML, from templates, tables and figures."""

import base64
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from gcin.report.patients import overview
from gcin.report.words import (
    Markdown,
    amount,
    in_markdown,
    label,
    level,
    number,
    p_value,
    percent,
)

LIBRARIES = ("numpy", "pandas", "scipy", "lifelines", "matplotlib", "seaborn", "jinja2")


def environment(is_html: bool = True) -> Environment:
    """Templates with everything escaped, and an error where one names what is not there.

    Args:
        is_html: Of pages; false for Markdown, which has other characters of its own.
    """
    made = Environment(
        loader=PackageLoader("gcin.report"),
        autoescape=is_html,
        finalize=None if is_html else _finished,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = {"number": number, "amount": amount, "percent": percent, "label": label}
    made.filters |= {**words, "level": level, "p_value": p_value}
    return made


def _finished(value: object) -> str:
    """Escape for Markdown what is not Markdown yet."""
    return value if isinstance(value, Markdown) else in_markdown(str(value))


def render(template: str, **facts: object) -> str:
    """Fill a template of `gcin/report/templates`."""
    made = environment(is_html=not template.endswith(".md"))
    return made.get_template(template).render(**facts)


def inline_images(paths: Iterable[str]) -> dict[str, str]:
    """Read PNG figures as data addresses, by their name without suffix."""
    return {
        Path(path).stem: "data:image/png;base64,"
        + base64.b64encode(Path(path).read_bytes()).decode()
        for path in paths
    }


def library_versions() -> dict[str, str]:
    """Versions of the libraries behind numbers and figures."""
    return {name: version(name) for name in LIBRARIES}


def write_pages(pages: Mapping[str, str], folder: str) -> None:
    """Write HTML pages, `{name}.html`, into a new folder."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, html in pages.items():
        (Path(folder) / f"{name}.html").write_text(html)


def patient_documents(pages: list[dict], **facts: str | float | list | dict) -> dict[str, str]:
    """Render the page of every new patient, and the index of them all.

    Args:
        pages: As `gcin.report.patients.patient_pages` gives them.
        facts: `study edition design`, `reads` (what of a patient the design may read, as by
            `gcin.intake.halves`), `coverage` of the answers, and `units` by quantity, None where a
            card gives none.
    """
    index = {"index": render("patients.html", pages=pages, overview=overview(pages), **facts)}
    return index | {page["patient"]: render("patient.html", page=page, **facts) for page in pages}
