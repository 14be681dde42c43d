"""What opens beside or in a view, and is no view of its own: everybody can use it, as axe says of every view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

GO = """address => { history.pushState(null, "", `?${address}`); dispatchEvent(new PopStateEvent("popstate")); }"""
VIOLATIONS = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .filter(({ id }) => id !== "label-content-name-mismatch") // signs on a picture are no name: its label says them
  .map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))])"""


def test_axe_finds_nothing_in_panels_menus_questions_and_the_parts_of_views(
    links: dict[str, str], opened: Callable[..., Any], axe: str, subtests: Any
) -> None:
    page = opened(links["anna"] + "&at=5")
    page.evaluate(axe)

    def holds(name: str, sign: str) -> None:
        page.wait_for_selector(sign)
        with subtests.test(name):
            assert not page.evaluate(VIOLATIONS)

    page.keyboard.press("i")
    page.wait_for_selector("#facts meter")
    page.keyboard.press("f")
    page.wait_for_selector("#find [data-state] span")
    page.click(".export summary")
    holds("panels and menu", ".menu [data-form=zip]")
    page.evaluate(GO, "view=grid&q=qualitty>5")
    holds("a query that is refused", ".refused:not([hidden])")
    page.evaluate(GO, "view=duel&ranking=you")
    holds("the ranking", "#view[data-view=duel] :is(.empty, .card)")
    page.evaluate(GO, "view=set&order=hand")
    holds("the order of tokens", "#view[data-view=set] :is(.empty, .order .tile)")
    page.evaluate(GO, "view=grid")
    page.wait_for_selector("#view[data-view=grid] .tile.cursor")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+a")
    page.keyboard.press("x")
    holds("a question", "dialog[open] button.strong")
