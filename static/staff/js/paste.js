// Text pasted from Word, Google Docs and LibreOffice, rewritten into what the editor knows: headings of the
// levels that it has, lists within lists, tables, links, bold and italics. The editor drops the rest by itself.
// What was left out of the text is said in a line below the editor.

import { Extension } from "django-prose-editor/editor";

const OWN_PICTURE = 'img[src^="/pictures/"]';
const BLOCKS = "p, div, ul, ol, table, hr, h1, h2, h3, h4, h5, h6";
const WORD_LEVEL = /mso-list:\s*\S+\s+level(\d)/;
/** Of Word's "2.", "1.2.", "(b)" and "iv)" the number or the letter. A bullet has neither. */
const NUMBER = /^\(?(?:(?:\d+\.)*(\d+)[.)]*|([a-z]+)[.)])$/i;

const LIST_TYPES = { "lower-alpha": "a", "upper-alpha": "A", "lower-roman": "i", "upper-roman": "I" };

const styleOf = (element) => element.dataset.style ?? "";
const valueOf = (element, name) => new RegExp(`(?:^|;)\\s*${name}:\\s*([\\w-]+)`).exec(styleOf(element))?.[1] ?? "";
const isBlank = (element) => !element.textContent.trim() && !element.querySelector(OWN_PICTURE);

/** The policy of the admin allows no style and no handler, not even in a document that nobody sees. */
function renameStyles(html) {
  return html
    .replace(/<style\b[^]*?<\/style>/gi, "")
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(style|on[a-z]+)(?=\s*=)/gi, " data-$1"));
}

function remove(body, selector) {
  const found = [...body.querySelectorAll(selector)];
  for (const element of found) element.remove();
  return found.length;
}

function rename(element, tag) {
  const renamed = element.ownerDocument.createElement(tag);
  for (const name of ["colspan", "rowspan"]) {
    if (element.hasAttribute(name)) renamed.setAttribute(name, element.getAttribute(name));
  }
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
}

/** This element and those that follow it, as long as they are wanted. */
function run(first, isWanted) {
  const found = [first];
  for (let next = first.nextElementSibling; next && isWanted(next); next = next.nextElementSibling) found.push(next);
  return found;
}

// --- What is left out -------------------------------------------------------------------------

/** How many of what the editor cannot take: pictures of other sites, comments, deleted words, and so on. */
function leaveOut(body) {
  remove(body, 'img[aria-roledescription="checkbox"]');
  return {
    pictures: remove(body, `img:not(${OWN_PICTURE})`),
    comments: remove(body, '.MsoCommentReference, [data-style*="mso-element:comment-list"]'),
    deleted: remove(body, "del"),
    // Before anchors: a link is underlined, and a footnote raised, by itself.
    marks: [...body.querySelectorAll("u, sup, sub, [data-style]")].filter(losesItsMark).length,
    anchors: unwrapAnchors(body),
  };
}

/** Whether words are underlined, raised or lowered. */
function losesItsMark(element) {
  const isMarked =
    element.matches("u, sup, sub") ||
    /^(super|sub)$/.test(valueOf(element, "vertical-align")) ||
    valueOf(element, "text-decoration") === "underline";
  const words = element.textContent.trim();
  return isMarked && words && !element.closest("a") && element.querySelector("a")?.textContent.trim() !== words;
}

/** Links within the other document, and to scripts, become words. The server corrects or refuses all others. */
function unwrapAnchors(body) {
  let number = 0;
  for (const link of body.querySelectorAll("a")) {
    const address = link.getAttribute("href")?.trim() ?? "";
    if (address && !/^(#|javascript:|data:|vbscript:)/i.test(address)) {
      for (const name of link.getAttributeNames()) if (name !== "href") link.removeAttribute(name);
      continue;
    }
    if (address && link.textContent.trim()) number += 1;
    link.replaceWith(...link.childNodes);
  }
  return number;
}

/** What programs write to themselves, and the space that they make by empty lines. */
function dropLayout(body) {
  remove(body, "style, script, title, meta, link, xml, colgroup, col, .EOP, .LineBreakBlob > span, .WACAltTextDescribedBy");
  remove(body, 'br[data-style*="page-break-before"]');
  for (const space of body.querySelectorAll('[data-style*="mso-spacerun"], [data-style*="mso-tab-count"]')) space.textContent = " ";
  for (const line of body.querySelectorAll("br")) {
    const isBetweenBlocks = [...line.parentElement.children].some((element) => element.matches(BLOCKS));
    if (isBetweenBlocks && !line.closest("li, td, th")) line.remove();
  }
  for (const line of body.querySelectorAll("p, h1, h2, h3, h4, h5, h6")) {
    if (!isBlank(line)) continue;
    if (line.closest("li, td, th")) line.replaceChildren();
    else line.remove();
  }
}

// --- Emphasis, headings and tables ------------------------------------------------------------

/** Bold and italics that a program writes as a style, and takes back by one. */
function readEmphasis(body) {
  for (const element of body.querySelectorAll("[data-style]")) {
    const weight = valueOf(element, "font-weight");
    const slant = valueOf(element, "font-style");
    const isUndone = element.localName === "b" ? /^(normal|400)$/.test(weight) : slant === "normal";
    if (/^[bi]$/.test(element.localName) && isUndone) {
      element.replaceWith(...element.childNodes);
    } else if (!element.closest("h1, h2, h3, h4, h5, h6, th, [role=heading]")) {
      if (/^(bold|[6-9]00)$/.test(weight)) wrapContent(element, "strong");
      if (slant === "italic") wrapContent(element, "em");
    }
  }
}

function wrapContent(element, tag) {
  const wrapper = element.ownerDocument.createElement(tag);
  wrapper.append(...element.childNodes);
  element.append(wrapper);
}

/** Headings keep their order of levels, and begin at the first level of the editor. */
function mapHeadings(body, levels) {
  const headings = [...body.querySelectorAll("h1, h2, h3, h4, h5, h6, .MsoTitle, [role=heading]")];
  const level = (heading) => {
    if (heading.matches(".MsoTitle")) return 1;
    return Number(heading.getAttribute("aria-level") ?? heading.localName.slice(1)) || levels[0];
  };
  const shift = levels[0] - Math.min(levels[0], ...headings.map(level));
  for (const heading of headings) rename(heading, `h${Math.min(level(heading) + shift, levels.at(-1))}`);
}

function tidyTables(body) {
  for (const cell of body.querySelectorAll("td, th")) cell.removeAttribute("align");
  for (const cell of body.querySelectorAll("thead td")) rename(cell, "th");
}

/** The caption of a picture that was left out is a line of text. */
function freeCaptions(body) {
  for (const caption of body.querySelectorAll("figcaption")) {
    if (!caption.closest("figure")?.querySelector(OWN_PICTURE)) rename(caption, "p");
  }
}

// --- Lists ------------------------------------------------------------------------------------

/** Lists within lists, of items that say how deep they are. */
function buildLists(items) {
  const outer = [];
  const open = [];
  for (const { level, tag, type, number, content } of items) {
    const depth = Math.min(level, open.length + 1);
    open.length = Math.min(open.length, depth);
    let list = open[depth - 1];
    if (list?.localName !== tag || (tag === "ol" && number === 1)) {
      list = document.createElement(tag);
      if (number > 1) list.setAttribute("start", number);
      if (type) list.setAttribute("type", type);
      if (depth > 1) open[depth - 2].lastElementChild.append(list);
      else outer.push(list);
      open[depth - 1] = list;
    }
    const item = document.createElement("li");
    item.append(...content);
    list.append(item);
  }
  return outer;
}

const isWordItem = (element) => element.localName === "p" && WORD_LEVEL.test(styleOf(element));
const isWordSequel = (element) => element.matches("p[class^=MsoListParagraph]");

/** An item of Word: a paragraph that holds its bullet or its number as text. */
function readWordItem(paragraph) {
  const level = Number(WORD_LEVEL.exec(styleOf(paragraph))[1]);
  const marker = takeMarker(paragraph);
  const [, digits, letters] = NUMBER.exec(marker) ?? [];
  paragraph.removeAttribute("data-style");
  if (!digits && !letters) return { level, tag: "ul", content: [paragraph] };
  if (digits) return { level, tag: "ol", number: Number(digits), content: [paragraph] };
  const isRoman = /^i+$/i.test(letters);
  const number = isRoman ? letters.length : letters.toLowerCase().charCodeAt(0) - 96;
  const isSmall = letters === letters.toLowerCase();
  const type = isRoman ? "i" : "a";
  return { level, tag: "ol", type: isSmall ? type : type.toUpperCase(), number, content: [paragraph] };
}

function takeMarker(paragraph) {
  const isMarker = (span) => /mso-list:\s*ignore/i.test(styleOf(span));
  const marker = [...paragraph.querySelectorAll("span")].find(isMarker);
  marker?.remove();
  return marker?.textContent.trim() ?? "";
}

function nestWordLists(body) {
  for (const heading of body.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const marker = takeMarker(heading);
    if (marker) heading.prepend(`${marker} `);
  }
  for (const first of body.querySelectorAll('p[data-style*="mso-list"]')) {
    if (!isWordItem(first)) continue;
    const place = body.ownerDocument.createTextNode("");
    first.before(place);
    const items = [];
    for (const paragraph of run(first, (next) => isWordItem(next) || isWordSequel(next))) {
      if (isWordItem(paragraph)) items.push(readWordItem(paragraph));
      else items.at(-1).content.push(paragraph);
    }
    place.replaceWith(...buildLists(items));
  }
}

/** Word in the browser puts each item into a list of its own, and says on the item how deep it is. */
function nestWordOnlineLists(body) {
  for (const first of body.querySelectorAll(".ListContainerWrapper")) {
    if (!first.isConnected) continue;
    const wrappers = run(first, (next) => next.matches(".ListContainerWrapper"));
    const found = wrappers.flatMap((wrapper) => [...wrapper.querySelectorAll("li")]);
    const items = found.map((item) => {
      const list = item.parentElement;
      const number = list.start && list.start + [...list.children].indexOf(item);
      return { level: Number(item.dataset.ariaLevel) || 1, tag: list.localName, number, content: item.childNodes };
    });
    wrappers[0].before(...buildLists(items));
    for (const wrapper of wrappers) wrapper.remove();
  }
}

/** Letters and Roman numbers, which Google Docs names on the first item. */
function nameListTypes(body) {
  for (const list of body.querySelectorAll("ol:not([type])")) {
    const named = [list, list.firstElementChild].map((element) => element && valueOf(element, "list-style-type"));
    const type = LIST_TYPES[named[0]] ?? LIST_TYPES[named[1]];
    if (type) list.setAttribute("type", type);
  }
}

// --- The extension ----------------------------------------------------------------------------

/** What was left out, in words. */
function describe(left, words) {
  const kinds = Object.keys(left).filter((kind) => left[kind]);
  const line = (kind) => (kind === "pictures" && left.pictures === 1 ? words.picture : words[kind]);
  return kinds.map((kind) => line(kind).replace("{number}", left[kind])).join(" ");
}

export const PastedText = Extension.create({
  name: "pastedText",

  addOptions() {
    return { words: {} };
  },

  addStorage() {
    return { status: null };
  },

  onCreate() {
    const status = document.createElement("p");
    status.className = "editor-status";
    status.setAttribute("role", "status");
    this.editor.view.dom.after(status);
    this.storage.status = status;
  },

  transformPastedHTML(html) {
    const { levels } = this.editor.extensionManager.extensions.find(({ name }) => name === "heading").options;
    const { body } = new DOMParser().parseFromString(renameStyles(html), "text/html");
    this.storage.status.textContent = "";
    if (body.querySelector("[data-pm-slice]")) return html; // Copied from an editor of ours.
    const left = leaveOut(body);
    nestWordLists(body);
    nestWordOnlineLists(body);
    nameListTypes(body);
    readEmphasis(body);
    dropLayout(body);
    // Word marks the language of all words.
    for (const span of body.querySelectorAll("span[lang]")) span.removeAttribute("lang");
    mapHeadings(body, levels);
    tidyTables(body);
    freeCaptions(body);
    this.storage.status.textContent = describe(left, this.options.words);
    for (const element of body.querySelectorAll("[data-style]")) element.removeAttribute("data-style");
    return body.innerHTML;
  },
});
