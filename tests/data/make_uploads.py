"""Make tests/data/uploads: honest files as staff upload them, each by the program that its folder names.

Run once, by hand, in an environment of its own; the tests read the files that it left:

    apt-get install --no-install-recommends libreoffice-writer libreoffice-calc libreoffice-impress chromium-headless-shell
    pip install python-docx openpyxl XlsxWriter python-pptx reportlab fpdf2 pikepdf pillow
    npm install docx exceljs pptxgenjs
    python tests/data/make_uploads.py && node tests/data/make_uploads.js tests/data/uploads
"""

import io
import re
import subprocess
import tempfile
import zipfile
from pathlib import Path

import docx
import openpyxl
import pikepdf
import pptx
import xlsxwriter
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from fpdf import FPDF
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from PIL import Image
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from reportlab.lib import pdfencrypt
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

UPLOADS = Path(__file__).parent / "uploads"
LINK = "https://www.iom.int/?a=1&b=2"
LAO = "ແບບຟອມສະໝັກ"
TEMPLATE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
HTML = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Report</title>
<style>@page {{ @bottom-center {{ content: counter(page) }} }} h1 {{ break-before: page }}</style>
<h1 id="a">Report</h1><p><a href="{LINK}">Our site</a>, <a href="mailto:a@example.org">write</a>, <a href="#b">below</a></p>
<table border="1"><tr><th>Year<td>2025<tr><th>People<td>1,200</table><form><input name="x" value="typed"></form>
<h1 id="b">{LAO}</h1><p>{LAO} text</p></html>"""


def place(maker: str, name: str) -> str:
    (UPLOADS / maker).mkdir(parents=True, exist_ok=True)
    return str(UPLOADS / maker / name)


def picture() -> io.BytesIO:
    content = io.BytesIO()
    Image.radial_gradient("L").resize((60, 40)).save(content, "PNG")
    content.seek(0)
    return content


# --- Word -------------------------------------------------------------------------------------


def add_field(paragraph, instruction: str) -> None:
    for kind in ("begin", instruction, "separate", "end"):
        run = paragraph.add_run()._r
        if kind == instruction:
            text = OxmlElement("w:instrText")
            text.text = instruction
            run.append(text)
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run.append(mark)


def add_hyperlink(paragraph, text: str, url: str) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(
        qn("r:id"),
        paragraph.part.relate_to(url, docx.opc.constants.RELATIONSHIP_TYPE.HYPERLINK, is_external=True),
    )
    run = paragraph.add_run(text)._r
    link.append(run)
    paragraph._p.append(link)


def track_change(paragraph) -> None:
    run = paragraph.add_run("inserted words")._r
    inserted = OxmlElement("w:ins")
    inserted.set(qn("w:id"), "9")
    inserted.set(qn("w:author"), "Editor")
    paragraph._p.append(inserted)
    inserted.append(run)


def letter(template: str = "") -> docx.document.Document:
    """A letter with its header, page numbers, table of contents, picture, link, table, comment and a change."""
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = "International Organization for Migration"
    add_field(section.footer.paragraphs[0], " PAGE ")
    document.add_heading("Terms of reference", 1)
    add_field(document.add_paragraph(), ' TOC \\o "1-3" \\h \\z \\u ')
    paragraph = document.add_paragraph(LAO + " ")
    add_hyperlink(paragraph, "our site", LINK)
    track_change(paragraph)
    document.add_comment(paragraph.runs, "Please check.", author="Editor", initials="E")
    document.add_picture(picture(), width=Inches(1))
    table = document.add_table(2, 2, style="Table Grid")
    table.cell(0, 0).text = "IF(a | b) means DDEAUTO"
    if template:
        settings = document.settings.element
        link = OxmlElement("w:attachedTemplate")
        link.set(qn("r:id"), document.part._settings_part.relate_to(template, TEMPLATE, is_external=True))
        settings.insert(0, link)
    return document


def make_word() -> None:
    letter().save(place("python-docx", "terms of reference.docx"))
    letter("file:///C:\\Users\\Somebody\\Templates\\Letter.dotm").save(
        place("python-docx", "letter on a template.docx")
    )
    letter("\\\\server\\share\\IOM letterhead.dotx").save(
        place("python-docx", "letter on a shared template.docx")
    )
    form = docx.Document()
    for field in (
        " FORMTEXT ",
        " MERGEFIELD Name ",
        ' IF { } = "x" "a" "b" ',
        ' DATE \\@ "d MMMM yyyy" ',
        " REF a \\h ",
    ):
        add_field(form.add_paragraph("Name: "), field)
    form.save(place("python-docx", "form.docx"))
    # Some exporters leave bytes between the parts.
    loose = io.BytesIO()
    with (
        zipfile.ZipFile(place("python-docx", "form.docx")) as old,
        zipfile.ZipFile(loose, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.infolist():
            new.writestr(member, old.read(member))
            loose.write(bytes(16))
            new.start_dir = loose.tell()
    Path(place("loose", "bytes between parts.docx")).write_bytes(loose.getvalue())


# --- Excel ------------------------------------------------------------------------------------


def make_excel() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Budget A|B"
    for row in (["Year", "USD"], [2025, 1200], [2026, 1500]):
        sheet.append(row)
    sheet["B4"] = "=SUM(B2:B3)"
    sheet["C4"] = "='Budget A|B'!B4&\"|\"&A2"
    sheet["A5"].hyperlink = LINK
    sheet["A1"].comment = Comment("Fiscal year", "Editor")
    rule = DataValidation(type="list", formula1='"yes,no"')
    sheet.add_data_validation(rule)
    rule.add("D2")
    sheet.merge_cells("A6:B6")
    book.create_sheet("Rates").sheet_state = "hidden"
    book.create_sheet("Lists").sheet_state = "veryHidden"
    book.defined_names["Rates"] = DefinedName("Rates", attr_text="'Budget A|B'!$B$2:$B$3")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    sheet.add_chart(chart, "E2")
    sheet.add_image(openpyxl.drawing.image.Image(picture()), "E20")
    book.save(place("openpyxl", "budget.xlsx"))
    plain = openpyxl.Workbook(write_only=True)
    plain.create_sheet("Rows").append([LAO, 1, True])
    plain.save(place("openpyxl", "rows.xlsx"))
    locked = openpyxl.Workbook()
    locked.active.protection.set_password("for editing only")
    locked.save(place("openpyxl", "protected sheet.xlsx"))

    for name, options in (
        ("monitoring.xlsx", {}),
        ("constant memory.xlsx", {"constant_memory": True}),
        ("strings.xlsx", {}),
    ):
        book = xlsxwriter.Workbook(place("XlsxWriter", name), options)
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, ["Province", "People"])
        sheet.write_row(1, 0, [LAO, 1200])
        sheet.write_formula(2, 1, "=SUM(B2:B2)")
        sheet.write_url(3, 0, LINK)
        if name == "monitoring.xlsx":
            chart = book.add_chart({"type": "column"})
            chart.add_series({"values": "=Data!$B$2:$B$3"})
            sheet.insert_chart("D2", chart)
            sheet.insert_image("D20", "picture.png", {"image_data": picture()})
            sheet.add_table("A1:B3", {"columns": [{"header": "Province"}, {"header": "People"}]})
            sheet.conditional_format("B2:B3", {"type": "data_bar", "data_bar_2010": True})
            sheet.data_validation("C2", {"validate": "list", "source": ["a", "b"]})
            sheet.write_comment("A1", "Where")
            sheet.set_header("&C&P of &N")
            sheet.write_dynamic_array_formula("F1:F2", "=UNIQUE(B2:B3)")
            book.define_name("People", "=Data!$B$2:$B$3")
            book.add_worksheet("Hidden").hide()
        book.close()


# --- PowerPoint -------------------------------------------------------------------------------


def make_powerpoint() -> None:
    for name in ("with a chart.pptx", "table and link.pptx", "picture and notes.pptx"):
        talk = pptx.Presentation()
        slide = talk.slides.add_slide(talk.slide_layouts[5])
        slide.shapes.title.text = LAO
        if "chart" in name:
            data = CategoryChartData()
            data.categories = ["2025", "2026"]
            data.add_series("People", (1200, 1500))
            slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *map(Inches, (1, 2, 5, 3)), data)
        elif "table" in name:
            slide.shapes.add_table(2, 2, *map(Inches, (1, 2, 5, 1)))
            run = slide.shapes.title.text_frame.paragraphs[0].add_run()
            run.text, run.hyperlink.address = "our site", LINK
            slide.shapes[0].click_action.target_slide = talk.slides.add_slide(talk.slide_layouts[6])
        else:
            slide.shapes.add_picture(picture(), *map(Inches, (1, 2)))
            slide.notes_slide.notes_text_frame.text = "Say this."
        talk.save(place("python-pptx", name))


# --- PDF --------------------------------------------------------------------------------------


def make_pdf() -> None:
    for name, encrypt in (
        ("form.pdf", None),
        ("owner password.pdf", pdfencrypt.StandardEncryption("", "owner", canCopy=0)),
    ):
        page = canvas.Canvas(place("reportlab", name), pagesize=A4, encrypt=encrypt)
        page.setTitle("<script> /JavaScript (/Launch)")
        page.drawString(72, 720, "Name")
        page.linkURL(LINK, (72, 700, 200, 720))
        page.bookmarkPage("start")
        page.addOutlineEntry("Start", "start")
        page.acroForm.textfield(name="name", x=72, y=650)
        page.acroForm.checkbox(name="agree", x=72, y=600)
        page.showPage()
        page.save()
    page = canvas.Canvas(place("reportlab", "picture.pdf"), pagesize=A4)
    page.drawInlineImage(Image.open(picture()), 72, 600)
    page.showPage()
    page.save()

    document = FPDF()
    document.add_page()
    document.set_font("helvetica")
    document.cell(text="Report", link=LINK)
    document.image(picture(), w=30)
    document.output(place("fpdf2", "report.pdf"))

    for name, options in (
        ("owner password.pdf", {"encryption": pikepdf.Encryption(owner="owner", user="", R=6)}),
        ("old owner password.pdf", {"encryption": pikepdf.Encryption(owner="owner", user="", R=4)}),
        (
            "packed for the web.pdf",
            {"linearize": True, "object_stream_mode": pikepdf.ObjectStreamMode.generate},
        ),
        ("unpacked.pdf", {"object_stream_mode": pikepdf.ObjectStreamMode.disable, "qdf": True}),
    ):
        with pikepdf.open(place("reportlab", "form.pdf")) as form:
            form.save(place("qpdf", name), **options)
    # As a signature or a remark is added: new objects behind the old file.
    content = Path(place("reportlab", "picture.pdf")).read_bytes()
    start = int(content.rsplit(b"startxref", 1)[1].split()[0])
    with pikepdf.open(io.BytesIO(content)) as old:
        size, root = int(old.trailer.Size), old.trailer.Root.objgen[0]
    added = content + b"%d 0 obj\n<< /Title (New) >>\nendobj\n" % size
    added += b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        size, len(content), size + 1, root, start, len(added),
    )  # fmt: skip
    Path(place("qpdf", "added to.pdf")).write_bytes(added)

    with tempfile.TemporaryDirectory() as folder:
        for name, html in (
            ("page.pdf", HTML),
            ("table.pdf", HTML.replace("Report", "Table")),
            ("lao.pdf", f"<p>{LAO}"),
        ):
            source = Path(folder, "page.html")
            source.write_text(html)
            run(
                "chromium-headless-shell",
                "--no-sandbox",
                "--generate-pdf-document-outline",
                f"--print-to-pdf={place('Chromium', name)}",
                str(source),
            )


# --- LibreOffice ------------------------------------------------------------------------------


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def make_libreoffice() -> None:
    """Open what the libraries made, and save it anew; what LibreOffice alone has is written as flat XML."""
    sources = [*UPLOADS.glob("python-docx/*"), *UPLOADS.glob("openpyxl/*"), *UPLOADS.glob("python-pptx/*")]
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "web page.html")
        # From a form LibreOffice makes controls (ActiveX), which are refused.
        page.write_text(re.sub("<form>.*</form>", "", HTML))
        for source in (*sources, page):
            ending = {".html": "docx:MS Word 2007 XML"}.get(source.suffix, source.suffix[1:])
            filters = ["--infilter=HTML (StarWriter)"] if source is page else []
            for target in (ending, "pdf"):
                run(
                    "soffice",
                    "--headless",
                    *filters,
                    "--convert-to",
                    target,
                    "--outdir",
                    str(UPLOADS / "LibreOffice"),
                    str(source),
                )
        # With bookmarks, as PDF/A, and with a password for changes alone.
        for name, options in (
            ("archive", '{"SelectPdfVersion":{"type":"long","value":"2"}}'),
            (
                "owner password",
                '{"RestrictPermissions":{"type":"boolean","value":"true"},"PermissionPassword":{"type":"string","value":"owner"}}',
            ),
        ):
            run(
                "soffice",
                "--headless",
                "--convert-to",
                f"pdf:writer_pdf_Export:{options}",
                "--outdir",
                folder,
                str(UPLOADS / "python-docx/form.docx"),
            )
            Path(folder, "form.pdf").rename(UPLOADS / "LibreOffice" / f"{name}.pdf")


if __name__ == "__main__":
    make_word()
    make_excel()
    make_powerpoint()
    make_pdf()
    make_libreoffice()
