import pytest

from runstead.server import studio
from runstead.testing.servers import House


def test_who_is_not_signed_in_is_told_how(house: House) -> None:
    answer = house.http.get("/w/default", headers={"Authorization": ""})
    assert answer.status_code == 401
    assert "runstead open" in answer.text


def test_a_ticket_signs_a_browser_in_once_and_leads_to_its_page(house: House) -> None:
    link = house.http.post("/api/v1/tickets", json={"path": "/w/default/runs"}).json()["url"]
    browser = house.http
    del browser.headers["Authorization"]
    answer = browser.get(link, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/w/default/runs")
    assert browser.get("/api/v1/server").status_code == 200
    assert browser.get(link, follow_redirects=False).status_code == 401


def test_a_path_of_the_api_that_is_none_answers_json(house: House) -> None:
    answer = house.http.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.skipif(studio.STATIC.is_dir(), reason="Studio is built here")
def test_without_a_built_studio_the_page_says_how_to_build_it(house: House) -> None:
    assert "make" in house.http.get("/w/default").text


@pytest.mark.skipif(not studio.STATIC.is_dir(), reason="Studio is not built here")
def test_every_address_of_studio_answers_its_page(house: House) -> None:
    pages = {house.http.get(path).text for path in ("/", "/w/default", "/w/default/runs/x/metrics")}
    assert len(pages) == 1
    assert "<script" in pages.pop()
