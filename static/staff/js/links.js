// The link dialog of the rich text editor. It finds pages of the site by their title (a combobox), and asks the
// server what a typed address means, so that one rule holds here and where a text is saved.

import { Link as BaseLink, PasteRule, crel } from "django-prose-editor/editor";

/** Milliseconds without a key before the server is asked. */
const PAUSE = 200;
const LEAST_LETTERS = 2;

/** The list of pages below the address; `choose` gets the chosen one. */
function makeCombobox(input, list, choose) {
  let active = -1;
  const items = () => [...list.children];

  function activate(index) {
    active = index;
    for (const [place, item] of items().entries()) item.setAttribute("aria-selected", String(place === index));
    const item = items()[index];
    if (item) input.setAttribute("aria-activedescendant", item.id);
    else input.removeAttribute("aria-activedescendant");
    item?.scrollIntoView({ block: "nearest" });
  }

  function show(pages) {
    list.replaceChildren(...pages.map(drawPage));
    list.hidden = !pages.length;
    input.setAttribute("aria-expanded", String(Boolean(pages.length)));
    for (const [place, item] of items().entries()) {
      item.addEventListener("click", () => choose(pages[place]));
      item.addEventListener("pointerdown", (event) => event.preventDefault());
    }
    activate(-1);
  }

  input.addEventListener("input", () => activate(-1));
  input.addEventListener("keydown", (event) => {
    const count = items().length;
    if (!count) return;
    if (event.key === "ArrowDown") activate((active + 1) % count);
    else if (event.key === "ArrowUp") activate((active < 0 ? count : active) - 1);
    else if (event.key === "Enter" && active >= 0) items()[active].click();
    else if (event.key === "Escape") show([]);
    else return;
    event.preventDefault();
  });
  return show;
}

function drawPage({ title, kind, status }, place) {
  const text = crel("span", { className: "link-page-title", textContent: title });
  const about = crel("span", { className: "link-page-kind", textContent: `${kind} · ${status}` });
  return crel("li", { role: "option", id: `link-page-${place}`, "aria-selected": "false" }, [text, about]);
}

function field(label, ...inputs) {
  const input = inputs.at(-1);
  return crel("div", { className: "field" }, [crel("label", { htmlFor: input.id, textContent: label }), ...inputs]);
}

/** The parts of the dialog; `text` is asked for where nothing is selected. */
function drawDialog(words, { asksText, address }) {
  const text = crel("input", { id: "link-text", type: "text" });
  const error = crel("p", { id: "link-error", className: "field-error", role: "alert", hidden: true });
  const input = crel("input", {
    id: "link-address", type: "text", value: address, autocomplete: "off", spellcheck: false, role: "combobox",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "link-pages",
    "aria-describedby": "link-help", "aria-errormessage": "link-error",
  }); // prettier-ignore
  const help = crel("p", { id: "link-help", className: "help", textContent: words.help });
  const list = crel("ul", { id: "link-pages", className: "link-pages", role: "listbox", "aria-label": words.pages, hidden: true });
  const status = crel("p", { className: "status", role: "status" });
  const submit = crel("button", { type: "submit", className: "button default", textContent: address ? words.change : words.add });
  const cancel = crel("button", { type: "button", className: "button", textContent: words.cancel });
  const form = crel("form", { noValidate: true }, [
    crel("h2", { id: "link-dialog-title", textContent: words.title }),
    field(words.address, error, input),
    help,
    list,
    status,
    ...(asksText ? [field(words.text, text)] : []),
    crel("div", { className: "buttons" }, [submit, cancel]),
  ]);
  const dialog = crel("dialog", { className: "editor-dialog", "aria-labelledby": "link-dialog-title" }, [form]);
  cancel.addEventListener("click", () => dialog.close());
  return { dialog, form, input, text, error, list, status };
}

class LinkDialog {
  #answer = null;
  #timer;

  constructor(options, current) {
    Object.assign(this, drawDialog(options.words, current), { options, language: current.language });
    this.showPages = makeCombobox(this.input, this.list, (page) => this.choose(page));
    this.input.addEventListener("input", () => {
      this.refuse("");
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.find(), PAUSE);
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
  }

  /** The chosen link as {href, text}; null when the dialog was closed. */
  open() {
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.input.focus();
    this.input.select();
    return new Promise((resolve) => {
      this.dialog.addEventListener("close", () => {
        clearTimeout(this.#timer);
        this.dialog.remove();
        resolve(this.#answer);
      });
    });
  }

  say(line) {
    this.status.textContent = line;
  }

  refuse(line) {
    this.error.textContent = line;
    this.error.hidden = !line;
    this.input.setAttribute("aria-invalid", String(Boolean(line)));
    if (!line) return;
    this.say("");
    this.input.focus();
  }

  choose({ address, name }) {
    this.input.value = address;
    this.text.value ||= name;
    this.showPages([]);
    this.refuse("");
    this.say("");
    this.form.querySelector("[type=submit]").focus();
  }

  /** Null, and said, where the server does not answer. */
  async ask(words) {
    try {
      const query = new URLSearchParams({ q: words, language: this.language });
      const response = await fetch(`${this.options.search}?${query}`);
      if (!response.ok || response.redirected) throw new Error(response.statusText);
      return await response.json();
    } catch {
      this.say(this.options.words.lost);
      return null;
    }
  }

  async find() {
    const typed = this.input.value.trim();
    const isTitle = typed.length >= LEAST_LETTERS && !/^[/#]|:/.test(typed);
    const found = isTitle ? await this.ask(typed) : { pages: [] };
    if (!found || typed !== this.input.value.trim()) return;
    this.showPages(found.pages);
    this.say(isTitle ? this.options.words.found.replace("{number}", found.pages.length) : "");
  }

  async send() {
    clearTimeout(this.#timer);
    const typed = this.input.value.trim();
    const found = await this.ask(typed);
    if (!found) return;
    this.showPages(found.error ? found.pages : []);
    this.refuse(found.error);
    if (found.error) return;
    this.#answer = { href: found.address, text: this.text.value.trim() || typed };
    this.dialog.close();
  }
}

/** Put the link where the cursor is: around what is selected, in place of the link there, or as new text. */
function applyLink(editor, { href, text }, hasText) {
  const attrs = { href, title: null, target: null, rel: null };
  const chain = editor.chain().focus();
  if (hasText) return chain.extendMarkRange("link").setLink(attrs).run();
  return chain.insertContent({ type: "text", text, marks: [{ type: "link", attrs }] }).unsetMark("link").run();
}

export const Link = BaseLink.extend({
  addOptions() {
    return {
      ...this.parent?.(),
      search: "",
      words: {},
      defaultProtocol: "https",
      // A wrong address stays in the text until the server names it; what could run is refused at once.
      isAllowedUri: (address) => !/^\s*(?:javascript|data|vbscript):/i.test(address),
    };
  },

  // Also where nothing is selected: the dialog then asks for the text.
  addMenuItems(storage) {
    this.parent?.(storage);
    const link = storage.menu.items("link").find(({ name }) => name === "link");
    Object.assign(link, { enabled: () => true, command: (editor) => editor.commands.addLink() });
  },

  // A pasted address becomes a link, by https. Where it is the text of one already, that one stays.
  addPasteRules() {
    return this.parent().map((rule) => {
      const handler = (props) => {
        const { state, range, match } = props;
        if (state.doc.rangeHasMark(range.from, range.to, this.type)) return;
        if (!/^http:/i.test(match[0])) match.data.href = match.data.href.replace(/^http:/, "https:");
        rule.handler(props);
      };
      return new PasteRule({ find: rule.find, handler });
    });
  },

  addCommands() {
    return {
      ...this.parent?.(),
      addLink:
        () =>
        ({ editor }) => {
          const { selection } = editor.state;
          const hasText = !selection.empty || editor.isActive("link");
          const current = {
            asksText: !hasText,
            address: (hasText && editor.getAttributes("link").href) || "",
            language: editor.view.dom.closest(".prose-editor").querySelector("textarea").lang || "en",
          };
          new LinkDialog(this.options, current).open().then((answer) => {
            if (answer) applyLink(editor, answer, hasText);
            else editor.commands.focus();
          });
          return true;
        },
    };
  },
});
