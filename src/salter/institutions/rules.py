"""What an institution may be: slugs, languages, alphabets, the shape of its contacts."""

SLUG_PATTERN = r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$"

# First path segments that the platform itself answers.
RESERVED_SLUGS = frozenset(
    {
        *(
            "_look",
            "_mailbox",
            "_phone",
            "_people",
            "account",
            "accounts",
            "admin",
            "api",
            "healthz",
            "live",
            "metrics",
        ),
        *("readyz", "robots", "static", "media", "favicon", "language", "help", "new", "institutions", "counters"),
    }
)

LANGUAGES = ("en", "sr-latn", "sr", "ro", "pl", "mk")

# The order of letters by which names are sorted for people, per language.
ALPHABETS = ("sr-Latn", "sr-Cyrl", "ro", "pl", "mk", "en")

COUNTRIES = ("RS", "RO", "PL", "MK")

CURRENCIES = {"RS": "RSD", "RO": "RON", "PL": "PLN", "MK": "MKD"}

THEMES = ("gas", "grad", "saobracaj", "toplota", "salter")

CONTACT_KEYS = ("address", "phone", "email", "emergency_phone")
CONTACT_TEXTS = ("emergency_text", "emergency_note", "hours")
