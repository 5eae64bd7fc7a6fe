// Words of the other language within a text: English ones in Lao, Lao ones in English. They are marked, so that
// they are read aloud in their own.

import { Mark } from "django-prose-editor/editor";

const otherLanguage = (editor) =>
  editor.view.dom.closest(".prose-editor").querySelector("textarea").lang === "lo" ? "en" : "lo";

export const Language = Mark.create({
  name: "language",

  addAttributes() {
    return { lang: { default: null } };
  },

  parseHTML() {
    return [{ tag: "span[lang]" }];
  },

  renderHTML({ HTMLAttributes }) {
    return ["span", HTMLAttributes, 0];
  },

  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: this.name,
      groups: "marks",
      priority: 80,
      button: buttons.material("translate"),
      active: (editor) => editor.isActive(this.name),
      command: (editor) => editor.chain().focus().toggleMark(this.name, { lang: otherLanguage(editor) }).run(),
    });
  },
});
