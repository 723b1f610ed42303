"""Where people live, what they are called and what they browse with.

Phone numbers come from the ranges that countries keep for films where there is one (US 555-01xx,
Germany's Bundesnetzagentur, France's Arcep), and mail domains end in .example.
"""

from __future__ import annotations

from typing import NamedTuple


class City(NamedTuple):
    """A city with a postal code of its own."""

    name: str
    region: str
    zip: str
    area_code: str


class Country(NamedTuple):
    """What is usual in a country. In a phone pattern `{n}` is the last digits."""

    code: str
    digits: int  # how many digits `{n}` has
    national: str
    international: str
    locales: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    cities: tuple[City, ...]
    networks: tuple[str, ...]  # first two parts of public IPv4 addresses


US = Country(
    code="US",
    digits=2,
    national="({area}) 555-01{n}",
    international="+1{area}55501{n}",
    locales=("en-US", "en-US", "en-US", "es-US"),
    first_names=(
        *("James", "Maria", "Robert", "Linda", "Michael", "Jennifer", "David", "Ashley"),
        *("Carlos", "Emily", "Darnell", "Grace", "Tyler", "Aaliyah", "Zo\u00eb", "Liam"),
    ),
    last_names=(
        *("Smith", "Johnson", "Garcia", "Brown", "Davis", "Martinez", "Lopez", "Wilson"),
        *("O'Connor", "Nguyen", "Taylor", "St. John", "Lee", "Walker", "Young", "Allen"),
    ),
    cities=(
        City("New York", "NY", "10001", "212"),
        City("Los Angeles", "CA", "90012", "213"),
        City("Chicago", "IL", "60601", "312"),
        City("Houston", "TX", "77002", "713"),
        City("Seattle", "WA", "98101-2304", "206"),
        City("St. Louis", "MO", "63101", "314"),
    ),
    networks=("73.162", "98.14", "24.5", "172.58"),
)
INDIA = Country(
    code="IN",
    digits=4,
    national="0{area}4 3{n}",
    international="+91{area}43{n}",
    locales=("en-IN", "hi-IN", "en-IN"),
    first_names=(
        *("Aarav", "Priya", "Vihaan", "Ananya", "Rohan", "Diya", "Arjun", "Kavya"),
        *("Aditya", "Meera", "Rahul", "Nisha"),
    ),
    last_names=(
        *("Sharma", "Patel", "Singh", "Reddy", "Iyer", "Das", "Gupta", "Nair"),
        *("Khan", "Mehta", "Bose", "Joshi"),
    ),
    cities=(
        City("New Delhi", "DL", "110001", "9876"),
        City("Mumbai", "MH", "400001", "9820"),
        City("Bengaluru", "KA", "560001", "9845"),
        City("Chennai", "TN", "600001", "9840"),
        City("Kolkata", "WB", "700001", "9830"),
    ),
    networks=("49.36", "106.51", "117.200", "157.48"),
)
GERMANY = Country(
    code="DE",
    digits=3,
    national="0{area} {n}",
    international="+49{area}{n}",
    locales=("de-DE", "de-DE", "en-DE"),
    first_names=(
        *("Anna", "J\u00fcrgen", "Lea", "Maximilian", "S\u00f6ren", "Hannah", "Felix", "Marie"),
        *("Karl-Heinz", "Emma", "Lukas", "Aylin"),
    ),
    last_names=(
        *("M\u00fcller", "Schmidt", "Schneider", "Wei\u00df", "Fischer", "Yilmaz", "Wagner"),
        *("von Berg", "Hoffmann", "Sch\u00e4fer", "Klein", "Wolf"),
    ),
    cities=(
        City("Berlin", "BE", "10115", "3023125"),
        City("Hamburg", "HH", "20095", "4066969"),
        City("M\u00fcnchen", "BY", "80331", "8999998"),
        City("K\u00f6ln", "NW", "50667", "2214710"),
        City("Frankfurt am Main", "HE", "60311", "6990009"),
    ),
    networks=("91.12", "84.150", "79.192", "217.80"),
)
FRANCE = Country(
    code="FR",
    digits=4,
    national="0{area}{n}",
    international="+33{area}{n}",
    locales=("fr-FR", "fr-FR", "en-FR"),
    first_names=("Camille", "Lo\u00efc", "Chlo\u00e9", "Hugo", "Ana\u00efs", "Jules", "In\u00e8s"),
    last_names=("Martin", "Lef\u00e8vre", "Dubois", "Moreau", "d'Arcy", "Garnier", "Roux"),
    cities=(
        City("Paris", "IDF", "75001", "19900"),
        City("Lyon", "ARA", "69001", "46571"),
        City("Rennes", "BRE", "35000", "26191"),
    ),
    networks=("90.24", "86.192", "82.64"),
)
COUNTRIES = {"us": (US,), "in": (INDIA,), "eu": (GERMANY, GERMANY, FRANCE)}
MAIL_DOMAINS = ("mail.example", "inbox.example", "post.example", "work.example")

IN_APP_BROWSERS = (
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
        "Gecko) Mobile/22G86 musical_ly_41.2.0 JsSdk/2.0 NetType/WIFI Channel/App Store "
        "BytedanceWebview/d8a21c6"
    ),
    (
        "Mozilla/5.0 (Linux; Android 15; SM-S921B Build/AP3A.240905.015) AppleWebKit/537.36 (KHTML"
        ", like Gecko) Version/4.0 Chrome/139.0.7258.94 Mobile Safari/537.36 trill_410205 "
        "BytedanceWebview/d8a21c6"
    ),
    (
        "Mozilla/5.0 (Linux; Android 14; Redmi Note 13) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Version/4.0 Chrome/137.0.7151.61 Mobile Safari/537.36 musical_ly_2024102040 "
        "BytedanceWebview/d8a21c6"
    ),
)
MOBILE_BROWSERS = (
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
        "Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
    ),
    (
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/139.0.0.0 Mobile Safari/537.36"
    ),
)
DESKTOP_BROWSERS = (
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/139.0.0.0 Safari/537.36"
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.6 Safari/605.1.15"
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0",
)
