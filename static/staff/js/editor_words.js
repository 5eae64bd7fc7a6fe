// The words of the editor's buttons, and its dialog for a table: those of the package are no English of ours.

import { Extension, Table as BaseTable, updateAttrsDialog } from "django-prose-editor/editor";

const GROUPS = "blockType lists nodes marks link table history";

export const Words = Extension.create({
  name: "words",
  // The last of all, when each button is there.
  priority: 1,

  addOptions() {
    return { buttons: {} };
  },

  addMenuItems({ menu }) {
    for (const { name, button, option } of menu.items(GROUPS)) {
      const words = this.options.buttons[name];
      if (!words) continue;
      button.title = words;
      button.setAttribute("aria-label", words);
      if (option) option.textContent = words;
    }
  },
});

export const Table = BaseTable.extend({
  addOptions() {
    return { ...this.parent?.(), words: {} };
  },

  addCommands() {
    const { words } = this.options;
    const size = { type: "number", format: "number", default: "3", min: "1", max: "30", required: true };
    const ask = updateAttrsDialog(
      {
        rows: { ...size, title: words.rows },
        cols: { ...size, title: words.columns },
        withHeaderRow: { type: "boolean", title: words.header, default: true },
      },
      { title: words.title, submitText: words.insert },
    );
    return {
      ...this.parent?.(),
      insertTableWithOptions:
        () =>
        ({ editor }) => {
          ask(editor, {}).then((answer) => {
            if (!answer) return editor.commands.focus();
            const table = { ...answer, rows: Number(answer.rows), cols: Number(answer.cols) };
            return editor.chain().focus().insertTable(table).run();
          });
          return true;
        },
    };
  },
});
