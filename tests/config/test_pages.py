"""What all pages have in common: frames, errors of the domain, what a change answers."""

import json
import re
from uuid import uuid4

import pytest
from django.test import Client

from accounts.services.users import local_user
from deployment_sets.models import DeploymentSet
from tests.factories import DeploymentSetFactory

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
IN_DIALOG = {**HTMX, "HX-Target": "dialog"}


def test_a_page_comes_whole_for_its_address_and_in_parts_for_htmx(client: Client) -> None:
    whole, part = client.get("/sets/"), client.get("/sets/", headers=HTMX)
    assert "<html" in whole.text
    assert 'id="dialog-frame"' in whole.text
    assert "<html" not in part.text
    assert '<div id="page">' in part.text
    assert 'hx-swap-oob="true"' in part.text
    assert len(part.content) < len(whole.content) / 1.5
    for answer in (whole, part):
        assert {"HX-Request", "HX-Target"} <= {each.strip() for each in answer["Vary"].split(",")}


def test_going_back_in_the_browser_brings_whole_pages(client: Client) -> None:
    answer = client.get("/sets/", headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert "<html" in answer.text


def test_a_dialog_has_an_address_of_its_own(client: Client) -> None:
    whole, part = client.get("/sets/new"), client.get("/sets/new", headers=IN_DIALOG)
    assert "<h1>" in whole.text
    assert "hx-boost" not in whole.text.partition("<main")[2].partition("</main>")[0]
    assert "<html" not in part.text
    assert "data-dialog-close" in part.text
    assert 'hx-target="#dialog"' in part.text


def test_a_boosted_answer_leaves_the_address_as_it_is(client: Client) -> None:
    assert client.get("/sets/new", headers={**IN_DIALOG, "HX-Boosted": "true"})["HX-Push-Url"] == "false"
    assert not client.get("/sets/new", headers=IN_DIALOG).has_header("HX-Push-Url")


def test_a_change_is_told_to_the_page_that_is_open(client: Client) -> None:
    one = DeploymentSetFactory(owner=local_user(), name="Backend")
    answer = client.post(f"/sets/{one.pk}/clone", headers=HTMX)
    assert answer.status_code == 200
    assert answer["HX-Reswap"] == "none"
    assert set(json.loads(answer["HX-Trigger"])) == {"changed", "dialog-done"}
    assert 'hx-swap-oob="beforeend:#toasts"' in answer.text
    assert "Cloned as “Backend (copy)”." in answer.text
    copy = DeploymentSet.objects.get(name="Backend (copy)")
    assert f'hx-post="/sets/{copy.pk}/delete"' in answer.text


def test_a_change_leads_a_plain_form_on_and_is_said_there_once(client: Client) -> None:
    one = DeploymentSetFactory(owner=local_user(), name="Backend")
    answer = client.post(f"/sets/{one.pk}/clone", follow=True)
    copy = DeploymentSet.objects.get(name="Backend (copy)")
    assert answer.redirect_chain == [(f"/sets/{copy.pk}", 302)]
    assert "Cloned as “Backend (copy)”." in answer.text
    assert "Cloned as" not in client.get("/sets/").text


def test_what_is_said_in_passing_is_text(client: Client) -> None:
    one = DeploymentSetFactory(owner=local_user(), name="<b>x</b>\u202e")
    answer = client.post(f"/sets/{one.pk}/clone", headers=HTMX)
    assert "&lt;b&gt;x&lt;/b&gt;\ufffd" in answer.text


def test_an_error_of_the_domain_is_a_page_or_a_toast(client: Client) -> None:
    address = f"/sets/{uuid4()}/edit"
    page, toast = client.get(address), client.get(address, headers=IN_DIALOG)
    assert page.status_code == toast.status_code == 404
    assert ">Nothing here<" in re.sub(r"\s*([<>])\s*", r"\1", page.text)
    assert toast["HX-Reswap"] == "none"
    assert "data-toast" in toast.text


def test_the_components_are_shown_together(client: Client) -> None:
    assert client.get("/components").status_code == 200
    assert "Said in passing." in client.post("/components", headers=HTMX).text


def test_where_a_change_came_from_may_be_unreadable(client: Client) -> None:
    one = DeploymentSetFactory(owner=local_user())
    forged = {**IN_DIALOG, "HX-Current-URL": "http://["}
    assert client.post(f"/sets/{one.pk}/delete", headers=forged).status_code == 200
    assert not DeploymentSet.objects.exists()


def test_a_page_that_is_out_of_date_is_told_so_in_words_without_ids_and_reads_itself_again(client: Client) -> None:
    one = DeploymentSetFactory(owner=local_user())
    refused = client.post(f"/sets/{one.pk}/members/{uuid4()}/remove", headers=HTMX)
    assert refused.status_code == 404
    assert "This member was removed already." in refused.text
    assert str(one.pk) not in refused.text
    assert "changed" in refused["HX-Trigger"]
    # What is only looked at would be read again and again.
    assert "HX-Trigger" not in client.get(f"/sets/{uuid4()}", headers=HTMX)
