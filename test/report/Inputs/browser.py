"""browser.py CHROMIUM FILE FOLDER: what a browser makes of a page or a picture."""
import os
import re
import struct
import subprocess
import sys
import zlib


def run(chromium, folder, *arguments):
    base = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            "--user-data-dir=" + os.path.join(folder, "profile")]
    done = subprocess.run(base + list(arguments), capture_output=True, timeout=300)
    if done.returncode:
        sys.exit("%s: status %d: %s" % (arguments, done.returncode, done.stderr[-500:]))
    return done.stdout.decode()


def pixels(path):
    """The rows of an 8-bit RGB(A) PNG as lists of colours."""
    data = open(path, "rb").read()
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack(">IIBB", data[at + 8:at + 18])
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += size + 12
    step = {2: 3, 6: 4}[color]
    assert depth == 8
    raw, before, rows = zlib.decompress(packed), bytearray(width * step), []
    for y in range(height):
        line = bytearray(raw[y * (width * step + 1) + 1:(y + 1) * (width * step + 1)])
        kind = raw[y * (width * step + 1)]
        for x in range(len(line)):
            a, b, c = line[x - step] if x >= step else 0, before[x], before[x - step] if x >= step else 0
            if kind == 1:
                line[x] = line[x] + a & 255
            elif kind == 2:
                line[x] = line[x] + b & 255
            elif kind == 3:
                line[x] = line[x] + (a + b) // 2 & 255
            elif kind == 4:
                p, q, r = abs(b - c), abs(a - c), abs(a + b - 2 * c)
                line[x] = line[x] + (a if p <= q and p <= r else b if q <= r else c) & 255
        rows.append([bytes(line[x:x + 3]) for x in range(0, len(line), step)])
        before = line
    return rows


POINT = """<script>var b=document.querySelector('svg.tweed .b[data-o="2"]');
b.dispatchEvent(new MouseEvent("mouseover",{bubbles:true}));var here=document.querySelectorAll(".b.here");
document.title="pointed at: here "+document.querySelector("svg.tweed").querySelectorAll(".b.here").length+", "+
(Array.from(here).every(function(e){return e.getAttribute("data-o")==="2"})?"of the same op":"of others");</script></body>"""


def main():
    chromium, path, folder = sys.argv[1:4]
    os.makedirs(folder, exist_ok=True)
    url = "file://" + os.path.abspath(path)
    for scheme, number in (("light", 1), ("dark", 0)):
        shot = os.path.join(folder, scheme + ".png")
        run(chromium, folder, "--screenshot=" + shot, "--window-size=1000,600",
            "--blink-settings=preferredColorScheme=%d" % number, url)
        rows = pixels(shot)
        colors = {c for row in rows for c in row}
        print("%s: ground #%s, %d colours" % (scheme, rows[2][2].hex(), len(colors)))
        if len(colors) < 20:
            sys.exit("nothing is drawn")
    if not path.endswith(".html"):
        return
    pointed = os.path.join(folder, "pointed.html")
    with open(path, encoding="utf-8") as a, open(pointed, "w", encoding="utf-8") as b:
        b.write(a.read().replace("</body>", POINT))
    dom = run(chromium, folder, "--dump-dom", "file://" + os.path.abspath(pointed))
    print(re.search("<title>(.*?)</title>", dom)[1])
    pdf = os.path.join(folder, "page.pdf")
    run(chromium, folder, "--print-to-pdf=" + pdf, url)
    print("printed: %d pages" % len(re.findall(rb"/Type\s*/Page\b", open(pdf, "rb").read())))


if __name__ == "__main__":
    main()
