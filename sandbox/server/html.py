"""The look of the sandbox's pages: one document, no script, no outside address."""

from __future__ import annotations

from html import escape

STYLE = """
:root { color-scheme: light dark; --line: #8884; --quiet: #8889; --accent: #0b7a75; }
* { box-sizing: border-box }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 2rem 1rem 4rem;
       max-width: 62rem }
h1 { font-size: 1.5rem; margin: 0 0 .25rem } h2 { font-size: 1.05rem; margin: 2.2rem 0 .5rem }
p.lead { margin: 0; opacity: .75 }
code, pre { font: 13px ui-monospace, monospace }
pre { padding: .8rem 1rem; border: 1px solid var(--line); border-radius: 6px; overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line);
         vertical-align: top }
th { font-weight: 600; font-size: .85rem; opacity: .7 }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .8rem;
         margin-top: 1.5rem }
.card { border: 1px solid var(--line); border-radius: 8px; padding: .7rem .9rem }
.card b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums }
.card span { opacity: .7; font-size: .85rem }
.mark { border: 1px solid var(--line); border-radius: 4px; padding: 0 .35rem; font-size: .75rem;
        white-space: nowrap }
.changed { color: var(--accent); font-weight: 600 }
.scroll { overflow-x: auto }
button { font: inherit; padding: .45rem 1.1rem; border-radius: 6px; border: 1px solid var(--accent);
         background: var(--accent); color: #fff; cursor: pointer }
button.quiet { background: none; color: inherit; border-color: var(--line) }
"""


def document(title: str, body: str) -> bytes:
    """Return a whole page; `body` is HTML whose values are already escaped."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · TikTok sandbox</title><style>{STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    ).encode()


def table(heads: list[str], rows: list[list[str]], *, numeric: frozenset[int] = frozenset()) -> str:
    """Return a table; cells are HTML, columns in `numeric` are set right."""

    def cell(tag: str, column: int, text: str) -> str:
        kind = ' class="n"' if column in numeric else ""
        return f"<{tag}{kind}>{text}</{tag}>"

    head = "".join(cell("th", column, text) for column, text in enumerate(heads))
    lines = "".join(
        "<tr>" + "".join(cell("td", column, text) for column, text in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><tr>{head}</tr>{lines}</table></div>'
