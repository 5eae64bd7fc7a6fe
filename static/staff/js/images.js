// Images in the rich text editor: the figures of the editor's package, with a dialog that the server renders.
// Images of other sites are not accepted.

import { Figure as BaseFigure, Image as BaseImage, canInsertNode } from "django-prose-editor/editor";

const OWN = "/pictures/";

/** The picture where the cursor is, in its figure or alone. */
function findImage({ selection }) {
  if (selection.node?.type.name === "image") return { image: selection.node, at: selection.from };
  const { $from } = selection;
  const figure = selection.node?.type.name === "figure" ? [selection.node, selection.from] : null;
  for (let depth = $from.depth; !figure && depth > 0; depth--) {
    if ($from.node(depth).type.name === "figure") return imageIn($from.node(depth), $from.before(depth));
  }
  return figure && imageIn(...figure);
}

function imageIn(figure, at) {
  const image = figure.firstChild;
  return image?.type.name === "image" ? { image, at: at + 1 } : null;
}

/** What the editor puts into the text; nothing when the dialog was closed. */
function openDialog(options, image) {
  const { words } = options;
  const key = image?.attrs.src?.slice(OWN.length) ?? "";
  const hex = key.split("-")[0];
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const dialog = document.createElement("dialog");
  dialog.className = "editor-dialog";
  dialog.setAttribute("aria-labelledby", "image-dialog-title");
  document.body.append(dialog);

  return new Promise((resolve) => {
    let answer = null;
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    dialog.addEventListener("click", (event) => {
      if (event.target.closest("[data-close]")) dialog.close();
    });
    dialog.addEventListener("change", ({ target }) => {
      if (target.name === "picture") fillFromImage(dialog, target);
      else if (target.type === "file" && target.value) uncheck(dialog.querySelector("[name=picture]:checked"));
    });
    dialog.addEventListener("submit", send);
    say(words.wait);
    dialog.showModal();
    draw(fetch(image ? `${options.dialog}?picture=${id}` : options.dialog), true);

    function say(text) {
      const status = dialog.querySelector(".status");
      if (status) {
        status.textContent = text;
        return;
      }
      const close = document.createElement("button");
      close.type = "button";
      close.className = "button";
      close.dataset.close = "";
      close.textContent = words.close;
      const line = document.createElement("p");
      line.className = "status";
      line.id = "image-dialog-title";
      line.setAttribute("role", "status");
      line.textContent = text;
      dialog.replaceChildren(line, close);
    }

    async function draw(request, isFirst = false) {
      try {
        const response = await request;
        if (response.headers.get("Content-Type")?.startsWith("application/json")) {
          answer = await response.json();
          dialog.close();
          return;
        }
        const html = await response.text();
        if (!response.ok || response.redirected || !html.includes("image-dialog-title")) throw new Error(response.statusText);
        show(html, isFirst);
      } catch {
        say(words.lost);
        for (const button of dialog.querySelectorAll("button")) button.disabled = false;
      }
    }

    function show(html, isFirst) {
      const chosen = dialog.querySelector("input[type=file]");
      dialog.innerHTML = html;
      const file = dialog.querySelector("input[type=file]");
      if (chosen) {
        chosen.removeAttribute("aria-invalid");
        for (const { name, value } of file.attributes) chosen.setAttribute(name, value);
        file.replaceWith(chosen);
      }
      if (isFirst && image) dialog.querySelector("[name=alternative_text]").value = image.attrs.alt ?? "";
      (dialog.querySelector("[aria-invalid]") ?? dialog.querySelector("input[type=file]")).focus();
    }

    function send(event) {
      event.preventDefault();
      const form = event.target;
      say(words.wait);
      for (const button of form.querySelectorAll("button")) button.disabled = true;
      draw(fetch(form.getAttribute("action"), { method: "POST", body: new FormData(form) }));
    }
  });
}

function uncheck(choice) {
  if (choice) choice.checked = false;
}

/** The words of a picture that is here already stand ready, where nothing was typed. */
function fillFromImage(dialog, choice) {
  const file = dialog.querySelector("input[type=file]");
  file.value = "";
  const values = {
    alternative_text: choice.dataset.words,
    caption: choice.dataset.caption,
    photographer: choice.dataset.photographer,
  };
  for (const [name, value] of Object.entries(values)) {
    const field = dialog.querySelector(`[name=${name}]`);
    if (field && (!field.value || field.value === field.dataset.taken)) field.value = field.dataset.taken = value;
  }
}

export const Image = BaseImage.extend({
  parseHTML() {
    return [{ tag: `img[src^="${OWN}"]` }];
  },

  // In the text stands where visitors find it; here it is fetched as staff find it.
  addNodeView() {
    return ({ node, editor }) => {
      const { files } = editor.extensionManager.extensions.find(({ name }) => name === "figure").options;
      const dom = document.createElement("img");
      const draw = ({ attrs }) => {
        const key = attrs.src?.slice(OWN.length) ?? "";
        const width = Number(key.match(/-(\d+)x/)?.[1]);
        dom.src = `${files}${key}/${width >= 576 ? 480 : width}.webp`;
        dom.alt = attrs.alt ?? "";
      };
      draw(node);
      return {
        dom,
        update(changed) {
          if (changed.type !== node.type) return false;
          draw(changed);
          return true;
        },
      };
    };
  },
});

export const Figure = BaseFigure.extend({
  addOptions() {
    return { ...this.parent?.(), dialog: "", files: "", words: {} };
  },

  parseHTML() {
    return [{ tag: "figure", getAttrs: (dom) => (dom.querySelector(`img[src^="${OWN}"]`) ? null : false) }];
  },

  // Without its picture a figure is nothing: it goes as a whole.
  addKeyboardShortcuts() {
    const remove = ({ editor }) => {
      const { selection } = editor.state;
      const { parent } = selection.$from;
      if (selection.node?.type.name !== "image" || parent.type.name !== "figure") return false;
      return editor.chain().setNodeSelection(selection.$from.before()).deleteSelection().run();
    };
    return { Backspace: remove, Delete: remove };
  },

  // The bubble over a figure cannot be reached by keyboard, and the caption is written in its place.
  addExtensions() {
    return [];
  },

  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "figure",
      groups: "nodes",
      button: buttons.material("image", this.options.words.picture),
      active: (editor) => Boolean(findImage(editor.state)),
      enabled: (editor) => editor.can().insertFigure(),
      command: (editor) => editor.commands.insertFigure(),
    });
  },

  addCommands() {
    return {
      ...this.parent?.(),
      insertFigure:
        () =>
        ({ editor, state, dispatch }) => {
          const found = findImage(state);
          if (!dispatch) return Boolean(found) || canInsertNode(state, state.schema.nodes.figure);
          openDialog(this.options, found?.image).then((answer) => {
            if (!answer) return editor.commands.focus();
            if (!found) return editor.chain().focus().insertContent(answer.figure).run();
            const changed = { src: OWN + answer.key, alt: answer.alt };
            return editor.chain().focus().setNodeSelection(found.at).updateAttributes("image", changed).run();
          });
          return true;
        },
    };
  },
});
