"""Lists of choices in one column."""

from __future__ import annotations

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import connection

from content_blocks.enums import Audience, SpokenLanguage
from content_blocks.fields import ChoiceListField
from content_blocks.models import ContactRoute
from tests.factories.content_blocks import ContactRouteFactory

pytestmark = pytest.mark.django_db


def slugs(queryset) -> list[str]:
    return sorted(queryset.values_list("slug", flat=True))


def test_has_finds_exactly_the_value():
    ContactRouteFactory(slug="both", audiences=["child", "family"])
    ContactRouteFactory(slug="child", audiences=["child"])
    ContactRouteFactory(slug="family", audiences=["family"])
    ContactRouteFactory(slug="nobody", audiences=[])

    assert slugs(ContactRoute.objects.filter(audiences__has="child")) == ["both", "child"]
    assert slugs(ContactRoute.objects.filter(audiences__has=Audience.FAMILY)) == ["both", "family"]
    assert slugs(ContactRoute.objects.exclude(audiences__has="child")) == ["family", "nobody"]


def test_has_is_not_fooled_by_values_that_contain_each_other():
    ContactRouteFactory(slug="western", languages=[SpokenLanguage.PUNJABI_WESTERN.value])
    ContactRouteFactory(slug="eastern", languages=[SpokenLanguage.PUNJABI.value])

    assert slugs(ContactRoute.objects.filter(languages__has="pa")) == ["eastern"]
    assert slugs(ContactRoute.objects.filter(languages__has='pa" OR 1=1 --')) == []


def test_has_works_together_with_other_conditions_and_joins():
    shown = ContactRouteFactory(slug="shown", audiences=["child"])
    ContactRouteFactory(slug="old", audiences=["child"], withdrawn=True, replaced_by=shown)

    found = ContactRoute.objects.filter(replaced_by__audiences__has="child", audiences__has="child")

    assert slugs(found) == ["old"]


def test_clean_puts_values_in_the_order_of_the_choices_without_doubles():
    field = ContactRoute._meta.get_field("audiences")

    assert field.clean(["family", "child", "family"], None) == ["child", "family"]


@pytest.mark.parametrize("value", ["child", {"child": True}, 1, None])
def test_clean_refuses_what_is_not_a_list(value):
    with pytest.raises(ValidationError):
        ContactRoute._meta.get_field("audiences").clean(value, None)


def test_clean_names_unknown_values_and_the_choices():
    with pytest.raises(ValidationError) as refusal:
        ContactRoute._meta.get_field("audiences").clean(["child", "martian"], None)

    assert refusal.value.messages == [
        "martian cannot be chosen here. Choose from: child, worried_adult, family, survivor, "
        "professional, whistleblower, own_behaviour."
    ]


def test_clean_refuses_values_that_cannot_be_hashed():
    with pytest.raises(ValidationError):
        ContactRoute._meta.get_field("audiences").clean([["child"]], None)


def test_formfield_shows_a_checkbox_for_each_choice():
    formfield = ContactRoute._meta.get_field("audiences").formfield()

    assert isinstance(formfield, forms.MultipleChoiceField)
    assert isinstance(formfield.widget, forms.CheckboxSelectMultiple)
    assert formfield.choices == Audience.choices
    assert not formfield.required


def test_field_without_vocabulary_behaves_as_in_a_migration():
    field = ChoiceListField()

    assert field.clean(["anything"], None) == ["anything"]
    assert field.labels(["anything"]) == ["anything"]
    assert isinstance(field.formfield(), forms.JSONField)
    assert "of" not in field.deconstruct()[3]


def test_labels_show_unknown_values_as_they_are():
    field = ContactRoute._meta.get_field("languages")

    assert field.labels(["ur", "xx"]) == ["Urdu", "xx"]


def test_revision_keeps_the_list():
    route = ContactRouteFactory(audiences=["child", "family"])

    assert route.save_revision().as_object().audiences == ["child", "family"]


def test_list_is_stored_as_json():
    route = ContactRouteFactory(audiences=["child"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audiences FROM content_blocks_contactroute WHERE id = %s", [route.pk]
        )
        (stored,) = cursor.fetchone()

    assert stored in ('["child"]', ["child"])


def test_list_is_displayed_in_words():
    route = ContactRouteFactory(audiences=["child", "family"])

    assert route.get_audiences_display() == "Children and young people, Parents, carers and family"
