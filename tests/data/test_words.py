"""Everything that is said about data is said in both languages, with the same facts."""

import string

import pytest

from tiza.data import Note, TableReport, read_table
from tiza.data.words import WORDS
from tiza.errors import use_language


def blanks(text: str) -> set[str]:
    return {name.split("!")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_say_the_same_facts(key: str) -> None:
    english, spanish = WORDS[key]
    assert english
    assert spanish
    assert blanks(english) == blanks(spanish)


def test_a_note_is_data_and_words() -> None:
    why = Note("why-few", {"count": 3})
    note = Note("note-task", {"target": "t", "task": "classification", "why": why})
    with use_language("es"):
        assert str(note) == (
            "objetivo 't': se toma como clasificación, porque tiene solo 3 números enteros "
            "distintos"
        )
    assert note.to_dict() == {
        "key": "note-task",
        "params": {"target": "t", "task": "classification", "why": why.to_dict()},
        "text": "target 't': taken as classification, because it has only 3 different whole "
        "numbers",
    }


def test_ambiguous_cells_are_remarked_upon() -> None:
    content = b'd,n,m\n03/04/2024,"1,5","1,000"\n05/06/2024,"2,25","2,000"\n'
    assert [str(note) for note in TableReport.of(read_table(content)).notes] == [
        "column 'd': dates could be day/month or month/day; they were read as day/month",
        "column 'n': the comma was read as the decimal mark",
        "column 'm': the comma was read as the mark of thousands",
    ]
    clear = b"d\n03/14/2024\n05/06/2024\n"
    assert TableReport.of(read_table(clear)).notes == ()
