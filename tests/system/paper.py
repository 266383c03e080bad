#!/usr/bin/env python3
"""What is printed: label sheets whose bar codes a reader reads from the page as a printer makes it.  usage: paper.py BUILD [SEED]"""
import json
import os
import subprocess

from harness import LIMIT_S, Stage, main

DPI = 300
MM = DPI / 25.4


class Page:
    """A page of a PDF as grey pixels."""

    def __init__(self, file, page=1, dpi=DPI):
        self.mm = dpi / 25.4
        made = subprocess.run(["pdftoppm", "-gray", "-r", str(dpi), "-f", str(page), "-l", str(page), file], capture_output=True, check=True, timeout=LIMIT_S).stdout
        kind, size, most, self.pixels = made.split(b"\n", 3)
        assert kind == b"P5" and most == b"255"
        self.width, self.height = map(int, size.split())
        self.file, self.page, self.dpi = file, page, dpi

    def codes(self):
        """What a reader of Code 39 reads on it."""
        image = f"{self.file}.{self.page}.pgm"
        with open(image, "wb") as out:
            out.write(b"P5\n%d %d\n255\n" % (self.width, self.height) + self.pixels)
        done = subprocess.run(["zbarimg", "--quiet", "--raw", "-Sdisable", "-Scode39.enable", image], capture_output=True, text=True, timeout=LIMIT_S)
        assert done.returncode == 0, done
        return sorted(set(done.stdout.split()))

    def row(self, y_mm):
        y = round(y_mm * self.mm)
        return self.pixels[y * self.width:(y + 1) * self.width]

    def dark_from_to(self):
        """The first and the last column, the first and the last row with ink, in millimetres."""
        rows = [y for y in range(self.height) if min(self.pixels[y * self.width:(y + 1) * self.width]) < 128]
        columns = [x for x in range(self.width) if any(self.pixels[y * self.width + x] < 128 for y in rows)]
        return columns[0] / self.mm, (columns[-1] + 1) / self.mm, rows[0] / self.mm, (rows[-1] + 1) / self.mm


def expected(first, count, media="L9"):
    return [f"{first[:1]}{int(first[1:]) + i:05}{media}" for i in range(count)]


def checked(file):
    done = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0 and "No syntax or stream encoding errors" in done.stdout, done


class Desk:
    def __init__(self, stage):
        self.stage = stage

    def labels(self, *words, code=0, says=()):
        file = os.path.join(self.stage.folder, "sheet.pdf")
        if os.path.exists(file):
            os.remove(file)
        done = self.stage.run("rsm", "media", "labels", "--pdf", file, *words, check=False)
        shown = f"{words}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        assert done.returncode == code, shown
        for part in [says] if isinstance(says, str) else says:
            assert part in done.stdout + done.stderr, shown
        if code == 0:
            checked(file)
        assert os.path.exists(file) == (code == 0), shown
        return file


def sheets(desk):
    for name, labels in (("a4-70x17", 51), ("letter", 48), ("80x20+2*12+5,10", 24)):
        file = desk.labels("--from", "B00001", "--count", labels, "--type", "L9", "--sheet", name, says=[f"{labels} labels, B00001L9 to", "on 1 page"])
        assert Page(file).codes() == expected("B00001", labels), name
    file = desk.labels("--from", "B00001", "--count", 51, "--type", "L9", "--colored")
    assert Page(file, dpi=600).codes() == expected("B00001", 51)
    # Every character that a label may have.
    for first in ("ABCDEF", "GHIJKL", "MNOPQR", "STUVWX", "YZ0123", "456789"):
        assert Page(desk.labels("--from", first, "--type", "LZ")).codes() == [first + "LZ"]
    # Two pages, the first one begun: 3 + 2.
    file = desk.labels("--from", "B00001", "--count", 5, "--type", "M8", "--skip", 48, says="on 2 pages")
    assert Page(file).codes() == expected("B00001", 3, "M8") and Page(file, 2).codes() == expected("B00004", 2, "M8")


def by_pixels(desk):
    """--skip leaves places white, an offset and a scale move what is drawn."""
    whole = Page(desk.labels("--from", "B00001", "--count", 51, "--type", "L9")).dark_from_to()
    skipped = Page(desk.labels("--from", "B00001", "--count", 45, "--type", "L9", "--skip", 6)).dark_from_to()
    assert abs(skipped[2] - whole[2] - 2 * 16.9) < 0.2 and abs(skipped[3] - whole[3]) < 0.1, (whole, skipped)  # two rows of three lower
    moved = Page(desk.labels("--from", "B00001", "--count", 51, "--type", "L9", "--offset", "-1.5,2.25")).dark_from_to()
    for one, other, by in zip(whole, moved, (-1.5, -1.5, 2.25, 2.25)):
        assert abs(other - one - by) < 0.1, (whole, moved)
    test = Page(desk.labels("--test-page", "--offset", "3,4", "--scale", "1.02,0.97"))
    # The left and right side of the square, 100 mm apart, and its upper one.
    row = [x for x, ink in enumerate(test.row(110)) if ink < 64]
    assert abs(row[0] / test.mm - (55 * 1.02 + 3)) < 0.15 and abs((row[-1] + 1) / test.mm - (155 * 1.02 + 3)) < 0.15, (row[0], row[-1])
    column = [y for y in range(test.height) if test.pixels[y * test.width + round(100 * 1.02 * test.mm)] < 64]
    assert abs(column[0] / test.mm - (60 * 0.97 + 4)) < 0.15, column[0]


def refused(desk):
    one = ("--from", "B00001", "--type", "L9")
    for words, says in [(("--from", "B000001", "--type", "L9"), "6 + 2"), (("--from", "b00001", "--type", "L9"), "A to Z"), (("--from", "B0000*", "--type", "L9"), "A to Z"),
                        (("--from", "B00001", "--type", "XX"), "L1 to L9"), ((*one, "--count", 0), "1 to 1000"), (("--from", "B99999", "--type", "L9", "--count", 2), "no number behind"),
                        ((*one, "--skip", 51), "0 to 50"), ((*one, "--sheet", "a5"), "a4-70x17"), ((*one, "--sheet", "70x10+3*17+0,5"), "14.9 mm"), ((*one, "--sheet", "40x17+3*17+0,5"), "43 mm"),
                        ((*one, "--sheet", "70x17+4*17+0,5"), "neither on A4"), ((*one, "--offset", "1"), "X,Y"), ((*one, "--scale", "2,1"), "0.8 to 1.25")]:
        desk.labels(*words, code=4, says=says)
    # A label of 73 mm and more has bars as IBM wants them.
    done = desk.stage.run("rsm", "media", "labels", "--pdf", desk.stage.folder + "/wide.pdf", *one, "--sheet", "74x17+2*10+5,5")
    assert "narrow" not in done.stderr, done
    desk.labels(*one, says="narrow bars are 0.40 mm")


def against_the_catalog(desk):
    """Two cartridges with one code are confused."""
    stage = desk.stage
    desk.labels("--from", "A00001", "--type", "L9", "--count", 3, says="was not looked at")
    stage.start()
    stage.wait_identified()
    desk.labels("--from", "A00003", "--type", "L9", "--count", 3, code=4, says=["A00003", "--reprint"])
    desk.labels("--from", "A00003", "--type", "L9", "--count", 3, "--reprint")
    said = desk.stage.run("rsm", "--json", "media", "labels", "--pdf", stage.folder + "/new.pdf", "--from", "A00005", "--type", "L9").stdout
    assert json.loads(said) == {"file": stage.folder + "/new.pdf", "labels": ["A00005L9"], "pages": 1}, said


def text_of(file):
    return subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True, timeout=LIMIT_S).stdout


def reports(desk):
    """The same rows as text, CSV, JSON and PDF; a planted missing, surplus and double cartridge."""
    stage = desk.stage
    stage.run("rsm", "media", "mount", "A00001:0")
    stage.run("rsm", "media", "dismount", "A00001:0", "--wait")
    said = {}
    for what, names in (("shelf", ["A00001", "A00004"]), ("drives", ["Jukebox drive 0"]), ("errors", []), ("pools", ["Free", "Import"])):
        rows = json.loads(stage.run("rsm", "report", what, "--json").stdout)
        table, csv = stage.run("rsm", "report", what).stdout, stage.run("rsm", "report", what, "--csv").stdout
        file = os.path.join(stage.folder, what + ".pdf")
        stage.run("rsm", "report", what, "--pdf", file)
        checked(file)
        printed = text_of(file)
        for name in names:
            assert name in table and name in csv and name in printed and any(name in row.values() for row in rows), (what, name, table, csv, printed, rows)
        assert len(csv.split("\n")) == len(rows) + 2, csv
        said[what] = rows
    drive = next(row for row in said["drives"] if row["drive"] == "Jukebox drive 0")
    assert sum(row["mounts"] for row in said["drives"]) >= 1 and drive["condition"] == "ready", said["drives"]
    assert sum(row["mounts"] for row in json.loads(stage.run("rsm", "report", "drives", "--json", "--since", "0s").stdout)) == 0
    assert [row["barcode"] for row in said["shelf"]] == ["A00001", "A00002", "A00003", "A00004"] and said["shelf"][0]["place"] == "slot 0", said["shelf"]
    stage.run("rsm", "report", "shelf", "--library", "Jukebox")
    for words in (("shelf", "--csv", "--json"), ("drives", "--since", "yesterday"), ("reconcile",), ("reconcile", "--scan", "/nowhere/list")):
        assert stage.run("rsm", "report", *words, check=False).returncode in (4, 5), words
    reconcile(desk)


def reconcile(desk):
    stage = desk.stage
    scan = os.path.join(stage.folder, "scan.txt")

    def scanned(*codes):
        with open(scan, "w", encoding="utf-8") as out:
            out.write("".join(code + "\r\n" for code in codes))
        done = stage.run("rsm", "report", "reconcile", "--scan", scan, "--library", "Jukebox", check=False)
        return done.returncode, done.stdout

    code, text = scanned("A00001", "A00002", "A00003", "A00004")
    assert code == 0 and "EQUAL: 4 present, 0 missing" in text, text
    code, text = scanned("A00001", "A00002", "B00001", "A00004", "A00002")
    assert code == 4 and "NOT EQUAL: 3 present, 1 missing, 1 surplus, 1 scanned more than once" in text, text
    for bar_code, what in (("A00003", "missing"), ("B00001", "surplus"), ("A00002", "twice")):
        assert any(line.split()[:2] == [bar_code, what] for line in text.split("\n")), text
    file = os.path.join(stage.folder, "certificate.pdf")
    assert stage.run("rsm", "report", "reconcile", "--scan", scan, "--library", "Jukebox", "--pdf", file, check=False).returncode == 4
    checked(file)
    assert "A00003" in text_of(file) and "NOT EQUAL" in text_of(file)


def test(build, rng):
    with Stage(build, cartridges=4, sides=1, volumes="user") as stage:
        desk = Desk(stage)
        sheets(desk)
        by_pixels(desk)
        refused(desk)
        against_the_catalog(desk)
        reports(desk)


if __name__ == "__main__":
    main(test)
