# SPDX-License-Identifier: GPL-3.0-or-later
"""What is planted: one function per fault, the check that must find it, and the code it must find it by."""

import dataclasses
import os
import ssl
import typing

import stand_ins
from environment.buses import Keyring
from environment.machine import NO_WAY_ADDRESS, SILENT_ADDRESS, SILENT_ADDRESS_6
from environment.processes import Missing, free_ports

YEAR = 365 * 86400
NOBODY = 65534


@dataclasses.dataclass
class Fault:
    name: str
    check: str
    code: str
    plant: typing.Callable
    also: tuple = ()  # checks that the same cause rightly breaks
    words: str = ""   # that must be told


FAULTS = []


def fault(check, code, also=(), words=""):
    def keep(plant):
        FAULTS.append(Fault(plant.__name__.replace("_", "-"), check, code, plant, also, words))
        return plant
    return keep


# ---- the PC/SC service ----

@fault("pcsc-service", "PCSCD-NOT-RUNNING")
def pcscd_not_started(room):
    room.systemd(active="inactive")
    room.no_socket()


@fault("pcsc-service", "PCSCD-STALE-SOCKET")
def pcscd_killed(room):
    daemon, _ = room.daemon()
    daemon.process.kill()


@fault("pcsc-startup", "PCSCD-DISABLED")
def pcscd_switched_off_at_start(room):
    room.systemd(state="disabled")


@fault("pcsc-startup", "PCSCD-MASKED")
def pcscd_forbidden(room):
    room.systemd(state="masked", active="inactive")
    room.no_socket()


@fault("pcsc-startup", "PCSCD-NOT-INSTALLED")
def pcscd_not_installed(room):
    room.systemd(state=None)
    room.no_socket()


@fault("pcsc-startup", "PCSCD-NOT-INSTALLED")
def pcscd_not_installed_without_systemd(room):
    room.without_systemd()
    room.machine.over("/usr/sbin/pcscd", "")
    room.no_socket()


@fault("pcsc-service", "PCSCD-NOT-RUNNING")
def pcscd_not_started_without_systemd(room):
    room.without_systemd()
    room.no_socket()


@fault("pcsc-service", "PCSCD-PERMISSION")
def pcscd_for_others_only(room):
    as_nobody(room)
    daemon, _ = room.daemon()
    os.chmod(daemon.sockets, 0o700)


def as_nobody(room):
    with open("/proc/self/uid_map", encoding="ascii") as file:
        accounts = int(file.read().split()[2])
    if os.geteuid() != 0 or accounts <= NOBODY:
        raise Missing("no second account in this user namespace")
    home = room.environment["HOME"]
    for folder, _, files in os.walk(home):
        os.chown(folder, NOBODY, NOBODY)
        for file in files:
            os.chown(os.path.join(folder, file), NOBODY, NOBODY)
    room.machine.before += ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


@fault("pcsc-reachable", "PCSCD-SILENT")
def pcscd_stuck(room):
    silent = room.keep(SilentSocket(os.path.join(room.folder, "stuck.comm")))
    room.set(PCSCLITE_CSOCK_NAME=silent.path)


class SilentSocket:
    """A daemon that was stopped in the middle: its socket takes connections, nobody looks."""

    def __init__(self, path):
        self.path = path
        self.socket = stand_ins.socket.socket(stand_ins.socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen(100)

    def stop(self):
        self.socket.close()


@fault("pcsc-reachable", "PCSCD-REFUSED")
def polkit_refuses(room):
    path = os.path.join(room.folder, "refusing.comm")
    room.keep(stand_ins.OtherDaemon(path, refuses=True))
    room.set(PCSCLITE_CSOCK_NAME=path)


@fault("pcsc-protocol", "PCSC-8010001E", words="4:5")
def pcscd_of_another_version(room):
    path = os.path.join(room.folder, "newer.comm")
    room.keep(stand_ins.OtherDaemon(path, version=(4, 5), mismatch=True))
    room.set(PCSCLITE_CSOCK_NAME=path)


@fault("pcsc-protocol", "PCSC-42535520")
def pcscd_built_for_more_readers(room):
    path = os.path.join(room.folder, "patched.comm")
    room.keep(stand_ins.OtherDaemon(path, readers=48))
    room.set(PCSCLITE_CSOCK_NAME=path)


@fault("pcsc-service", "PCSCD-SANDBOX")
def sandbox_opened_before_pcscd(room):
    room.sandbox()
    room.no_socket()


@fault("pcsc-service", "PCSCD-SANDBOX-STALE")
def sandbox_with_a_stale_socket(room):
    room.sandbox()
    daemon, _ = room.daemon()
    daemon.process.kill()


# ---- the reader ----

def plug(room, vendor, product, name, interface_class):
    device, interface = "/sys/bus/usb/devices/1-2/", "/sys/bus/usb/devices/1-2:1.0/"
    for path, text in ((device + "idVendor", vendor), (device + "idProduct", product), (device + "product", name),
                       (interface + "bInterfaceClass", interface_class)):
        room.machine.file(path, text + "\n")


@fault("reader", "READER-NONE")
def no_reader(room):
    room.daemon(with_reader=False)


@fault("reader", "READER-NO-DRIVER", words="USB 076b:3031")
def reader_without_a_driver(room):
    room.daemon(with_reader=False)
    plug(room, "076b", "3031", "OMNIKEY 3x21 Smart Card Reader", "0b")


@fault("reader", "READER-EZ100PU", words="Castles EZ100PU (USB 0ca6:0010)")
def castles_reader_without_its_driver(room):
    room.daemon(with_reader=False)
    plug(room, "0ca6", "0010", "EZUSB PC/SC Smart Card Reader", "00")


@fault("reader", "READER-CLAIMED", words="ACR122U")
def reader_kept_by_the_kernel(room):
    room.daemon(with_reader=False)
    plug(room, "072f", "2200", "ACR122U PICC Interface", "0b")
    room.machine.plant('ln -s ../../drivers/pn533_usb "$ROOT/sys/bus/usb/devices/1-2:1.0/driver"')


# ---- the card ----

@fault("card", "CARD-NONE")
def no_card(room):
    room.daemon()


@fault("card", "PCSC-80100066")
def card_upside_down(room):
    room.insert("mute on")


@fault("nhi-card", "CARD-OTHER")
def health_professional_card(room):
    room.insert("kind health-professional")


@fault("nhi-card", "CARD-OTHER", also=("pkcs11",), words="certificate card")
def certificate_card(room):
    room.insert("kind certificate")


@fault("card", "PCSC-8010000B", words="GnuPG")
def card_kept_by_another_program(room):
    daemon, card = room.daemon()
    card.insert("chen-mei-ling")
    stand_ins.wait_for_card(daemon.socket)
    room.keep(stand_ins.Holder(room.folder, daemon.socket, "scdaemon"))


@fault("nhi-card", "CARD-OTHER")
def card_that_refuses_to_be_read(room):
    room.insert("status-word 6985")


# ---- the way to the service ----

@fault("service", "connection-refused")
def service_not_running(room):
    room.service_at("localhost", free_ports())


@fault("service", "no-answer")
def service_behind_a_black_hole(room):
    room.service_at(SILENT_ADDRESS, 443)


@fault("service", "network-unreachable")
def no_way_to_the_service(room):
    room.service_at(NO_WAY_ADDRESS, 443)


@fault("service", "no-answer")
def service_that_says_nothing(room):
    room.service_at("localhost", room.keep(stand_ins.Server()).port)


@fault("service", "name-not-found")
def name_unknown(room):
    room.keep(stand_ins.NoSuchName())
    room.names("", server="127.0.0.53")
    room.service_at("service.test", 443)


@fault("service", "name-silent")
def name_server_in_a_black_hole(room):
    room.names("", server=SILENT_ADDRESS)
    room.service_at("service.test", 443)


@fault("ipv6", "IPV6-HANGS")
def ipv6_in_a_black_hole(room):
    room.names(f"{SILENT_ADDRESS_6} service.test\n127.0.0.1 service.test\n")
    wrong_service(room, own_authority(room).issue(host="service.test"), host="service.test")


@fault("network", "NETWORK-NONE")
def no_network(room):
    room.machine.before += ["unshare", "-n"]
    room.names("", server=SILENT_ADDRESS)
    room.service_at("service.test", 443)


def through_proxy(room, address):
    room.set(https_proxy=address, http_proxy=address, HTTPS_PROXY=address, HTTP_PROXY=address)
    room.service_at("service.test", 443)
    room.names("127.0.0.1 service.test\n")


@fault("proxy", "PROXY-DEAD")
def proxy_not_running(room):
    through_proxy(room, f"http://127.0.0.1:{free_ports()}")


@fault("proxy", "PROXY-DEAD")
def proxy_in_a_black_hole(room):
    through_proxy(room, f"http://{SILENT_ADDRESS}:3128")


# ---- certificates ----

def wrong_service(room, certificate=None, host="localhost", **how):
    room.service_at(host, room.keep(stand_ins.WrongService(certificate, **how)).port)


def own_authority(room, name="nhicard demo authority"):
    authority = stand_ins.Authority(os.path.join(room.folder, "authority"), name)
    room.set(NHICARD_CA_FILE=authority.certificate)
    return authority


@fault("tls-trust", "certificate-expired")
def certificate_expired(room):
    wrong_service(room, own_authority(room).issue(end="20210101000000Z"))


@fault("tls-trust", "certificate-not-yet-valid")
def certificate_not_yet_valid(room):
    wrong_service(room, own_authority(room).issue(start="20480101000000Z"))


@fault("tls-trust", "certificate-of-another")
def certificate_of_another_service(room):
    wrong_service(room, own_authority(room).issue(host="mail.example"))


@fault("tls-trust", "certificate-self-signed")
def certificate_signed_by_itself(room):
    wrong_service(room, stand_ins.self_signed(room.folder))


@fault("tls-trust", "certificate-unknown-issuer", words="Coffee House Inspection")
def intercepted_by_a_foreign_issuer(room):
    foreign = stand_ins.Authority(os.path.join(room.folder, "foreign"), "Coffee House Inspection")
    wrong_service(room, foreign.issue())


@fault("tls-trust", "certificate-weak")
def certificate_with_a_broken_signature(room):
    wrong_service(room, own_authority(room).issue(digest="sha1"))


@fault("tls-version", "TLS-OLD")
def only_old_protection(room):
    wrong_service(room, own_authority(room).issue(), most=ssl.TLSVersion.TLSv1_1)


@fault("tls-trust", "no-protected-connection")
def no_protection_at_all(room):
    wrong_service(room, body="<html>Sign in to this network</html>", kind="text/html")


# ---- the service itself ----

@fault("client-version", "CLIENT-OLD", words="99.0")
def client_too_old(room):
    wrong_service(room, own_authority(room).issue(), minimum_client="99.0")


@fault("latency", "SLOW")
def slow_network(room):
    wrong_service(room, own_authority(room).issue(), delay=1.5)


@fault("service", "unavailable")
def service_out_of_order(room):
    wrong_service(room, own_authority(room).issue(), status=503, kind="application/problem+json",
                  body='{"type": "https://nhicard.tw/problems/unavailable", "title": "x", "status": 503}')


@fault("service", "answer-not-understood")
def another_program_at_the_address(room):
    wrong_service(room, own_authority(room).issue(), body="<html>Welcome</html>", kind="text/html")


# ---- the clock ----

@fault("clock", "CLOCK")
def clock_ten_minutes_ahead(room):
    room.clock(600)


@fault("clock", "CLOCK")
def clock_two_minutes_behind(room):
    room.clock(-120)


@fault("clock", "CLOCK")
def clock_of_an_empty_battery(room):
    room.clock(-10 * YEAR)


@fault("clock", "CLOCK")
def clock_years_ahead(room):
    room.clock(5 * YEAR)


# ---- the computer ----

def small_disk(room, kilobytes, options="rw"):
    room.machine.plant(f'mount -t tmpfs -o size={kilobytes}k,{options} tmpfs "$ROOT{room.downloads()}"')


@fault("disk", "DISK-FULL")
def disk_full(room):
    small_disk(room, 4096)
    room.machine.plant(f'head -c 4096k /dev/zero > "$ROOT{room.downloads()}/film" || true')


@fault("disk", "DISK-FULL")
def disk_nearly_full(room):
    small_disk(room, 100 * 1024)


@fault("disk", "FOLDER-READ-ONLY")
def disk_that_cannot_be_written(room):
    small_disk(room, 1024 * 1024, "ro")


@fault("disk", "FOLDER-MISSING")
def download_folder_gone(room):
    os.rmdir(room.downloads())
    with open(os.path.join(room.environment["XDG_CONFIG_HOME"], "user-dirs.dirs"), "w", encoding="utf-8") as file:
        file.write('XDG_DOWNLOAD_DIR="$HOME/Stick/Downloads"\n')


@fault("font", "FONT-NONE")
def no_chinese_font(room):
    path = os.path.join(room.folder, "fonts.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
                   f"<dir>{room.folder}/fonts</dir><cachedir>{room.folder}/cache</cachedir></fontconfig>")
    room.set(FONTCONFIG_FILE=path)


@fault("locale", "LOCALE-NOT-UTF8")
def language_without_utf_8(room):
    room.set(LC_ALL="C")


@fault("system", "SYSTEM-OLD")
def old_system(room):
    room.machine.over("/usr/lib/os-release", 'ID=debian\nVERSION_ID="10"\nPRETTY_NAME="Debian 10"\n')


@fault("secrets", "SECRETS-NONE")
def no_keyring(room):
    room.session()


@fault("secrets", "SECRETS-LOCKED")
def keyring_locked(room):
    room.session(Keyring("locked"))


@fault("secrets", "SECRETS-EMPTY")
def keyring_not_set_up(room):
    room.session(Keyring("empty"))


@fault("secrets", "SECRETS-SILENT")
def keyring_stuck(room):
    room.session(Keyring("silent"))


@fault("printing", "PRINT-NONE")
def no_print_service(room):
    room.machine.plant('rm "$ROOT/run/cups/cups.sock"')
