"""A later seed updates what still is what the seed last wrote, and leaves the rest to staff."""

from pathlib import Path

import pytest
from django.core.management import CommandError
from django.utils import timezone

from careers.models.vacancy import Vacancy
from iomlaos.office.models import ContactPoint, Office
from iomlaos.publishing.drafts import merge_draft
from iomlaos.publishing.models import Revision
from iomlaos.publishing.serialization import serialize
from iomlaos.seeding.loader import load
from iomlaos.seeding.models import SeededRecord
from iomlaos.seeding.parser import read
from iomlaos.translations.models import Translation
from iomlaos.translations.queries import find_states
from iomlaos.translations.states import State
from programmes.models import Donor, Figure, Programme, Project
from tests.helpers.factories import make_donor, make_programme
from tests.helpers.sample_fixtures import seed, summary, write_fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = write_fixtures(tmp_path / "fixtures")
    load(read(folder))
    return folder


def change(folder: Path, old: str, new: str) -> None:
    """Change a text that occurs once in the fixtures."""
    [file] = [file for file in folder.glob("*.yaml") if old in file.read_text()]
    assert file.read_text().count(old) == 1
    file.write_text(file.read_text().replace(old, new))


def counts(folder: Path) -> tuple[int, int, int]:
    loader = load(read(folder))
    return loader.created, loader.updated, loader.kept


def everything() -> list:
    """All that the seed may write, with the moments of writing."""
    models = (Donor, Figure, Office, ContactPoint, Programme, Project, Vacancy, SeededRecord, Revision)
    return [list(model._base_manager.order_by("pk").values()) for model in models]


# --- What is updated --------------------------------------------------------------------------


def test_a_record_that_nobody_changed_is_updated_whole(folder):
    make_programme(slug="health")
    change(folder, "title_en: Verifier", "title_en: Verifier and TDEC\n    acronym: VER")
    change(folder, "ends: 2019-02", "ends: 2020")
    change(folder, "programme: [counter-trafficking]\n    title", "programme: [health]\n    title")
    change(folder, "donors: [[canada]]", "donors: [[italy]]")
    assert counts(folder) == (0, 1, 0)
    project = Project.objects.get()
    assert (project.title, project.acronym, project.ends.iso) == ("Verifier and TDEC", "VER", "2020")
    assert project.programme.slug == "health"
    assert [donor.slug for donor in project.donors.all()] == ["italy"]


def test_a_field_that_a_later_version_added_is_filled_unless_staff_filled_it(folder):
    for seeded in SeededRecord.objects.filter(model="programmes.donor"):
        # So it was stored by a version that did not have the field.
        del seeded.hashes["name_lo"]
        seeded.save()
    Donor.objects.filter(slug="italy").update(name_lo="ອີຕາລີ (staff)")
    change(folder, "name_en: Government of Canada", "name_en: Government of Canada, name_lo: ການາດາ")
    change(folder, "name_en: The Government of Italy", "name_en: The Government of Italy, name_lo: ອີຕາລີ")
    assert counts(folder) == (0, 1, 1)
    names = Donor.objects.order_by("slug").values_list("name_lo", flat=True)
    assert list(names) == ["ການາດາ", "ອີຕາລີ (staff)"]


def test_a_text_that_the_fixture_empties_is_emptied(folder):
    change(folder, "caption_en: people reached", 'caption_en: ""')
    assert counts(folder) == (0, 1, 0)
    assert Figure.objects.get().caption_en == ""


def test_a_second_update_writes_over_the_first(folder):
    change(folder, "The Government of Italy", "Italy")
    load(read(folder))
    change(folder, "name_en: Italy", "name_en: Italian Republic")
    assert counts(folder) == (0, 1, 0)
    assert Donor.objects.get(slug="italy").name_en == "Italian Republic"


def test_an_update_that_is_run_twice_writes_nothing_the_second_time(folder):
    change(folder, "Because of <script>", "Because of all <script>")
    change(folder, "closes_at: 2021-01-10", "closes_at: 2021-01-12")
    change(folder, "donors: [[canada], [italy]]", "donors: [[italy]]")
    assert counts(folder) == (0, 2, 0)
    before = everything()
    assert counts(folder) == (0, 0, 0)
    assert everything() == before


def test_a_field_that_the_fixture_drops_is_left(folder):
    change(folder, ", caption_en: people reached", "")
    change(folder, "    ends: 2019-02\n", "")
    before = everything()
    assert counts(folder) == (0, 0, 0)
    assert everything() == before


def test_a_record_whose_address_staff_changed_is_still_the_same(folder):
    programme = Programme.objects.get()
    programme.slug = "against-trafficking"
    programme.save()
    change(folder, "summary_en: Against trafficking in persons.", "summary_en: Against it.")
    assert counts(folder) == (0, 1, 1)
    programme.refresh_from_db()
    assert (programme.slug, programme.summary_en) == ("against-trafficking", "Against it.")


def test_a_public_deadline_that_changes_leaves_its_trace(folder):
    change(folder, "closes_at: 2021-01-10", "closes_at: 2021-01-12")
    assert counts(folder) == (0, 1, 0)
    vacancy = Vacancy.objects.get()
    assert vacancy.deadline_changes.get().after == vacancy.closes_at
    assert Vacancy.objects.changed_without_reason(timezone.now()).exists()


# --- What staff changed -----------------------------------------------------------------------


def test_a_field_that_staff_changed_stays_and_the_others_are_updated(folder):
    Programme.objects.update(title_en="Against trafficking", body_en="<h2>Why</h2><p>Because of it.</p>")
    change(folder, "title_en: Counter-trafficking", "title_en: CT")
    change(folder, "summary_en: Against trafficking in persons.", "summary_en: Against it.")
    change(folder, "it.</p>", "it all.</p>")
    assert counts(folder) == (0, 1, 1)
    programme = Programme.objects.get()
    assert (programme.title_en, programme.summary_en) == ("Against trafficking", "Against it.")
    # Only the editor's own line ends had changed there.
    assert programme.body_en == "<h2>Why</h2>\n<p>Because of it all.</p>"


def test_references_that_staff_changed_stay(folder):
    Project.objects.get().donors.clear()
    Project.objects.update(programme=make_programme(slug="another"))
    make_programme(slug="health")
    change(folder, "programme: [counter-trafficking]\n    title", "programme: [health]\n    title")
    change(folder, "donors: [[canada]]", "donors: [[italy]]")
    assert counts(folder) == (0, 0, 1)
    assert Project.objects.get().programme.slug == "another"
    assert not Project.objects.get().donors.exists()


def test_what_staff_made_the_same_as_the_fixture_stays_theirs(folder):
    Donor.objects.filter(slug="italy").update(name_en="Italy")
    change(folder, "The Government of Italy", "Italy")
    assert counts(folder) == (0, 0, 0)
    change(folder, "name_en: Italy", "name_en: Italian Republic")
    assert counts(folder) == (0, 0, 1)
    assert Donor.objects.get(slug="italy").name_en == "Italy"


def test_fields_that_one_rule_compares_are_updated_together_or_not_at_all(folder):
    Project.objects.update(starts="2018-12")
    change(folder, "starts: 2018-07-09", "starts: 2017")
    change(folder, "ends: 2019-02", "ends: 2018")
    assert counts(folder) == (0, 0, 1)
    assert (Project.objects.get().starts.iso, Project.objects.get().ends.iso) == ("2018-12", "2019-02")


def test_an_update_that_staffs_change_forbids_is_left_and_said(folder):
    vacancy = Vacancy.objects.get()
    Vacancy.objects.update(outcome="filled")
    change(folder, "closes_at: 2021-01-10T", "closes_at: 2999-01-10T")
    assert seed(folder) == (
        "careers.yaml, line 2, job “project-assistant”, outcome: This notice is still open, so it has no "
        "outcome yet. It was not updated.\n" + summary(kept=1)
    )
    assert Vacancy.objects.get().closes_at == vacancy.closes_at


def test_an_update_that_breaks_a_rule_by_itself_stops_the_run(folder):
    change(folder, "The Government of Italy", "Italy")
    change(folder, "ends: 2019-02", "ends: 2017")
    with pytest.raises(
        CommandError, match=r"project “verifier”, ends: The end is before the start.\nNothing was stored"
    ):
        seed(folder)
    assert Donor.objects.get(slug="italy").name_en == "The Government of Italy"


def test_what_staff_deleted_stays_deleted_also_where_they_made_another_of_its_name(folder):
    Donor.objects.get(slug="italy").delete()
    make_donor(slug="italy", name_en="The Government of Italy")
    change(folder, "The Government of Italy", "Italian Republic")
    # Its programme has lost it, too.
    assert counts(folder) == (0, 0, 2)
    assert Donor.objects.get(slug="italy").name_en == "The Government of Italy"


def test_what_staff_made_before_the_first_seed_is_never_updated(tmp_path):
    make_donor(slug="italy", name_en="The Government of Italy")
    folder = write_fixtures(tmp_path / "fixtures")
    assert counts(folder) == (9, 0, 1)
    change(folder, "The Government of Italy", "Italian Republic")
    assert counts(folder) == (0, 0, 1)
    assert Donor.objects.get(slug="italy").name_en == "The Government of Italy"


def test_a_reference_to_what_is_nowhere_stops_the_run(folder):
    change(folder, "donors: [[canada]]", "donors: [[kanada]]")
    with pytest.raises(CommandError, match="project “verifier”, donors: there is no donor “kanada”"):
        seed(folder)


# --- History and drafts -----------------------------------------------------------------------


def test_an_update_is_a_revision_after_the_state_before(folder):
    change(folder, "title_en: Counter-trafficking", "title_en: CT")
    load(read(folder))
    after, before = Revision.objects.of(Programme.objects.get()).states()
    assert (before.data["fields"]["title_en"], before.title) == ("Counter-trafficking", "Counter-trafficking")
    assert (after.data["fields"]["title_en"], after.title) == ("CT", "CT")
    assert (after.base, after.who, after.event) == (before, "", Revision.Event.CHANGED)
    assert after.note == "Updated from the fixtures."


def test_an_update_of_a_figure_is_a_revision_of_its_programme(folder):
    change(folder, 'value_en: "11,097"', 'value_en: "12,000"')
    load(read(folder))
    programme = Programme.objects.get()
    state = Revision.objects.of(programme).states().first()
    assert state.data == serialize(programme)
    assert [row["value_en"] for row in state.data["owned"]["figures"].values()] == ["12,000"]
    assert not Revision.objects.of(Figure.objects.get()).exists()


def test_a_draft_and_a_scheduled_change_are_kept_and_take_the_update_along(folder):
    programme = Programme.objects.get()
    versions = Revision.objects.versions(programme)
    data = serialize(programme)
    data["fields"] |= {"title_en": "A draft", "summary_en": "A drafted summary."}
    publish_at = timezone.now()
    given = {"by": None, "note": "Mine"}
    versions.save_scheduled(data, publish_at=publish_at, **given)
    versions.save_draft(data, **given)
    change(folder, "title_en: Counter-trafficking", "title_en: CT")
    change(folder, "information_date: 2021-01", "information_date: 2022-02")
    assert counts(folder) == (0, 1, 0)
    programme.refresh_from_db()
    assert programme.title_en == "CT"
    versions = Revision.objects.versions(programme)
    assert versions.scheduled.publish_at == publish_at
    for waiting in (versions.draft, versions.scheduled):
        assert waiting.note == "Mine"
        data, conflicts = merge_draft(Programme, waiting, versions.current)
        assert (data["fields"]["title_en"], data["fields"]["summary_en"]) == ("A draft", "A drafted summary.")
        assert data["fields"]["information_date"] == "2022-02"
        assert [conflict.path for conflict in conflicts] == [("fields", "title_en")]


# --- The command ------------------------------------------------------------------------------


def test_the_command_counts_what_it_created_updated_and_kept(folder):
    Donor.objects.filter(slug="italy").update(name_en="Italy")
    ContactPoint.objects.all().delete()
    change(folder, "title_en: Project Assistant", "title_en: Assistant")
    (folder / "later.yaml").write_text(
        "- model: programmes.donor\n  fields: {slug: norway, name_en: Norway, kind: government}\n"
    )
    assert seed(folder) == summary(created=1, updated=1, kept=2)


# --- Lao --------------------------------------------------------------------------------------


def seeded_state(donor: Donor) -> str:
    return find_states([donor])[0]["name"]


@pytest.fixture
def lao_folder(folder) -> Path:
    """Fixtures that now hold Lao, which a portal that runs does not have."""
    change(folder, "name_en: Government of Canada", "name_en: Government of Canada, name_lo: ການາດາ")
    return folder


def test_lao_reaches_a_portal_that_runs_and_awaits_review(lao_folder):
    assert counts(lao_folder) == (0, 1, 0)
    donor = Donor.objects.get(slug="canada")
    assert (donor.name_lo, seeded_state(donor)) == ("ການາດາ", State.AWAITING_REVIEW)
    assert Revision.objects.of(donor).first().data["fields"]["name_lo"] == "ການາດາ"
    before = everything()
    assert counts(lao_folder) == (0, 0, 0)
    assert everything() == before


def test_lao_stays_out_where_staff_have_another_english_text(lao_folder):
    Donor.objects.filter(slug="canada").update(name_en="Canada (staff)")
    assert counts(lao_folder) == (0, 0, 1)
    assert not Donor.objects.get(slug="canada").name_lo


def test_lao_that_staff_reviewed_stays_reviewed_until_the_fixture_has_another(lao_folder):
    counts(lao_folder)
    Translation.objects.update(reviewed_at=timezone.now())
    counts(lao_folder)
    donor = Donor.objects.get(slug="canada")
    assert seeded_state(donor) == State.CURRENT
    change(lao_folder, "name_lo: ການາດາ", "name_lo: ລັດຖະບານການາດາ")
    counts(lao_folder)
    donor.refresh_from_db()
    assert (donor.name_lo, seeded_state(donor)) == ("ລັດຖະບານການາດາ", State.AWAITING_REVIEW)


def test_rich_text_is_known_as_it_is_stored(folder):
    body = "      <p>Because of <script>alert(1)</script>it.</p>\n"
    change(folder, body, body + "    body_lo: |\n      <p>ຍ້ອນ<script>alert(1)</script>ມັນ.</p>\n")
    assert counts(folder) == (0, 1, 0)
    assert find_states([Programme.objects.get()])[0]["body"] == State.AWAITING_REVIEW
