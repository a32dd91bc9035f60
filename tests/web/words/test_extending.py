"""Words in templates: escaped values, filters, plurals."""

from __future__ import annotations

import pytest
from jinja2 import Environment, StrictUndefined

from leaderboard.web.words import LANGUAGES, extend, words_of


def rendered(template: str, language: str = "en", **values: object) -> str:
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    extend(environment, words_of(language))
    return environment.from_string(template).render(**values).replace("\N{NO-BREAK SPACE}", " ")


def test_values_are_escaped_and_the_text_is_not() -> None:
    html = rendered('{{ _("<b>%(name)s</b> has 5%%", name=name) }}', name="<i>")

    assert html == "<b>&lt;i&gt;</b> has 5%"


def test_one_and_many_differ() -> None:
    template = '{{ ngettext("%(n)s row", "%(n)s rows", n, n=n) }}'

    assert [rendered(template, n=n) for n in (1, 2)] == ["1 row", "2 rows"]


def test_a_sentence_of_the_api_is_escaped() -> None:
    assert rendered("{{ text|said }}", text="<b> does not exist") == "&lt;b&gt; does not exist"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_filter_takes_what_is_not_known(language: str) -> None:
    template = (
        '{{ x|number }}{{ x|percent }}{{ x|money }}{{ x|when("UTC") }}{{ x|day("UTC") }}{{ x|clock("UTC") }}'
    )

    assert rendered(template + "{{ x|duration }}{{ x|said }}", language, x=None) == "–––––––"


def test_python_says_it_as_templates_do() -> None:
    words = words_of("en")

    assert words.gettext("%(n)s of 5%%", n=3) == "3 of 5%"
    assert words.ngettext("%(n)s row", "%(n)s rows", 1_200) == "1,200 rows"
