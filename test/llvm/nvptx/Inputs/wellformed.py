"""wellformed.py PAGE: the page has pictures, each of them is well-formed XML, and no tag is left open."""
import re
import sys
import xml.dom.minidom

text = open(sys.argv[1], encoding="utf-8").read()
pictures = re.findall(r"<svg.*?</svg>", text, re.S)
assert len(pictures) >= 4, pictures
for picture in pictures:
    xml.dom.minidom.parseString(picture)
for tag in ("section", "table", "tr", "dl", "div", "pre", "figure", "p", "h1", "h2", "svg", "details"):
    opened, closed = len(re.findall(r"<%s[ >]" % tag, text)), text.count("</%s>" % tag)
    assert opened == closed, (tag, opened, closed)
