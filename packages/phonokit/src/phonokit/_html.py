"""Small tables of HTML, as notebooks show them."""

from collections.abc import Iterable, Sequence


def html_table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with a title.

    Parameters
    ----------
    title : str
    heads : sequence of str
        Of the columns.
    rows : iterable of sequences of str
    """
    from html import escape  # has all entities of HTML, which few need

    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in rows
    )
    return (
        f"<table><caption>{escape(title)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )
