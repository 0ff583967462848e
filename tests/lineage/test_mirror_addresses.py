from __future__ import annotations

import os
import socket
import subprocess

import pytest

from lineage import mirror
from lineage.mirror.addresses import vetted_addresses


def check(url, *, allow_local=False, local_roots=(), **more):
    return mirror.check_url(url, allow_local=allow_local, local_roots=local_roots, **more)


def refusal(url, **more):
    with pytest.raises(mirror.MirrorError) as caught:
        check(url, **more)
    assert caught.value.message
    return caught.value.code


def git(*arguments, cwd):
    subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("https://git.example.com/acme/churn", "https://git.example.com/acme/churn"),
        ("https://git.example.com/acme/churn.git", "https://git.example.com/acme/churn.git"),
        ("HTTPS://Git.Example.COM:8443/acme/churn", "https://git.example.com:8443/acme/churn"),
        ("ssh://git@git.example.com/acme/churn", "ssh://git@git.example.com/acme/churn"),
        ("ssh://git@git.example.com:2222/acme/churn", "ssh://git@git.example.com:2222/acme/churn"),
        ("ssh://git.example.com/acme/churn", "ssh://git.example.com/acme/churn"),
        ("git@github.com:acme/churn.git", "ssh://git@github.com/acme/churn.git"),
        ("git@10.1.2.3:/srv/churn", "ssh://git@10.1.2.3/srv/churn"),
        ("https://git.example.com/%E4%B8%AD/churn", "https://git.example.com/%E4%B8%AD/churn"),
    ],
)
def test_https_and_ssh_addresses_are_taken_in_normal_form(given, normal):
    assert check(given) == normal
    assert check(normal) == normal


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "address.malformed"),
        ("churn", "address.malformed"),
        ("../churn", "address.malformed"),
        ("http://git.example.com/acme/churn", "address.scheme"),
        ("git://git.example.com/acme/churn", "address.scheme"),
        ("ftp://git.example.com/acme/churn", "address.scheme"),
        ("ext::sh -c 'touch /tmp/x'", "address.scheme"),
        ("ext://sh", "address.scheme"),
        ("fd::17", "address.scheme"),
        ("file::/srv/churn", "address.scheme"),
        ("transport::https://git.example.com/x", "address.scheme"),
        ("git+ssh://git.example.com/acme/churn", "address.scheme"),
        ("--upload-pack=touch /tmp/x", "address.malformed"),
        ("-u/bin/true", "address.malformed"),
        ("ssh://-oProxyCommand=touch%20x/acme", "address.malformed"),
        ("ssh://git@-oProxyCommand=x/acme", "address.malformed"),
        ("-oProxyCommand=x@git.example.com:acme", "address.malformed"),
        ("ssh://-l@git.example.com/acme", "address.malformed"),
        ("git@-oProxyCommand=x:acme", "address.malformed"),
        ("git@git.example.com:-x", "address.malformed"),
        ("https://sofia:secret@git.example.com/acme", "address.credentials"),
        ("https://ghp_token@git.example.com/acme", "address.credentials"),
        ("https://:@git.example.com/acme", "address.credentials"),
        ("ssh://git:secret@git.example.com/acme", "address.credentials"),
        ("https://git.example.com/acme\n--upload-pack=x", "address.malformed"),
        ("https://git.example.com/acme\x00", "address.malformed"),
        ("https://git.example.com/\u202eacme", "address.malformed"),
        ("https://git.example.com/acme churn", "address.malformed"),
        ("https://git.example.com\\@evil.example/acme", "address.malformed"),
        ("https://git.example.com/acme?x=1", "address.malformed"),
        ("https://git.example.com/acme#x", "address.malformed"),
        ("https://git.example.com/a/../../b", "address.malformed"),
        ("https://git.example.com/a/%2e%2e/b", "address.malformed"),
        ("https://git.example.com/a%0ab", "address.malformed"),
        ("https://git.example.com/", "address.malformed"),
        ("https://git.example.com", "address.malformed"),
        ("https:///acme", "address.malformed"),
        ("https://git.example.com:99999/acme", "address.malformed"),
        ("https://git.example.com:0/acme", "address.malformed"),
        ("https://gît.example.com/acme", "address.malformed"),
        ("https://git..example.com/acme", "address.malformed"),
        ("https://git.example.com/" + "a" * 2048, "address.malformed"),
        ("https://localhost/acme", "address.host"),
        ("https://git.localhost/acme", "address.host"),
        ("https://127.0.0.1/acme", "address.host"),
        ("https://127.1/acme", "address.host"),
        ("https://2130706433/acme", "address.host"),
        ("https://0x7f000001/acme", "address.host"),
        ("https://0.0.0.0/acme", "address.host"),
        ("https://169.254.169.254/latest/meta-data", "address.host"),
        ("https://[::1]/acme", "address.scheme"),
        ("git@localhost:acme/churn", "address.host"),
        ("/srv/churn", "address.local"),
        ("file:///srv/churn", "address.local"),
        ("file://localhost/srv/churn", "address.local"),
        ("FILE:///srv/churn", "address.local"),
        ("file://server/srv/churn", "address.malformed"),
        ("file:///srv/churn%0a", "address.malformed"),
        ("C:\\churn", "address.malformed"),
    ],
)
def test_every_other_address_is_refused_with_its_reason(url, code):
    assert refusal(url) == code


def test_a_list_of_hosts_shuts_out_all_others_and_may_name_this_machine():
    assert check("https://git.corp.example/a", allowed_hosts={"git.corp.example"}) == "https://git.corp.example/a"
    assert refusal("https://github.com/a", allowed_hosts={"git.corp.example"}) == "address.host"
    assert check("https://localhost/a", allowed_hosts={"localhost"}) == "https://localhost/a"


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1%eth0", "224.0.0.1", "240.0.0.1"]
)
def test_a_name_that_leads_to_this_machine_or_a_cloud_s_credentials_is_refused(monkeypatch, address):
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443)), (0, 0, 0, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answer)

    with pytest.raises(mirror.MirrorError) as caught:
        vetted_addresses("https://rebound.example/a", allowed_hosts=())
    assert caught.value.code == "address.host"
    assert len(vetted_addresses("https://rebound.example/a", allowed_hosts={"rebound.example"})) == 2


def test_a_name_that_leads_into_the_company_s_network_is_taken(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: [(0, 0, 0, "", ("10.1.2.3", 443))])

    assert vetted_addresses("https://git.corp.example/a", allowed_hosts=()) == ["10.1.2.3"]


@pytest.fixture
def root(tmp_path):
    inside = tmp_path / "root" / "churn"
    inside.mkdir(parents=True)
    git("init", "-q", cwd=inside)
    outside = tmp_path / "outside"
    outside.mkdir()
    git("init", "-q", cwd=outside)
    return tmp_path / "root"


def test_a_repository_inside_an_allowed_folder_is_taken_by_path_or_file_address(root):
    inside = root / "churn"
    for url in (str(inside), f"file://{inside}", f"file://localhost{inside}", f"{root}/../root/churn"):
        assert check(url, local_roots=[root]) == str(inside)


def test_a_repository_outside_of_every_allowed_folder_needs_the_setting(root):
    outside = root.parent / "outside"
    assert refusal(str(outside), local_roots=[root]) == "address.local"
    assert refusal(f"{root}/../outside", local_roots=[root]) == "address.local"
    assert refusal(f"{root}-other/churn", local_roots=[root]) == "address.local"
    assert check(str(outside), allow_local=True, local_roots=[root]) == str(outside)


def test_a_path_that_does_not_exist_and_one_that_does_are_refused_alike(root):
    assert refusal("/etc", local_roots=[root]) == refusal("/no/such/place", local_roots=[root]) == "address.local"


def test_a_link_inside_the_folder_does_not_lead_out_of_it(root):
    (root / "escape").symlink_to(root.parent / "outside")

    assert refusal(str(root / "escape"), local_roots=[root]) == "address.local"


def test_a_git_file_that_points_elsewhere_is_not_followed(root):
    sneaky = root / "sneaky"
    sneaky.mkdir()
    (sneaky / ".git").write_text(f"gitdir: {root.parent / 'outside' / '.git'}\n")

    assert refusal(str(sneaky), local_roots=[root]) == "remote.not_found"


def test_a_git_directory_that_is_a_link_is_not_followed(root):
    sneaky = root / "sneaky"
    sneaky.mkdir()
    (sneaky / ".git").symlink_to(root.parent / "outside" / ".git")

    assert refusal(str(sneaky), local_roots=[root]) == "remote.not_found"


@pytest.mark.parametrize("borrowed", ["objects/info/alternates", "commondir"])
def test_a_repository_that_borrows_objects_from_outside_is_refused(root, borrowed):
    (root / "churn" / ".git" / borrowed).write_text(f"{root.parent / 'outside' / '.git' / 'objects'}\n")

    assert refusal(str(root / "churn"), local_roots=[root]) == "address.local"
    assert check(str(root / "churn"), allow_local=True) == str(root / "churn")


def test_a_link_among_the_objects_is_refused(root):
    os.symlink(root.parent / "outside" / ".git" / "objects", root / "churn" / ".git" / "objects" / "pack" / "x")

    assert refusal(str(root / "churn"), local_roots=[root]) == "address.local"


def test_a_folder_without_a_repository_says_so(root):
    (root / "empty").mkdir()

    assert refusal(str(root / "empty"), local_roots=[root]) == "remote.not_found"


def test_only_documented_codes_exist():
    with pytest.raises(ValueError, match="not a documented code"):
        mirror.MirrorError("made.up", "x")
