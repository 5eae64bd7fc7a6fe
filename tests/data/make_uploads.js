// The files of tests/data/uploads that libraries of npm write: see make_uploads.py.
const fs = require("node:fs");
const docx = require("docx");
const ExcelJS = require("exceljs");
const PptxGenJS = require("pptxgenjs");

const folder = process.argv[2];
const LINK = "https://www.iom.int/?a=1&b=2";
const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==", "base64");

function place(maker, name) {
  fs.mkdirSync(`${folder}/${maker}`, { recursive: true });
  return `${folder}/${maker}/${name}`;
}

async function makeWord() {
  const { Paragraph, TextRun } = docx;
  const documents = {
    "report.docx": {
      features: { updateFields: true },
      footnotes: { 1: { children: [new Paragraph("A footnote")] } },
      comments: { children: [{ id: 0, author: "Editor", date: new Date(0), children: [new Paragraph("Please check.")] }] },
      sections: [{
        headers: { default: new docx.Header({ children: [new Paragraph("IOM Lao PDR")] }) },
        footers: { default: new docx.Footer({ children: [new Paragraph({ children: [new TextRun({ children: [docx.PageNumber.CURRENT] })] })] }) },
        children: [
          new docx.TableOfContents("Contents", { hyperlink: true, headingStyleRange: "1-3" }),
          new Paragraph({ text: "Report", heading: docx.HeadingLevel.HEADING_1 }),
          new Paragraph({ children: [
            new docx.ExternalHyperlink({ link: LINK, children: [new TextRun("our site")] }),
            new docx.FootnoteReferenceRun(1),
            new docx.CommentRangeStart(0), new TextRun("text"), new docx.CommentRangeEnd(0),
            new TextRun({ children: [new docx.CommentReference(0)] }),
            new docx.ImageRun({ type: "png", data: PICTURE, transformation: { width: 20, height: 20 } }),
          ] }),
        ],
      }],
    },
    "table.docx": { sections: [{ children: [new docx.Table({ rows: [new docx.TableRow({ children: [new docx.TableCell({ children: [new Paragraph("ແບບຟອມ")] })] })] })] }] },
    "changes.docx": {
      features: { trackRevisions: true },
      sections: [{ children: [new Paragraph({ children: [
        new docx.InsertedTextRun({ text: "new", id: 1, author: "Editor", date: "2026-01-01T00:00:00Z" }),
        new docx.DeletedTextRun({ text: "old", id: 2, author: "Editor", date: "2026-01-01T00:00:00Z" }),
        new docx.SimpleField("DATE"),
      ] })] }],
    },
  };
  for (const [name, options] of Object.entries(documents)) {
    fs.writeFileSync(place("npm docx", name), await docx.Packer.toBuffer(new docx.Document(options)));
  }
}

async function makeExcel() {
  for (const name of ["budget.xlsx", "list.xlsx", "streamed.xlsx"]) {
    const path = place("exceljs", name);
    const book = name === "streamed.xlsx"
      ? new ExcelJS.stream.xlsx.WorkbookWriter({ filename: path, useStyles: true })
      : new ExcelJS.Workbook();
    const sheet = book.addWorksheet("Data");
    sheet.addRow(["ແບບຟອມ", 1200]).commit();
    if (name === "budget.xlsx") {
      sheet.getCell("B2").value = { formula: "SUM(B1:B1)", result: 1200 };
      sheet.getCell("A2").value = { text: "our site", hyperlink: LINK };
      sheet.getCell("A1").note = "A remark";
      sheet.getCell("C1").dataValidation = { type: "list", formulae: ['"yes,no"'] };
      sheet.addImage(book.addImage({ buffer: PICTURE, extension: "png" }), "D1:E4");
      sheet.headerFooter.oddFooter = "&P of &N";
      book.addWorksheet("Hidden", { state: "hidden" });
      book.definedNames.add("Data!$B$1", "People");
    }
    await (name === "streamed.xlsx" ? book.commit() : book.xlsx.writeFile(path));
  }
}

async function makePowerPoint() {
  for (const name of ["chart.pptx", "table.pptx", "link.pptx"]) {
    const talk = new PptxGenJS();
    const slide = talk.addSlide();
    slide.addText([{ text: "our site", options: { hyperlink: { url: LINK } } }], { x: 1, y: 1 });
    if (name === "chart.pptx") slide.addChart(talk.ChartType.bar, [{ name: "People", labels: ["2025", "2026"], values: [1200, 1500] }]);
    if (name === "table.pptx") slide.addTable([["Year", "People"], ["2025", "1,200"]]);
    await talk.writeFile({ fileName: place("pptxgenjs", name) });
  }
}

makeWord().then(makeExcel).then(makePowerPoint);
