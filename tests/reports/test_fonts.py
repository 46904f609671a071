"""Names print in the right letters: judged by outlines and pixels, since extracted text is right even when the paper is wrong."""

import io
import subprocess
import unicodedata
from pathlib import Path

import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops
from reportlab.pdfgen.canvas import Canvas

from reports import fonts

TONES = ("", "\N{COMBINING GRAVE ACCENT}", "\N{COMBINING ACUTE ACCENT}", "\N{COMBINING HOOK ABOVE}", "\N{COMBINING TILDE}",
         "\N{COMBINING DOT BELOW}")  # fmt: skip
VOWELS = "aăâeêioôơuưy"
VIETNAMESE = sorted(
    {unicodedata.normalize("NFC", letter + tone) for v in VOWELS for letter in (v, v.upper()) for tone in TONES}
    - set("aeiouyAEIOUY")
    | {"đ", "Đ"}
)


def outlines(path: Path, letters):
    font = TTFont(path, fontNumber=0)
    glyphs, table = font.getGlyphSet(), font.getBestCmap()
    drawn = {}
    for letter in letters:
        pen = DecomposingRecordingPen(glyphs)
        glyphs[table[ord(letter)]].draw(pen)
        drawn[letter] = repr(pen.value)
    return drawn


def printed(tmp_path: Path, text: str, **look) -> Image.Image:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(240, 40))
    fonts.draw(canvas, 6, 12, text, 18, **look)
    canvas.save()
    pdf = tmp_path / "line.pdf"
    pdf.write_bytes(out.getvalue())
    subprocess.run(["pdftoppm", "-png", "-r", "150", str(pdf), str(tmp_path / "line")], check=True)
    return Image.open(tmp_path / "line-1.png").convert("L").copy()


def ink(picture: Image.Image) -> int:
    return sum(picture.histogram()[:128])


def differ(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is not None


def test_vietnamese_has_its_134_letters():
    assert len(VIETNAMESE) == 134


@pytest.mark.parametrize("bold", [False, True])
def test_no_two_vietnamese_letters_share_an_outline(bold):
    chosen = {fonts.runs(letter, bold)[0].font for letter in VIETNAMESE}
    drawn = outlines(fonts.FILES[chosen.pop()], VIETNAMESE)

    assert chosen == set()
    assert len(set(drawn.values())) == 134


def test_looking_at_outlines_finds_the_font_that_draws_two_letters_alike():
    drawn = outlines(fonts.FILES[fonts.CHINESE], VIETNAMESE)

    assert len(set(drawn.values())) < 134


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("pair", [("Hường", "Hướng"), ("Mỡ", "Mõ"), ("Đặng", "Đăng"), ("Thuỷ", "Thuỵ")])
def test_names_that_differ_in_one_mark_differ_on_paper(tmp_path, pair, bold):
    one, other = (printed(tmp_path, name, bold=bold) for name in pair)

    assert differ(one, other)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", ["髙", "﨑", "髙橋 﨑子", "邊", "欧阳娜娜", "王秀英", "𠮷野", "Nguyễn 髙", "김철수"])
def test_names_from_east_asia_have_ink_and_no_box(tmp_path, name, language):
    if all(not run.boxed for run in fonts.runs(name, language=language)):
        assert ink(printed(tmp_path, name, language=language)) > 60 * len(name.replace(" ", ""))
    else:
        pytest.fail(f"no font prints {name}")


def test_two_characters_that_look_alike_stay_two(tmp_path):
    assert differ(printed(tmp_path, "高橋"), printed(tmp_path, "髙橋"))
    assert differ(printed(tmp_path, "崎"), printed(tmp_path, "﨑"))


def test_japanese_site_prints_japanese_shapes():
    assert fonts.runs("直樹", language="ja")[0].font == fonts.JAPANESE
    assert fonts.runs("直樹", language="en")[0].font == fonts.CHINESE


def test_decomposed_name_prints_as_the_composed_one(tmp_path):
    name = "Nguyễn Thị Hường"

    assert fonts.runs(unicodedata.normalize("NFD", name)) == fonts.runs(name)


def test_character_that_no_font_has_is_printed_as_its_number_in_a_box(tmp_path):
    (boxed, rest) = fonts.runs("𪚥 Liu")
    nothing = printed(tmp_path, "")

    assert (boxed.text, boxed.boxed, rest.text) == ("U+2A6A5", True, " Liu")
    assert differ(printed(tmp_path, "𪚥"), nothing)


def test_text_is_split_into_runs_of_one_font_each():
    assert [(run.text, run.font) for run in fonts.runs("Lê 王 An")] == [
        ("Lê ", fonts.REGULAR),
        ("王", fonts.CHINESE),
        (" An", fonts.REGULAR),
    ]


def test_all_fonts_are_on_this_machine():
    assert fonts.missing_fonts() == []
    assert "fonts-noto-core" in fonts.APT
