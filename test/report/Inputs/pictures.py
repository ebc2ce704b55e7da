"""pictures.py PAGE.html SHEET.svg [BYTES]: both are well-formed XML, need nothing from elsewhere, hold no script but their own,
and what is drawn lies inside its picture. No file is larger than BYTES."""
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def tag(element):
    return element.tag.split("}")[-1]


def check_inside(svg, path):
    """Rectangles lie in the svg element that holds them."""
    width, height = float(svg.get("width")), float(svg.get("height"))
    for child in svg:
        if tag(child) == "svg":
            if float(child.get("x", 0)) + float(child.get("width")) > width + 1:
                sys.exit("%s: a picture is wider than its sheet" % path)
            if float(child.get("y", 0)) + float(child.get("height")) > height + 1:
                sys.exit("%s: a picture is higher than its sheet" % path)
            continue
        for rect in [child] if tag(child) == "rect" else child.iter(SVG + "rect"):
            if rect.get("width", "").endswith("%"):
                continue
            x, y, w, h = (float(rect.get(k)) for k in ("x", "y", "width", "height"))
            if x < 0 or y < 0 or x + w > width + 3 or y + h > height + 1:
                sys.exit("%s: a bar is outside its picture: %s of %s x %s" % (path, rect.attrib, width, height))


def check(path, most):
    text = open(path, encoding="utf-8").read()
    if os.path.getsize(path) > most:
        sys.exit("%s has %d bytes" % (path, os.path.getsize(path)))
    root = ElementTree.fromstring(re.sub("<!DOCTYPE html>", "", text))
    known = {"http://www.w3.org/2000/svg"}
    outside = set(re.findall(r"https?://[^\s\"'<>]*", text)) - known
    if outside or re.search(r"@import|url\(|src=|href=", text):
        sys.exit("%s: needs something from elsewhere: %s" % (path, outside))
    scripts = [e for e in root.iter() if tag(e) == "script"]
    if len(scripts) > (1 if path.endswith(".html") else 0):
        sys.exit("%s: foreign script" % path)
    pictures = [e for e in root.iter() if tag(e) == "svg"]
    bars = [e for e in root.iter(SVG + "g") if e.get("class", "").startswith("b ")]
    if not pictures or not bars or not all(bar[0].tag == SVG + "title" for bar in bars):
        sys.exit("%s: no pictures, no bars, or bars that don't say what they are" % path)
    for picture in pictures:
        check_inside(picture, path)


for file in sys.argv[1:3]:
    check(file, int(sys.argv[3]) if len(sys.argv) > 3 else 500000)
