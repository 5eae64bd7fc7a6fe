"""manage.py seed: loads the fixtures, and never touches what staff changed or deleted."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from careers.models.vacancy import Vacancy
from iomlaos.office.models import ContactPoint, Office, Page
from iomlaos.seeding.models import SeededRecord
from programmes.models import Counterpart, Donor, Figure, Programme, Project
from tests.helpers.factories import make_donor, make_programme
from tests.helpers.sample_fixtures import seed, summary, write_fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path) -> Path:
    return write_fixtures(tmp_path / "fixtures")


def test_seed_loads_every_record_with_its_references(folder):
    assert seed(folder) == summary(created=10)
    programme = Programme.objects.get(slug="counter-trafficking")
    assert {donor.slug for donor in programme.donors.all()} == {"canada", "italy"}
    assert [part.slug for part in Counterpart.objects.get(slug="labour").parts.all()] == ["social-welfare"]
    assert programme.figures.get().value == "11,097"
    project = Project.objects.get()
    assert (project.programme, project.starts.iso, project.ends.iso) == (programme, "2018-07-09", "2019-02")
    assert Vacancy.objects.get().deadline == "end of Saturday 9 January 2021, Vientiane time (UTC+7)"
    assert Office.objects.get().telephone.link == "tel:+85621267730"
    assert SeededRecord.objects.count() == 10


def test_rich_text_of_a_fixture_is_sanitised(folder):
    seed(folder)
    assert Programme.objects.get().body_en == "<h2>Why</h2>\n<p>Because of it.</p>"


def test_an_empty_database_beside_uploads_is_seeded_only_where_that_is_said(folder, settings):
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "letter.pdf").write_text("a letter")
    with pytest.raises(
        CommandError, match="^The database is empty, but .*/uploads holds uploads.*--into-empty$"
    ):
        seed(folder)
    assert not SeededRecord.objects.exists()
    call_command("seed", fixtures=folder, into_empty=True, verbosity=0)
    assert SeededRecord.objects.count() == 10
    assert seed(folder) == summary()


def test_second_run_writes_nothing(folder):
    seed(folder)
    assert seed(folder) == summary()
    assert Donor.objects.count() == 2


def test_loaddata_takes_the_same_fixtures(folder):
    call_command("loaddata", *sorted(map(str, folder.glob("*.yaml"))), verbosity=0)
    programme = Programme.objects.get()
    assert programme.donors.count() == 2
    assert programme.created_at
    assert "script" not in programme.body_en


def test_what_staff_changed_stays(folder):
    seed(folder)
    donor = Donor.objects.get(slug="italy")
    donor.name_en = "Italian Agency for Development Cooperation"
    donor.save()
    Programme.objects.get().donors.clear()
    assert seed(folder) == summary(kept=2)
    donor.refresh_from_db()
    assert donor.name_en == "Italian Agency for Development Cooperation"
    assert Programme.objects.get().donors.count() == 0


def test_what_staff_deleted_does_not_come_back(folder):
    seed(folder)
    Donor.objects.get(slug="italy").delete()
    ContactPoint.objects.all().delete()
    Figure.objects.all().delete()
    assert seed(folder) == summary(kept=3)
    assert [donor.slug for donor in Donor.objects.all()] == ["canada"]
    assert not ContactPoint.objects.exists()
    assert not Figure.objects.exists()


def test_what_staff_made_under_the_same_key_stays_and_is_noted(folder):
    make_donor(slug="canada", name_en="Canada, as staff wrote it")
    said = seed(folder)
    assert "donor “canada”: it was there already, and stays as it is." in said
    assert Donor.objects.get(slug="canada").name_en == "Canada, as staff wrote it"
    assert Programme.objects.get().donors.filter(slug="canada").exists()
    Donor.objects.get(slug="canada").delete()
    assert seed(folder) == summary(kept=1)


def test_records_added_later_are_loaded_and_may_name_the_earlier(folder):
    seed(folder)
    (folder / "later.yaml").write_text(
        """
- model: programmes.project
  fields: {slug: crest, programme: [counter-trafficking], title_en: CREST, summary_en: Decent work, donors: [[italy]]}
"""
    )
    assert seed(folder) == summary(created=1)
    assert [donor.slug for donor in Project.objects.get(slug="crest").donors.all()] == ["italy"]


def test_a_new_record_leaves_out_what_staff_deleted(folder):
    seed(folder)
    Donor.objects.get(slug="italy").delete()
    Counterpart.objects.get(slug="social-welfare").delete()
    Counterpart.objects.get(slug="labour").delete()
    (folder / "later.yaml").write_text(
        """
- model: programmes.project
  fields: {slug: crest, programme: [counter-trafficking], title_en: CREST, summary_en: Decent work, donors: [[italy], [canada]]}
- model: programmes.counterpart
  fields: {slug: skills, name_en: Department of Skills, kind: department, parent: [labour]}
"""
    )
    said = seed(folder)
    assert "project “crest”: loaded without donors “italy”, which was deleted." in said
    assert "partner “skills”: loaded without parent “labour”, which was deleted." in said
    assert [donor.slug for donor in Project.objects.get(slug="crest").donors.all()] == ["canada"]
    assert Counterpart.objects.get(slug="skills").parent is None


def test_a_new_record_whose_owner_staff_deleted_is_not_loaded_and_may_come_later(folder):
    seed(folder)
    Project.objects.all().delete()
    Programme.objects.all().delete()
    (folder / "later.yaml").write_text(
        """
- model: programmes.project
  fields: {slug: crest, programme: [counter-trafficking], title_en: CREST, summary_en: Decent work}
"""
    )
    said = seed(folder)
    assert "project “crest”: not loaded, for its programme “counter-trafficking” was deleted." in said
    assert said.endswith(summary(kept=3))
    assert not SeededRecord.objects.filter(model="programmes.project", key="crest").exists()
    make_programme(slug="counter-trafficking")
    assert seed(folder) == summary(created=1, kept=3)


def test_a_new_record_finds_a_programme_whose_address_staff_changed(folder):
    seed(folder)
    programme = Programme.objects.get()
    programme.slug = "against-trafficking"
    programme.save()
    (folder / "later.yaml").write_text(
        """
- model: programmes.project
  fields: {slug: crest, programme: [counter-trafficking], title_en: CREST, summary_en: Decent work}
"""
    )
    assert seed(folder) == summary(created=1, kept=1)
    assert Project.objects.get(slug="crest").programme == programme


def test_a_new_record_that_meets_one_of_staff_stops_the_run(folder):
    make_donor(slug="republic-of-italy", name_en="The government of ITALY")
    with pytest.raises(CommandError, match="There is a donor of this name already"):
        seed(folder)
    assert Donor.objects.count() == 1
    assert not SeededRecord.objects.exists()


def test_verbosity_0_says_nothing(folder):
    assert seed(folder, "--verbosity=0") == ""


# --- seed --check -----------------------------------------------------------------------------


def check(folder: Path) -> str:
    """What `seed --check` prints where something differs."""
    out = io.StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("seed", "--check", f"--fixtures={folder}", stdout=out)
    assert exit_.value.code == 1
    return out.getvalue()


def test_check_finds_nothing_after_a_seed(folder):
    seed(folder)
    assert seed(folder, "--check") == "The database has all that the fixtures have, unchanged.\n"


def test_check_names_what_was_not_loaded_and_loads_nothing(folder):
    said = check(folder)
    assert said.count("not yet loaded.") == 10
    assert not Donor.objects.exists()


def test_check_names_record_field_and_both_values(folder):
    seed(folder)
    Donor.objects.filter(slug="italy").update(name_en="Italy")
    Project.objects.update(ends="2019-03", starts=None)
    assert check(folder).splitlines() == [
        "programmes.yaml, line 17, project “verifier”, starts: the fixture has “2018-07-09”, the database nothing.",
        "programmes.yaml, line 17, project “verifier”, ends: the fixture has “2019-02”, the database “2019-03”.",
        "zz_partners.yaml, line 8, donor “italy”, name_en: the fixture has “The Government of Italy”, the database “Italy”.",
    ]


def test_check_shows_long_texts_from_where_they_differ(folder):
    seed(folder)
    Programme.objects.update(
        summary_en="Against trafficking in persons, forced labour and all that leads to either."
    )
    assert (
        "summary_en: the fixture has “Against trafficking in persons.”, "
        "the database “…afficking in persons, forced labour and all that leads to ei…”." in check(folder)
    )


def test_check_names_the_deleted(folder):
    seed(folder)
    Figure.objects.all().delete()
    assert check(folder) == (
        "programmes.yaml, line 14, figure “6d1c30a5-5f5f-4d0e-8a2f-0c4b7f0f7a02”: deleted by staff.\n"
    )


def test_check_names_changed_references(folder):
    seed(folder)
    project = Project.objects.get()
    project.programme = make_programme(slug="another")
    project.save()
    project.donors.add(Donor.objects.get(slug="italy"))
    said = check(folder)
    assert "programme: the fixture has “counter-trafficking”, the database “another”." in said
    assert "donors: the fixture has “canada”, the database “canada, italy”." in said


def test_check_follows_a_changed_address(folder):
    seed(folder)
    programme = Programme.objects.get()
    programme.slug = "against-trafficking"
    programme.save()
    assert check(folder) == (
        "programmes.yaml, line 2, programme “counter-trafficking”, slug: the fixture has "
        "“counter-trafficking”, the database “against-trafficking”.\n"
    )


def test_check_does_not_count_what_a_form_changes_of_itself(folder):
    seed(folder)
    Office.objects.update(postal_address_en="House 1\r\nVientiane")
    Programme.objects.update(body_en="<h2>Why</h2><p>Because of it.</p>")
    assert "unchanged" in seed(folder, "--check")


# --- The content itself -----------------------------------------------------------------------


def test_the_content_of_the_site_loads_and_is_then_complete(seeded):
    call_command("seed", "--check", verbosity=0)
    assert Office.objects.count() == 1
    assert Donor.objects.count() == 10
    assert Programme.objects.count() == 5
    for address in ("about", "accessibility", "privacy", "how-to-apply"):
        assert Page.objects.get(slug=address).state == "published"
