#!/usr/bin/env python3
"""Writes src/language/Expressions/Dates/{locales,zones,weeks}.txt from the Unicode locale data of an installed ICU 72 (CLDR 42).

The product itself is independent of the machine's locale data, so that a date reads the same everywhere.
"""
import ctypes
import pathlib

COMMON = ctypes.CDLL("libicuuc.so.72")
ICU = ctypes.CDLL("libicui18n.so.72")
VERSION = "_72"
TARGET = pathlib.Path(__file__).resolve().parent.parent / "src/language/Expressions/Dates"

LANGUAGES = """en fr de es it pt nl ru ja zh ko ar tr pl sv da nb no fi cs hu el he hi th uk ro bg hr sk sl sr et lv lt vi id ms ca fa bn ta
 af sw eu gl ga cy is hy ka kk mk sq az be bs mn ne ur uz fil""".split()
REGIONS = """en_GB en_AU en_CA en_IN en_IE en_NZ en_ZA en_SG en_HK fr_CA fr_CH fr_BE fr_LU de_AT de_CH de_LI es_MX es_AR es_CL es_CO es_US es_PE
 pt_PT it_CH nl_BE zh_TW zh_HK zh_SG ar_EG ar_SA ar_MA ar_AE""".split()
# Names: months, short, narrow, the same standing alone, days, short, narrow, the same standing alone, half-days, eras short and long, quarters, short.
SYMBOLS = [1, 2, 8, 10, 11, 12, 3, 4, 9, 13, 14, 15, 5, 0, 7, 16, 17]
DAYS = {3, 4, 9, 13, 14, 15}


def call(name, result, *arguments):
    function = getattr(ICU if hasattr(ICU, name + VERSION) else COMMON, name + VERSION)
    function.restype = result
    return function(*arguments)


def utf16(text):
    data = (text + "\0").encode("utf-16-le")
    return ctypes.create_string_buffer(data, len(data))


def text_of(fill):
    buffer = ctypes.create_string_buffer(1024)
    status = ctypes.c_int(0)
    length = fill(buffer, 500, ctypes.byref(status))
    if status.value > 0:
        raise RuntimeError(status.value)
    return buffer.raw[: 2 * length].decode("utf-16-le")


def opened(time_style, date_style, locale, zone="UTC", pattern=None):
    status = ctypes.c_int(0)
    given = utf16(pattern) if pattern else None
    formatter = call("udat_open", ctypes.c_void_p, time_style, date_style, locale.encode(), utf16(zone), -1, given, -1 if pattern else 0, ctypes.byref(status))
    if status.value > 0:
        raise RuntimeError(status.value)
    return ctypes.c_void_p(formatter)


def symbols(formatter, kind):
    count = call("udat_countSymbols", ctypes.c_int, formatter, kind)
    first = 1 if kind in DAYS else 0
    return [text_of(lambda b, n, s: call("udat_getSymbols", ctypes.c_int, formatter, kind, i, b, n, s)) for i in range(first, count)]


def locale_fields(locale):
    base = (locale or "root") + "@calendar=gregorian;numbers=latn"
    formatter = opened(3, 3, base)
    fields = ["|".join(symbols(formatter, kind)) for kind in SYMBOLS]
    for style in range(4):
        fields.append(text_of(lambda b, n, s: call("udat_toPattern", ctypes.c_int, opened(style, style, base), 0, b, n, s)))
    return fields


def locales():
    lines, known = [], {}
    for locale in [""] + LANGUAGES + REGIONS:
        fields = locale_fields(locale)
        parent = known.get(locale.split("_")[0]) if "_" in locale else known.get("")
        known[locale] = fields
        # A field that says the same as the parent's is left empty; the root has all.
        lines.append("\t".join([locale] + [f if not locale or f != parent[i] else "" for i, f in enumerate(fields)]))
    return lines


def zones():
    status = ctypes.c_int(0)
    names = {}
    listing = call("ucal_openTimeZones", ctypes.c_void_p, ctypes.byref(status))
    while True:
        length = ctypes.c_int(0)
        zone = call("uenum_next", ctypes.c_char_p, ctypes.c_void_p(listing), ctypes.byref(length), ctypes.byref(status))
        if zone is None:
            break
        zone = zone.decode()
        january, july = 1704110400000.0, 1719835200000.0

        def named(pattern, at):
            formatter = opened(-2, -2, "en", zone, pattern)
            return text_of(lambda b, n, s: call("udat_format", ctypes.c_int, formatter, ctypes.c_double(at), b, n, None, s))

        both = sorted({named("zzzz", january), named("zzzz", july)}, key=lambda n: ("Summer" in n or "Daylight" in n, n))
        if both[0].startswith("GMT+") or both[0].startswith("GMT-"):
            continue
        names.setdefault("|".join([both[0], both[-1], named("vvvv", january)]), []).append(zone)
    return [f"{name}\t{' '.join(sorted(ids))}" for name, ids in sorted(names.items())]


def weeks():
    groups = {}
    for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            status = ctypes.c_int(0)
            calendar = call("ucal_open", ctypes.c_void_p, utf16("UTC"), -1, f"und_{a}{b}".encode(), 1, ctypes.byref(status))
            first = call("ucal_getAttribute", ctypes.c_int, ctypes.c_void_p(calendar), 1)
            days = call("ucal_getAttribute", ctypes.c_int, ctypes.c_void_p(calendar), 2)
            groups.setdefault((first, days), []).append(a + b)
    default = max(groups, key=lambda g: len(groups[g]))
    return [f"{first}\t{days}\t{'*' if (first, days) == default else ' '.join(regions)}" for (first, days), regions in sorted(groups.items())]


def write(name, lines):
    (TARGET / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write("locales.txt", locales())
    write("zones.txt", zones())
    write("weeks.txt", weeks())
