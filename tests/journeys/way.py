# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of the citizen's way that several journeys and the demo share."""

import csv
import html.parser
import pathlib
import re
import ssl
import time
import urllib.parse
import urllib.request

from environment import mailbox, x11
from environment.processes import wait_until
from environment.world import ROOT

NEXT, SEND = "繼續", "送出註冊"
VERDICT = re.compile(r"^(有 \d+ 項需要處理|一切就緒|可以使用)")


def division(code):
    """The names of county, township and village of a village code."""
    with open(ROOT / "data" / "divisions" / "divisions.tsv", encoding="utf-8", newline="") as file:
        rows = {row[0]: row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    return [rows[code[:5]][1], rows[code[:8]][1], rows[code][1]]


def open_registration(screen):
    screen.go("帳號")
    screen.click("push button", "首次使用請先註冊")
    screen.wait_says("第 1 步，共 6 步：準備")


def prepare(screen):
    box = screen.wait_for("check box", "我已準備好健保卡、讀卡機與戶口名簿")
    screen.press(box)
    screen.click("push button", NEXT)
    screen.wait_says("第 2 步，共 6 步：讀取健保卡")


def fill_household(screen, person):
    screen.wait_says("第 3 步，共 6 步：戶號")
    screen.type("text", "戶號", person["household_number"])
    screen.click("push button", NEXT)


def choose_from(screen, name, item):
    screen.click("push button", name)
    screen.choose(name, item)


def fill_address(screen, person):
    screen.wait_says("第 4 步，共 6 步：戶籍地址")
    for name, item in zip(("縣市", "鄉鎮市區", "村里"), division(person["village_code"])):
        choose_from(screen, name, item)
    screen.type("text", "鄰", person["neighbourhood"])
    screen.click("push button", NEXT)


def fill_contact(screen, person, email=None):
    screen.wait_says("第 5 步，共 6 步：聯絡資料與密碼")
    screen.type("text", "電子郵件", email or person["email"])
    screen.type("text", "手機或聯絡電話", person["phone"])
    screen.type("password text", "設定註冊密碼", person["password"])
    screen.type("password text", "再輸入一次密碼", person["password"])
    screen.click("push button", NEXT)


def register(world, person, email=None):
    """The whole wizard, with the card of @person in the reader and the client open; ends on “sent”."""
    screen = world.application
    open_registration(screen)
    world.picture("registration-1-prepare")
    prepare(screen)
    screen.wait(lambda: screen.find("list", "卡片資料"), "the card in step 2")
    world.picture("registration-2-card")
    screen.click("push button", NEXT)
    screen.wait_says("第 3 步，共 6 步：戶號")
    world.picture("registration-3-household")
    fill_household(screen, person)
    screen.wait_says("第 4 步，共 6 步：戶籍地址")
    fill_address(screen, person)
    screen.wait_says("第 5 步，共 6 步：聯絡資料與密碼")
    world.picture("registration-5-contact")
    fill_contact(screen, person, email)
    screen.wait_says("第 6 步，共 6 步：確認")
    world.picture("registration-6-review")
    screen.click("push button", SEND)
    screen.wait_says("已送出註冊")
    world.picture("registration-sent")


def change_household(screen, number):
    """From the review to the household number and, by one press, back to the review."""
    screen.click("push button", "修改戶號")
    screen.wait_says("第 3 步，共 6 步：戶號")
    screen.type("text", "戶號", number)
    screen.click("push button", NEXT)
    screen.wait_says("第 6 步，共 6 步：確認")


def sign_in(world, password):
    screen = world.application
    screen.go("帳號")
    screen.type("password text", "註冊密碼", password)
    screen.click("push button", "登入")


def apply_for_everything(world):
    screen = world.application
    screen.go("健康存摺")
    screen.wait_for("push button", "提出申請")
    boxes = screen.all("check box", re.compile("^全選"))
    assert boxes, "no categories:\n" + screen.outline()
    for box in boxes:
        if not screen.checked(box):
            screen.press(box)
    world.picture("apply")
    screen.click("push button", "提出申請")


def open_results(world):
    """The results, once one of them can be downloaded."""
    screen = world.application
    screen.go("健康存摺")
    screen.click("push button", "申請結果")
    screen.wait(lambda: screen.find("list", "申請結果")
                and any("可下載" in value for value in screen.values("申請結果").values()),
                "a result that can be downloaded", timeout=60)
    world.picture("results")


def download(world):
    """The package's path, once it is saved."""
    screen = world.application
    open_results(world)
    screen.click("push button", "下載")
    screen.wait_for("push button", "開啟健康存摺", timeout=60)
    world.picture("downloaded")
    package, = pathlib.Path(world.downloads).glob("*.zip")
    return package


def save_as(world, path):
    """Types the path into the dialog that asks where, as a person does."""
    wait_until(lambda: len(x11.top_windows()) == 2, "the dialog that asks where")
    world.picture("where")
    x11.press_key("a", ["Control_L"])
    x11.type_text(path)
    x11.press_key("Return")
    wait_until(lambda: len(x11.top_windows()) == 1, "the dialog to close")


def open_in_viewer(world, person):
    screen = world.application
    screen.click("push button", "開啟健康存摺")
    screen.wait(lambda: screen.find("password text", "檔案密碼") or screen.find("list", "健康存摺內容"), "the viewer")
    if screen.find("password text", "檔案密碼"):
        world.picture("viewer-password")
        screen.type("password text", "檔案密碼", person["id_number"])
        screen.click("push button", "開啟")
    screen.wait_for("list", "健康存摺內容", timeout=30)
    world.picture("viewer")


def ready_by_interface(world, person, years=1):
    """An application for everything by the service's own interface; what it says of the package when it is ready."""
    token = world.service.sign_in(person)
    codes = [category["code"] for category in
             world.service.request("GET", "/api/v1/health-bank/categories", token=token)[1]["categories"]]
    status, applied = world.service.request("POST", "/api/v1/health-bank/applications", {
        "categories": codes, "from": f"{int(time.strftime('%Y')) - years}-{time.strftime('%m')}",
        "to": time.strftime("%Y-%m")}, token=token)
    assert status == 202, applied
    path = "/api/v1/health-bank/applications/" + applied["application_id"]

    def ready():
        answer = world.service.request("GET", path, token=token)[1]
        return answer if answer["state"] == "ready" else None
    return wait_until(ready, "the package")["package"]


class _Form(html.parser.HTMLParser):
    """The first form of a page: where it goes and what it carries."""

    def __init__(self):
        super().__init__()
        self.action = None
        self.fields = {}
        self.buttons = 0

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = attributes.get("action") or ""
        if tag == "input" and attributes.get("type") == "hidden":
            self.fields[attributes["name"]] = attributes.get("value", "")
        if tag == "button" or (tag == "input" and attributes.get("type") == "submit"):
            self.buttons += 1


def open_page(link, ca_file, data=None, language="zh-TW"):
    """(status, text) of a page, as a browser without scripts gets it."""
    context = ssl.create_default_context(cafile=ca_file)
    request = urllib.request.Request(link, data=data, headers={"Accept-Language": language, "Accept": "text/html"})
    try:
        with urllib.request.urlopen(request, context=context, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def press_the_button(link, ca_file, page):
    form = _Form()
    form.feed(page)
    assert form.action is not None and form.buttons == 1, "the page has not one form with one button:\n" + page
    target = urllib.parse.urljoin(link, form.action)
    return open_page(target, ca_file, urllib.parse.urlencode(form.fields).encode())


def confirm(link, ca_file):
    """Opens the letter's link and presses the button on its page; the last page's text."""
    status, page = open_page(link, ca_file)
    assert status == 200, f"{status}:\n{page}"
    status, page = press_the_button(link, ca_file, page)
    assert status == 200, f"{status}:\n{page}"
    return page


def registered(world, key):
    """A persona whose registration is confirmed, by the service's own interface: for journeys that begin there."""
    from environment.world import persona

    person = persona(key)
    before = world.mailbox.count(person["email"])
    world.service.register(person)
    letter = world.mailbox.wait_for_letter(person["email"], before)
    confirm(mailbox.confirm_link(letter), world.service.ca_file)
    return person
