#!/usr/bin/env python3
"""Makes the pictures in docs/images from bundled samples.

    python3 tests/generators/pictures.py [FOLDER]

Needs cargo, chromium and chromedriver; nothing but Python's own library. FOLDER is docs/images unless it is given.
The reports are opened in headless chromium; what a terminal shows is turned from escape sequences into HTML first.
"""

import base64
import html
import json
import re
import struct
import subprocess
import sys
import tempfile
import urllib.request
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = "sample-dumps/windows-2gb.dmp.zst"

# name, width, height, colours
REPORTS = [
    ("report-light", 1280, 1250, "light"),
    ("report-dark", 1280, 1250, "dark"),
    ("report-narrow", 400, 1250, "light"),
]
# name, lines to keep, what one types, and what makes the output that of a terminal
TERMINALS = [
    ("terminal-map", None, ["map", SAMPLE], ["--unicode", "--width", "100"]),
    ("terminal-report", 46, ["report", SAMPLE], []),
]


# ---- the browser -------------------------------------------------------------------------------------------------


class Browser:
    """A chromium that chromedriver drives on the loopback interface."""

    def __init__(self, profile):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        port = next(found[1] for line in self.driver.stdout if (found := re.search(r"on port (\d+)\.$", line.strip())))
        self.session = f"http://127.0.0.1:{port}/session"
        arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--no-first-run",
            "--force-color-profile=srgb",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={profile}",
        ]
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": arguments}}}}
        self.session += "/" + self.post("", wanted)["sessionId"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            urllib.request.urlopen(urllib.request.Request(self.session, method="DELETE"), timeout=20)
        finally:
            self.driver.terminate()
            self.driver.wait()

    def post(self, command, body):
        request = urllib.request.Request(
            self.session + command, json.dumps(body).encode(), {"content-type": "application/json"}
        )
        return json.load(urllib.request.urlopen(request, timeout=60))["value"]

    def devtools(self, command, **parameters):
        return self.post("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def run(self, script):
        return self.post("/execute/async", {"script": script, "args": []})

    def open(self, file, width, height, colours):
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": colours}])
        self.post("/url", {"url": f"file://{file}"})

    def picture(self, **parameters):
        return base64.b64decode(self.devtools("Page.captureScreenshot", format="png", **parameters)["data"])


# ---- what a terminal shows, as HTML ------------------------------------------------------------------------------

BASIC = [
    "#1e1e1e",
    "#e06c75",
    "#8cc265",
    "#d9a85b",
    "#61a0f0",
    "#c678dd",
    "#4fb8c4",
    "#d4d4d4",
    "#7f848e",
    "#ff8b92",
    "#a5e075",
    "#f0c674",
    "#7fb8ff",
    "#de9bf0",
    "#6cd7e3",
    "#ffffff",
]
PAGE = """<!DOCTYPE html><meta charset="utf-8"><style>
body {{ margin: 0; background: {background}; }}
pre {{ margin: 0; padding: 14px 18px; width: max-content; color: {text};
      font: 14px/1.17 "DejaVu Sans Mono", monospace; }}
</style><pre>{content}</pre>"""


def indexed(number):
    """The colour of xterm's palette of 256."""
    if number < 16:
        return BASIC[number]
    if number >= 232:
        level = 8 + 10 * (number - 232)
        return f"rgb({level},{level},{level})"
    number -= 16
    levels = [0, 95, 135, 175, 215, 255]
    return f"rgb({levels[number // 36]},{levels[number // 6 % 6]},{levels[number % 6]})"


class Style:
    """What select-graphic-rendition sequences have set."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.colour = self.background = None
        self.bold = self.dim = self.underline = self.reverse = False

    def apply(self, codes):
        codes = list(codes)
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code in (1, 22):
                self.bold = code == 1
                self.dim = self.dim and code == 1
            elif code == 2:
                self.dim = True
            elif code in (4, 24):
                self.underline = code == 4
            elif code in (7, 27):
                self.reverse = code == 7
            elif code in (38, 48):
                self.extended(code == 38, codes)
            elif code in (39, 49):
                self.set(code == 39, None)
            elif code % 10 < 8 and code // 10 in (3, 4, 9, 10):
                bright = 8 if code >= 90 else 0
                self.set(code // 10 in (3, 9), BASIC[code % 10 + bright])
            else:
                raise ValueError(f"escape sequence of code {code}")

    def extended(self, foreground, codes):
        if codes.pop(0) == 5:
            self.set(foreground, indexed(codes.pop(0)))
        else:
            red, green, blue = codes.pop(0), codes.pop(0), codes.pop(0)
            self.set(foreground, f"rgb({red},{green},{blue})")

    def set(self, foreground, colour):
        if foreground:
            self.colour = colour
        else:
            self.background = colour

    def css(self):
        colour, background = self.colour, self.background
        if self.reverse:
            colour, background = background or BASIC[0], colour or BASIC[7]
        parts = [
            ("color", colour),
            ("background", background),
            ("font-weight", "bold" if self.bold else None),
            ("opacity", "0.6" if self.dim else None),
            ("text-decoration", "underline" if self.underline else None),
        ]
        return ";".join(f"{name}:{value}" for name, value in parts if value)


def as_html(text):
    style, out = Style(), []
    for index, part in enumerate(re.split(r"\x1b\[([0-9;]*)m", text)):
        if index % 2:
            style.apply(int(code or 0) for code in part.split(";"))
        elif part:
            css = style.css()
            out.append(f'<span style="{css}">{html.escape(part)}</span>' if css else html.escape(part))
    return PAGE.format(background=BASIC[0], text=BASIC[7], content="".join(out))


# ---- small PNG files ---------------------------------------------------------------------------------------------


def rows_of(png):
    """Width, height, bytes per pixel, and the rows of an 8-bit PNG without interlacing."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert depth == 8 and kind in (2, 6), "a PNG of 8 bits per channel"
    size, at, data = {2: 3, 6: 4}[kind], 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    raw, rows, above, stride = zlib.decompress(data), [], bytes(width * size), width * size
    for line in range(height):
        start = line * (stride + 1)
        above = unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), above, size)
        rows.append(bytes(above))
    return width, height, size, rows


def unfiltered(kind, row, above, size):
    for i in range(len(row)) if kind else ():
        left, up, corner = (row[i - size] if i >= size else 0), above[i], (above[i - size] if i >= size else 0)
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            p = left + up - corner
            guess = min((abs(p - left), 0, left), (abs(p - up), 1, up), (abs(p - corner), 2, corner))[2]
        row[i] = (row[i] + guess) & 255
    return row


def small(png):
    """The same picture with a palette of its 256 most frequent colours; others become the nearest of them."""
    width, height, size, rows = rows_of(png)
    pixels = [[row[i : i + 3] for i in range(0, len(row), size)] for row in rows]
    counts = {}
    for row in pixels:
        for pixel in row:
            counts[pixel] = counts.get(pixel, 0) + 1
    palette = sorted(counts, key=counts.get, reverse=True)[:256]
    nearest = {colour: index for index, colour in enumerate(palette)}
    for colour in counts.keys() - nearest.keys():
        distances = [sum((a - b) ** 2 for a, b in zip(colour, other)) for other in palette]
        nearest[colour] = distances.index(min(distances))
    data = b"".join(b"\0" + bytes(nearest[pixel] for pixel in row) for row in pixels)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", b"".join(palette)),
        (b"IDAT", zlib.compress(data, 9)),
        (b"IEND", b""),
    ]
    pack = lambda name, body: struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return png[:8] + b"".join(pack(name, body) for name, body in chunks)


# ---- the pictures ------------------------------------------------------------------------------------------------

READY = """const done = arguments[0], check = () => document.documentElement.dataset.ready === "1" ?
    requestAnimationFrame(() => requestAnimationFrame(() => done(true))) : setTimeout(check, 20); check();"""
SIZE = """const box = document.querySelector("pre").getBoundingClientRect();
    arguments[0]([Math.ceil(box.width), Math.ceil(box.height)]);"""


def fragscope(*arguments):
    command = ["cargo", "run", "-q", "--", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def reports(browser, scratch):
    file = scratch / "report.html"
    file.write_text(fragscope("report", SAMPLE, "--format", "html"))
    for name, width, height, colours in REPORTS:
        browser.open(file, width, height, colours)
        browser.run(READY)
        yield name, browser.picture()


def terminals(browser, scratch):
    for name, lines, typed, more in TERMINALS:
        shown = fragscope(*typed, *more, "--color", "always").splitlines()[:lines]
        prompt = f'\x1b[1m$ fragscope {" ".join(typed)}\x1b[0m'
        file = scratch / f"{name}.html"
        file.write_text(as_html("\n".join([prompt, *shown])))
        browser.open(file, 1600, 1200, "dark")
        width, height = browser.run(SIZE)
        yield name, browser.picture(
            clip={"x": 0, "y": 0, "width": width, "height": height, "scale": 1}, captureBeyondViewport=True
        )


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/images"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch, Browser(f"{scratch}/profile") as browser:
        for make in (reports, terminals):
            for name, png in make(browser, Path(scratch)):
                file = folder / f"{name}.png"
                file.write_bytes(small(png))
                print(f"{file}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
