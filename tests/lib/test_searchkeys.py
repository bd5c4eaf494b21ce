import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salter.lib.searchkeys import ALPHABETS, search_key, sort_key
from salter.lib.translit import to_cyrillic, to_latin


@pytest.mark.parametrize(
    "spellings",
    [
        # Serbian: both scripts, both ways of typing đ without its key, any case
        ["Đorđević", "Ђорђевић", "ĐORĐEVIĆ", "djordjevic", "DJORDJEVIC", "Djordjević", "dordevic", "ðorđević"],
        ["Njegoš", "Његош", "ЊЕГОШ", "njegos", "ǋegoš"],
        ["Ljiljana Džunić", "Љиљана Џунић", "ljiljana dzunic", "ǈiǉana ǅunić", "LJILJANA DŽUNIĆ"],
        ["Čačak", "Чачак", "cacak", "c\u030cac\u030cak"],
        ["šifra kupca", "шифра купца", "Sifra  Kupca", " sifra\u00a0kupca "],
        ["odjava", "одјава", "Odjava"],
        ["Žarko Čvorović", "Жарко Чворовић", "zarko cvorovic"],
        # Macedonian: ѓ ќ ѕ џ, and the bare letter
        ["Ѓорѓи Петров", "Gjorgji Petrov", "gorgi petrov", "Ǵorǵi Petrov", "ЃОРЃИ ПЕТРОВ"],
        ["Ќирил", "Kjiril", "kiril", "Ḱiril"],
        ["Ѕвездан", "Dzvezdan", "dzvezdan"],
        ["Џамија", "Džamija", "dzamija"],
        ["г\u0301еорге", "ѓеорге", "gjeorge"],  # a letter and its mark apart, as some keyboards send it
        ["ѐден сѐ", "еден се"],
        # Romanian: comma below, the cedilla of old data, nothing
        ["Timișoara", "Timişoara", "TIMISOARA", "timisoara"],
        ["Ștefan Țepeș", "Ştefan Ţepeş", "stefan tepes"],
        ["Mălăești Gâștești Între", "malaesti gastesti intre"],
        # Polish: ł has no mark that could be taken off
        ["Łódź", "lodz", "ŁÓDŹ", "Lódz"],
        ["Świętosława Żółć", "swietoslawa zolc"],
        ["Gdańsk", "gdansk"],
        # Neighbours and form
        ["Strauß", "Strauss"],
        ["Ærø", "aero"],
        ["Kovács Győző", "kovacs gyozo"],
        ["Юрий Щукин", "jurij štukin"],
        ["O'Neil", "O’Neil", "ONeil"],
        ["351-123/2026", "351 123 2026", "351–123/2026"],
        ["Ana-Marija", "Ana Marija", "ana  marija"],
        ["m³", "m3"],
        ["“Gas” d.o.o.", "„Gas” d.o.o.", "gas d o o"],
    ],
)
def test_all_spellings_meet_in_one_key(spellings: list[str]) -> None:
    assert {search_key(text) for text in spellings} == {search_key(spellings[-1])}


@pytest.mark.parametrize(
    ("text", "other"),
    [("Marković", "Mirković"), ("Nenad", "Nevad"), ("2026-1", "20261"), ("Лазар", "Ладар"), ("Ana", "Anja")],
)
def test_other_words_stay_apart(text: str, other: str) -> None:
    assert search_key(text) != search_key(other)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("djor", "Ђорђевић Петар"),
        ("ђорђ", "Petar Djordjević"),
        ("dj", "Đura"),
        ("lod", "Łódź"),
        ("njeg", "Petar Petrović Његош"),
        ("351 12", "351-123/2026"),
        ("ana@", "ana@example.rs"),
        ("d", "Ђура"),
    ],
)
def test_the_beginning_that_is_typed_is_found(typed: str, name: str) -> None:
    assert search_key(typed) in search_key(name)


@given(st.text(max_size=40))
def test_a_search_key_needs_no_escaping_and_is_its_own_key(text: str) -> None:
    key = search_key(text)
    assert not set(key) & set("%_\\'\"")
    assert search_key(key) == key
    assert key == " ".join(key.split())


@given(st.text(alphabet="абвгдђежзијклљмнњопрстћуфхцчџш АБВГДЂ", max_size=30))
def test_serbian_has_the_same_key_in_both_scripts(text: str) -> None:
    assert search_key(text) == search_key(to_latin(text))


# The order of a dictionary of each language, written by hand. No Polish word begins with ą, ę or ń: those are made up.
DICTIONARY = {
    "sr-Latn": """
        Ada|Apatin|Bačka Palanka|Bačka Topola|Bajina Bašta|Bečej|Bela Crkva|Beočin|Beograd|Bor|Cerak|Crvenka|Čačak
        Čajetina|Čoka|Ćićevac|Ćuprija|Debeljača|Despotovac|Dunav|Džep|Džigolj|Đakovica|Đurđevo|Ečka|Futog|Grocka
        Hajdukovo|Inđija|Irig|Jagodina|Kanjiža|Kikinda|Kladovo|Knić|Knjaževac|Lajkovac|Loznica|Lučani|Ljig|Ljubovija
        Majdanpek|Negotin|Niš|Nova Varoš|Novi Sad|Nuštar|Njegoševo|Opovo|Pančevo|Ruma|Sombor|Stara Pazova|Subotica
        Šabac|Šid|Temerin|Titel|Užice|Valjevo|Zaječar|Zrenjanin|Žabalj|Žitište
    """,
    "sr-Cyrl": """
        Ада|Бачка Паланка|Београд|Бечеј|Бор|Ваљево|Горњи Милановац|Дебељача|Дунав|Ђаковица|Ђурђево|Ечка|Жабаљ|Житиште
        Зајечар|Зрењанин|Инђија|Ириг|Јагодина|Кањижа|Кикинда|Кладово|Кнић|Књажевац|Лајковац|Лозница|Лучани|Љиг|Љубовија
        Мајданпек|Неготин|Ниш|Нова Варош|Нови Сад|Његошево|Опово|Панчево|Рума|Сомбор|Стара Пазова|Темерин|Тител
        Ћићевац|Ћуприја|Ужице|Футог|Хоргош|Црвенка|Чачак|Чока|Џеп|Џигољ|Шабац|Шид
    """,
    "mk": """
        Арачиново|Берово|Битола|Валандово|Велес|Гевгелија|Гостивар|Дебар|Делчево|Демир Хисар|Дојран|Ѓавато|Ѓорче Петров
        Ерџелија|Желино|Зелениково|Зрновци|Ѕвегор|Ѕидине|Илинден|Јегуновце|Кавадарци|Кичево|Кочани|Кратово|Куманово
        Липково|Лозово|Љубаништа|Љуботен|Маврово|Неготино|Новаци|Њивичани|Охрид|Прилеп|Радовиш|Ресен|Скопје|Струга
        Струмица|Тетово|Ќојлија|Ќуќа|Ушици|Фалише|Хераклеја|Центар|Чаир|Чешиново|Џепиште|Џумајлија|Шипковица|Штип
    """,
    "ro": """
        an|apă|arc|avion|azi|ăla|ăst|bar|bat|bătrân|băț|bâlci|bec|cal|car|căciulă|cămin|câine|cer|dar|elev|fag|iaz
        icoană|iuți|încă|îngheț|jar|lac|lună|mac|măr|mâine|mere|nas|om|păr|pâine|rai|rău|râu|sat|sus|șapte|șură|tac
        tuș|țap|țuică|un|văr|vânt|xilofon|zar|zăpadă|zi
    """,
    "pl": """
        Adamów|Augustów|Ąkaty|bagno|cena|cło|cytryna|ćma|ćwiek|dach|daszek|dąb|deszcz|echo|ewa|ęsi|fala|góra|grad
        hala|igła|jutro|kat|kąt|koc|lato|luty|ład|łza|mak|mąka|nos|nuta|ńska|oko|owca|ósmy|pan|ser|syn|śliwka|świt|tak
        tu|ul|wata|wół|zamek|zupa|źdźbło|źrebak|żaba|żuk
    """,
    "en": "apple|Apple pie|banana|cafe|café|cafeteria|naive|naïve|O'Brien|Obrist|zebra|Zoë|Zoey",
}


def _words(alphabet: str) -> list[str]:
    return [word.strip() for word in DICTIONARY[alphabet].replace("\n", "|").split("|") if word.strip()]


def _bytewise(alphabet: str) -> object:
    return lambda word: sort_key(word, alphabet).encode()


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_words_stand_as_in_a_dictionary(alphabet: str) -> None:
    words = _words(alphabet)
    shuffled = random.Random(5).sample(words, len(words))
    assert sorted(shuffled, key=_bytewise(alphabet)) == words  # type: ignore[arg-type]


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_capitals_do_not_matter(alphabet: str) -> None:
    words = _words(alphabet)
    assert [sort_key(word.upper(), alphabet) for word in words] == [sort_key(word.lower(), alphabet) for word in words]


def test_names_in_both_scripts_stand_among_each_other() -> None:
    latin = _words("sr-Latn")
    mixed = [to_cyrillic(name) if place % 2 else name for place, name in enumerate(latin)]
    assert sorted(random.Random(7).sample(mixed, len(mixed)), key=_bytewise("sr-Latn")) == mixed  # type: ignore[arg-type]
    cyrillic = _words("sr-Cyrl")
    mixed = [to_latin(name) if place % 2 else name for place, name in enumerate(cyrillic)]
    assert sorted(random.Random(7).sample(mixed, len(mixed)), key=_bytewise("sr-Cyrl")) == mixed  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("alphabet", "ordered"),
    [
        # Two letters that only look like one: nad-živeti stands under d, nadžak under dž.
        ("sr-Latn", ["naduti", "nadživeti", "nadžak"]),
        ("sr-Latn", ["inat", "injekcija", "inteligencija", "inje"]),
        ("sr-Cyrl", ["надживети", "наџак"]),
        # Foreign letters have their place in Latin, and stand with the nearest in Cyrillic.
        ("sr-Latn", ["Petar", "Quinn", "Rade", "Vesna", "Wagner", "Xenia", "Yvonne", "Zoran", "Žarko"]),
        ("sr-Cyrl", ["Аца", "Wагнер", "Vesna", "Гага"]),
        # Accents of other languages count last.
        ("sr-Latn", ["Kovács", "Kovač", "Kovačević"]),
        ("en", ["Lodz", "Łódź", "Łódź Wschodnia", "Lomza"]),
        ("ro", ["sac", "șac", "tac"]),
        ("ro", ["şac", "țac"]),  # cedillas of old data
        ("pl", ["Novák", "Nowak"]),
        ("mk", ["Гоце", "Gjorgji", "Ѓорѓи", "Елена"]),
        ("mk", ["Тодор", "Ćiril", "Ќирил", "Урош"]),
        ("mk", ["Димитар", "Ђорђе", "Ѓорѓи", "Ева"]),
        # Numbers by value, words before longer words, punctuation apart.
        ("sr-Latn", ["Ulica 2", "Ulica 10", "Ulica 100", "Ulica 1000"]),
        ("en", ["007", "7", "8", "12345678901234", "123456789012345", "1234567890123456", "99999999999999999999"]),
        ("en", ["1", "a"]),
        ("en", ["Ana", "Ana Marija", "Ana-Marija Ž", "Anabela"]),
        ("sr-Latn", ["Petrović Ana", "Petrović Žana", "Petrovićka"]),
        ("en", ["zebra", "Ωmega", "語"]),  # letters of no alphabet of ours come last
    ],
)
def test_the_order_in_particular(alphabet: str, ordered: list[str]) -> None:
    backwards = ordered[::-1]
    assert sorted(backwards, key=_bytewise(alphabet)) == ordered  # type: ignore[arg-type]


def test_an_alphabet_that_we_do_not_have() -> None:
    with pytest.raises(ValueError, match="alphabet"):
        sort_key("a", "sr")


@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_a_long_text_fits_an_index(alphabet: str) -> None:
    key = sort_key("Ж語ß" * 2000, alphabet)
    assert len(key.encode()) < 2000  # a B-tree row of PostgreSQL holds 2704 bytes


@given(st.text(max_size=60), st.sampled_from(ALPHABETS))
def test_any_text_has_a_key_that_postgresql_stores(text: str, alphabet: str) -> None:
    key = sort_key(text, alphabet)
    assert "\x00" not in key
    assert key.encode().decode() == key
    assert sort_key(text.upper().lower(), alphabet) == sort_key(text.upper(), alphabet)
