"""Style sheets as they are sent."""

from iomlaos.delivery.static_files import minify


def test_a_sheet_loses_its_comments_and_the_space_around_signs_but_none_within_a_rule():
    sheet = """/* Every page */
    .a > b,
    .c d {
      margin: 0 auto; /* centred */
      font: 1rem "Noto Sans", serif;
    }
    """
    assert minify(sheet) == '.a > b,.c d{margin: 0 auto;font: 1rem "Noto Sans",serif;}'
