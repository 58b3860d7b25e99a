"""A small valid data set about a war that never was, on the project's own ontology: what tests then break, one place at a time."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from kg.folder import Folder

ROOT = Path(__file__).resolve().parents[1]

SENTENCES = {
    "one-01": "Arland and Borland fought the Long War from 1901 to 1903.",
    "one-02": "At Ford in March 1902 Arland lost 50 men, three advisers among them, and Borland lost none.",
    "one-03": "An offer of 10 June 1903 was answered five days later, when the peace was signed.",
}
#: The text of the source, as a copy of it would be at hand.
TEXT = "A Chronicle\n\n" + "\n".join(SENTENCES.values()) + "\n"

PREFIXES = """\
@prefix claim: <http://example.org/claim/> .
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix id: <http://example.org/id/> .
@prefix kg: <https://w3id.org/khalkhin/ontology#> .
@prefix passage: <http://example.org/passage/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

DATASET = """\
@prefix claim: <http://example.org/claim/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix id: <http://example.org/id/> .
@prefix kg: <https://w3id.org/khalkhin/ontology#> .
@prefix passage: <http://example.org/passage/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix void: <http://rdfs.org/ns/void#> .
id:dataset a void:Dataset ;
  rdfs:label "A war that never was"@en ;
  dcterms:title "A war that never was"@en ;
  kg:claimNamespace "http://example.org/claim/" ;
  kg:passageNamespace "http://example.org/passage/" ;
  kg:thingNamespace "http://example.org/id/" ;
  kg:openingQuestion "causes-of-event" .
"""

THINGS = {
    "arland": ("State", "Arland"),
    "arland-advisers": ("Group", "[advisers of Arland]"),
    "arland-army": ("ArmedForce", "Army of Arland"),
    "arland-side": ("Side", "[Arland's side]"),
    "battle-of-ford": ("Battle", "Battle of Ford"),
    "borland": ("State", "Borland"),
    "borland-side": ("Side", "[Borland's side]"),
    "fear-borland": ("Attitude", "[fear in Borland]"),
    "ford": ("Settlement", "Ford"),
    "long-war": ("War", "Long War"),
    "offer-1903": ("Request", "[offer of 1903]"),
    "peace": ("Treaty", "Peace of Ford"),
    "peace-signing": ("Signing", "Signing of the Peace of Ford"),
    "soldier": ("Kind", "soldier"),
    "war-goes-on": ("Outcome", "[the war goes on after 1903]"),
}

CLAIMS = """\
claim:one-01-1 rdf:subject id:long-war ; rdf:predicate kg:begin ; rdf:object "1901"^^edtf:EDTF .
claim:one-01-2 rdf:subject id:long-war ; rdf:predicate kg:end ; rdf:object "1903"^^edtf:EDTF .
claim:one-01-3 rdf:subject id:long-war ; rdf:predicate kg:initiator ; rdf:object id:arland .
claim:one-01-4 rdf:subject id:long-war ; rdf:predicate kg:participant ; rdf:object id:borland .
claim:one-01-5 rdf:subject id:arland-side ; rdf:predicate kg:sideOf ; rdf:object id:long-war .
claim:one-01-6 rdf:subject id:borland-side ; rdf:predicate kg:sideOf ; rdf:object id:long-war .
claim:one-01-7 rdf:subject id:arland ; rdf:predicate kg:onSide ; rdf:object id:arland-side .
claim:one-01-8 rdf:subject id:borland ; rdf:predicate kg:onSide ; rdf:object id:borland-side .
claim:one-01-9 rdf:subject id:arland-army ; rdf:predicate kg:belongsTo ; rdf:object id:arland .
claim:one-01-10 rdf:subject id:long-war ; rdf:predicate kg:name ; rdf:object "Langer Krieg"@de .
claim:one-02-1 rdf:subject id:battle-of-ford ; rdf:predicate kg:date ; rdf:object "1902-03"^^edtf:EDTF .
claim:one-02-2 rdf:subject id:battle-of-ford ; rdf:predicate kg:partOf ; rdf:object id:long-war .
claim:one-02-3 rdf:subject id:battle-of-ford ; rdf:predicate kg:dead ; rdf:object id:arland-army ; kg:what id:soldier ; kg:count 50 .
claim:one-02-4 rdf:subject id:battle-of-ford ; rdf:predicate kg:dead ; rdf:object id:arland-advisers ; kg:count 3 ; kg:includedIn claim:one-02-3 .
claim:one-02-5 rdf:subject id:battle-of-ford ; rdf:predicate kg:dead ; rdf:object id:borland-side ; kg:count 0 .
claim:one-02-6 rdf:subject id:battle-of-ford ; rdf:predicate kg:place ; rdf:object id:ford .
claim:one-02-7 rdf:subject id:battle-of-ford ; rdf:predicate kg:target ; rdf:object kg:unstated .
claim:one-03-1 rdf:subject id:offer-1903 ; rdf:predicate kg:date ; rdf:object "1903-06-10"^^edtf:EDTF .
claim:one-03-2 rdf:subject id:peace-signing ; rdf:predicate kg:date ; rdf:object "1903-06-15"^^edtf:EDTF ; kg:basis kg:derived ; kg:derivedFrom claim:one-03-1 ; kg:offset "P5D"^^xsd:duration .
claim:one-03-3 rdf:subject id:peace-signing ; rdf:predicate kg:signingOf ; rdf:object id:peace .
claim:one-03-4 rdf:subject id:peace-signing ; rdf:predicate kg:answers ; rdf:object id:offer-1903 .
claim:one-03-5 rdf:subject id:battle-of-ford ; rdf:predicate kg:contributesTo ; rdf:object id:peace-signing ; kg:strength kg:major .
claim:one-03-6 rdf:subject id:fear-borland ; rdf:predicate kg:motivates ; rdf:object id:offer-1903 ; kg:accordingTo id:arland .
claim:one-03-7 rdf:subject id:fear-borland ; rdf:predicate kg:holder ; rdf:object id:borland ; kg:accordingTo id:arland .
claim:one-03-8 rdf:subject id:fear-borland ; rdf:predicate kg:partOf ; rdf:object id:long-war ; kg:basis kg:implied .
claim:one-03-9 rdf:subject id:peace-signing ; rdf:predicate kg:prevents ; rdf:object id:war-goes-on ; kg:basis kg:implied .
claim:one-03-10 rdf:subject id:war-goes-on ; rdf:predicate kg:date ; rdf:object "1903"^^edtf:EDTF .
"""

REMARKS = """\
id:gap-one a kg:Gap ;
  rdfs:label "[who advised Arland]"@en ;
  rdfs:comment "The sentence does not say whose advisers they were."@en ;
  kg:about claim:one-02-4 .
"""

LINKS = """\
#curie_map:
#  id: http://example.org/id/
#  owl: http://www.w3.org/2002/07/owl#
#  semapv: https://w3id.org/semapv/vocab/
#  skos: http://www.w3.org/2004/02/skos/core#
#  wd: http://www.wikidata.org/entity/
subject_id\tsubject_label\tpredicate_id\tpredicate_modifier\tobject_id\tobject_label\tmapping_justification\tconfidence\tmapping_date\tcomment
id:arland\tArland\towl:sameAs\t\twd:Q1\tArland\tsemapv:ManualMappingCuration\t0.9\t2026-01-01\t
id:borland\tBorland\towl:sameAs\tNot\twd:Q2\tBorland (town)\tsemapv:ManualMappingCuration\t1.0\t2026-01-01\ta town
"""


def words(text: str) -> list[str]:
    """The words of a text as fingerprints count them."""
    return re.findall(r"\w+", text.lower())


def sources() -> str:
    """The source and its passages, fingerprints and all."""
    blocks = [PREFIXES, 'id:chronicle a kg:Source ; rdfs:label "A Chronicle"@en .\n']
    for position, (name, sentence) in enumerate(SENTENCES.items(), 1):
        print_ = hashlib.sha256(" ".join(words(sentence)).encode()).hexdigest()
        blocks.append(
            f'passage:{name} a kg:Passage ; rdfs:label "One, sentence {position}"@en ; kg:inSource id:chronicle ; kg:section "one" ; '
            f'kg:passageKind "fact" ; kg:position {position} ; kg:startsAt {TEXT.index(sentence)} ; kg:wordCount {len(words(sentence))} ; '
            f'kg:fingerprint "{print_}" .\n'
        )
    return "".join(blocks)


def files() -> dict[str, str]:
    """Every file of the data set, by its path below the root."""
    things = "".join(f'id:{name} a kg:{kind} ; rdfs:label "{label}"@en .\n' for name, (kind, label) in THINGS.items())
    return {
        "data/dataset.ttl": DATASET,
        "data/curated/sources.ttl": sources(),
        "data/curated/things/all.ttl": PREFIXES + things,
        "data/curated/claims/one.ttl": PREFIXES + CLAIMS,
        "data/curated/remarks.ttl": PREFIXES + REMARKS,
        "data/links/wikidata.sssom.tsv": LINKS,
    }


CLAIMS_FILE = "data/curated/claims/one.ttl"
THINGS_FILE = "data/curated/things/all.ttl"
SOURCES_FILE = "data/curated/sources.ttl"
REMARKS_FILE = "data/curated/remarks.ttl"
LINKS_FILE = "data/links/wikidata.sssom.tsv"


def make(root: Path, *changes: tuple[str, str, str]) -> Folder:
    """The data set below `root`. A change is (file, old text, new text); an empty old text adds at the end.

    The old text must stand in the file exactly once, so that no test can break something else than it says.
    """
    content = files()
    for name, old, new in changes:
        text = content.get(name, "")
        if old:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
            content[name] = text.replace(old, new)
        else:
            content[name] = text + new
    for name, text in content.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "ontology").symlink_to(ROOT / "ontology", target_is_directory=True)
    return Folder(root)


def line(folder: Folder, name: str, head: str) -> int:
    """The line of a file that begins with `head`."""
    lines = (Path(folder.root) / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, text in enumerate(lines, 1) if text.startswith(head))
