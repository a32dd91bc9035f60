"""The user agents of a made-up world: phones as people have them, a few desktops, and crawlers that say so."""

from __future__ import annotations

from typing import Final

from numpy.random import Generator

_ANDROID_MODELS: Final = (
    *("SM-A145F", "SM-A546B", "SM-A055F", "SM-A256E", "SM-S918B", "SM-S911B", "SM-A135F", "SM-A346E"),
    *("SM-A047F", "SM-G991B", "SM-A127F", "SM-A236U", "SM-S921U", "SM-S928U", "SM-A156U", "SM-G781U"),
    *("2201117TG", "23021RAAEG", "22120RN86G", "23053RN02A", "2312DRA50G", "23106RN0DA", "M2101K6G"),
    *("CPH2565", "CPH2591", "CPH2387", "CPH2577", "CPH2471", "RMX3830", "RMX3760", "RMX3511", "RMX3834"),
    *("V2207", "V2249", "V2310", "V2111", "Infinix X6525", "Infinix X6836", "Infinix X678B", "TECNO BG6"),
    *("TECNO KI5q", "TECNO CK7n", "itel A665L", "moto g54 5G", "moto g play - 2023", "moto g24", "XT2413-2"),
    *("Pixel 6a", "Pixel 7", "Pixel 7a", "Pixel 8", "Pixel 8 Pro", "Pixel 9", "ANE-LX1", "JNY-LX1"),
    *("LM-Q730", "LM-K410", "Nokia G21", "TA-1456", "ASUS_AI2205", "SO-51D", "KB2005", "NE2213", "CPH2417"),
)
_TABLETS: Final = ("SM-T220", "SM-X200", "SM-T505", "SM-X110", "TB310FU", "TB128FU", "KFTRWI", "M2105K81AC")
_IPHONE_VERSIONS: Final = (
    "15_8",
    "16_3",
    "16_6",
    "16_7_8",
    "17_1",
    "17_3",
    "17_4_1",
    "17_5_1",
    "17_6",
    "18_1",
)
_CHROMES: Final = ("109.0.5414.86", "114.0.5735.196", "119.0.6045.193", "121.0.6167.178", "124.0.6367.179")
_APPS: Final = ("320403", "330902", "340203", "340805", "350104", "350505")
_DESKTOPS: Final = (
    *("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; CrOS x86_64 14541.0.0"),
    "X11; Linux x86_64",
)
CRAWLERS: Final = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
    "python-requests/2.31.0",
    "Scrapy/2.11.2 (+https://scrapy.org)",
    "curl/8.5.0",
)
PHONES: Final = 700  # of the list, the first so many are phones; by rank of popularity
_DESKTOP_CHROMES: Final = ("120.0.0.0", "124.0.0.0", "131.0.0.0", "138.0.0.0")


def phones(rng: Generator) -> list[str]:
    """Phones by falling popularity, each a model with its system and its version of the app."""
    android = [
        _android(model, chrome, app, 9 + (place * 7 + index) % 6)
        for index, model in enumerate(_ANDROID_MODELS)
        for place, (chrome, app) in enumerate((c, a) for c in _CHROMES for a in _APPS[::2])
    ]
    apple = [_iphone(version, app, place) for version in _IPHONE_VERSIONS for place, app in enumerate(_APPS)]
    mixed = [*android, *apple]
    order = rng.permutation(len(mixed))
    # Fewer kinds of iPhone are in more hands: they stand in front more often.
    ranks = sorted(range(len(mixed)), key=lambda at: order[at] * (0.25 if at >= len(android) else 1.0))
    return [mixed[at] for at in ranks[:PHONES]]


def tablets() -> list[str]:
    """Cheap tablets, as schools buy them."""
    return [_android(model, _CHROMES[2], _APPS[1], 13) for model in _TABLETS]


def desktops() -> list[str]:
    """Browsers on desks."""
    return [
        f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{chrome} Safari/537.36"
        for system in _DESKTOPS
        for chrome in _DESKTOP_CHROMES
    ]


def _android(model: str, chrome: str, app: str, version: int) -> str:
    return (
        f"Mozilla/5.0 (Linux; Android {version}; {model} Build/{_build(version, model)}; wv) AppleWebKit/537.36 "
        f"(KHTML, like Gecko) Version/4.0 Chrome/{chrome} Mobile Safari/537.36 trill_{app} "
        "JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/musical_ly ByteLocale/en"
    )


def _build(version: int, model: str) -> str:
    return f"{'PQRSTUA'[version - 9]}P1A.{200_000 + sum(map(ord, model)) * 17 % 40_000}.0{len(model)}"


def _iphone(version: str, app: str, place: int) -> str:
    return (
        f"Mozilla/5.0 (iPhone; CPU iPhone OS {version} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        f"Mobile/15E148 musical_ly_{app[:2]}.{app[3]}.{place} JsSdk/2.0 NetType/WIFI Channel/App Store "
        "ByteLocale/en Region/US FalconTag/"
    )
