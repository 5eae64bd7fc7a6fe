"""How Chromium sets the lines of a Lao page."""

from playwright.sync_api import Page

from iomlaos.delivery.line_breaks import WORDS


def low_lines(page: Page) -> list[str]:
    """The elements with Lao whose lines are so low, or their letters so close, that signs could touch.

    Noto Sans Lao reaches from 0.44 em below the line to 1.11 em above it. One line alone cannot touch another.
    """
    return page.evaluate("""() => [...document.querySelectorAll("body *:not(text)")].filter(element => {
        const isLao = node => node.nodeType === Node.TEXT_NODE && /[\\u0e80-\\u0eff]/.test(node.data);
        const style = getComputedStyle(element);
        const isHigh = parseFloat(style.lineHeight) / parseFloat(style.fontSize) > 1.54;
        const isLoose = ["normal", "0px"].includes(style.letterSpacing);
        return [...element.childNodes].some(isLao) && !(isHigh && isLoose);
    }).map(element => element.outerHTML.slice(0, 120))""")


def broken_words(page: Page) -> list[str]:
    """Words in headings and terms that begin on one line and end on the next."""
    return page.evaluate(
        """words => [...document.querySelectorAll("h1, h2, h3, h4, dt, th, legend, strong")].flatMap(element => {
            const found = [];
            const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
            while (texts.nextNode())
                for (const word of words) {
                    const start = texts.currentNode.data.indexOf(word);
                    if (start < 0) continue;
                    const range = document.createRange();
                    range.setStart(texts.currentNode, start);
                    range.setEnd(texts.currentNode, start + word.length);
                    const lines = new Set([...range.getClientRects()].map(line => Math.round(line.top)));
                    if (lines.size > 1) found.push(`${word}: ${element.textContent.trim()}`);
                }
            return found;
        })""",
        WORDS,
    )


def forget_words(page: Page) -> None:
    """Let no line break within Lao, as in a browser that has no dictionary of it."""
    page.evaluate("""() => {
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode())
            texts.currentNode.data = texts.currentNode.data.replace(
                /([\\u0e80-\\u0ec6])(?=[\\u0e80-\\u0eb0\\u0eb2\\u0eb3\\u0ebd-\\u0ec6])/g, "$1\\u2060");
    }""")
