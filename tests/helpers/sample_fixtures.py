"""Sample fixtures, and a run of the seed."""

import io
from pathlib import Path

from django.core.management import call_command

OFFICE = """
- model: office.office
  pk: 1
  fields:
    name_en: International Organization for Migration
    short_name_en: IOM Lao PDR
    introduction_en: Who and where.
    opened: 2002
    postal_address_en: |
      House 1
      Vientiane
- model: office.contactpoint
  pk: 6d1c30a5-5f5f-4d0e-8a2f-0c4b7f0f7a01
  fields: {office: 1, kind: telephone, written: +856.21 26 77 30}
"""
#: Programmes stand before the donors and projects that they name: references may run forward.
PROGRAMMES = """
- model: programmes.programme
  fields:
    slug: counter-trafficking
    state: published
    information_date: 2021-01
    title_en: Counter-trafficking
    summary_en: Against trafficking in persons.
    body_en: |
      <h2>Why</h2>
      <p>Because of <script>alert(1)</script>it.</p>
    donors: [[canada], [italy]]
    counterparts: [[social-welfare]]
- model: programmes.figure
  pk: 6d1c30a5-5f5f-4d0e-8a2f-0c4b7f0f7a02
  fields: {programme: [counter-trafficking], value_en: "11,097", caption_en: people reached}
- model: programmes.project
  fields:
    slug: verifier
    state: published
    programme: [counter-trafficking]
    title_en: Verifier
    summary_en: Reads travel documents.
    starts: 2018-07-09
    ends: 2019-02
    donors: [[canada]]
"""
PARTNERS = """
- model: programmes.counterpart
  fields: {slug: social-welfare, name_en: Department of Social Welfare, kind: department, parent: [labour]}
- model: programmes.counterpart
  fields: {slug: labour, name_en: Ministry of Labour and Social Welfare, kind: ministry}
- model: programmes.donor
  fields: {slug: canada, name_en: Government of Canada, kind: government}
- model: programmes.donor
  fields: {slug: italy, name_en: The Government of Italy, kind: government}
"""
CAREERS = """
- model: careers.vacancy
  fields:
    slug: project-assistant
    state: published
    title_en: Project Assistant
    grade: G4
    closes_at: 2021-01-10T00:00:00+07:00
"""


FILES = {"careers": CAREERS, "office": OFFICE, "programmes": PROGRAMMES, "zz_partners": PARTNERS}


def write_fixtures(folder: Path) -> Path:
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def seed(folder: Path, *options: str) -> str:
    """What `manage.py seed` prints."""
    out = io.StringIO()
    call_command("seed", f"--fixtures={folder}", *options, stdout=out)
    return out.getvalue()


def summary(created: int = 0, updated: int = 0, kept: int = 0) -> str:
    return f"{created} created, {updated} updated, {kept} kept because staff changed or deleted them.\n"
