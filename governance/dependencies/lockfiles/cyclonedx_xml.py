"""CycloneDX from XML: brought into the form that JSON has, and read like it. No document type, no entity is ever expanded. Pure."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import InputSource

import defusedxml.sax
from defusedxml import DefusedXmlException

from governance.dependencies.lockfiles import cyclonedx
from governance.dependencies.lockfiles.documents import Node, Unreadable
from governance.dependencies.lockfiles.model import DEEPEST, MOST_VALUES
from governance.dependencies.lockfiles.sheet import Sheet

_NAMESPACE = re.compile(r"http://cyclonedx\.org/schema/bom/(\d+\.\d+)")
_TEXTS = ("group", "name", "version", "versionRange", "scope", "purl")


class Element:
    """An element without its namespace: what stands in it, and where it begins."""

    __slots__ = ("attributes", "children", "line", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str], line: int) -> None:
        self.tag, self.attributes, self.line = tag, attributes, line
        self.children: list[Element] = []
        self.text: list[str] = []

    def first(self, tag: str) -> Element | None:
        return next((child for child in self.children if child.tag == tag), None)

    def said(self, tag: str) -> str:
        found = self.first(tag)
        return "".join(found.text).strip() if found else ""

    def below(self, *tags: str) -> list[Element]:
        """The elements at the end of a path."""
        found = [self]
        for tag in tags:
            found = [child for one in found for child in one.children if child.tag == tag]
        return found


class _Builder(ContentHandler):
    """Elements of the namespace of CycloneDX; what extensions add is passed over."""

    def __init__(self) -> None:
        super().__init__()
        self.root: Element | None = None
        self.namespace = ""
        self.open: list[Element] = []
        self.count = 0
        self.foreign = 0

    def startElementNS(self, name: tuple[str | None, str], qname: str | None, attrs: Any) -> None:
        line = self._locator.getLineNumber() or 0  # type: ignore[attr-defined]
        self.count += 1
        if self.count > MOST_VALUES:
            raise Unreadable(line, "too_many_values", limit=MOST_VALUES)
        if self.foreign or (self.open and name[0] != self.namespace):
            self.foreign += 1
            if self.foreign > DEEPEST:
                raise Unreadable(line, "too_deep", limit=DEEPEST)
            return
        element = Element(name[1], {key[1]: value for key, value in attrs.items()}, line)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root, self.namespace = element, name[0] or ""
        self.open.append(element)
        if len(self.open) > 2 * DEEPEST:  # a level of components takes two elements
            raise Unreadable(line, "too_deep", limit=DEEPEST)

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        if self.foreign:
            self.foreign -= 1
        else:
            self.open.pop()

    def characters(self, content: str) -> None:
        if self.open and not self.foreign:
            self.open[-1].text.append(content)


def parse(text: str, sheet: Sheet) -> None:
    builder = _Builder()
    parser = defusedxml.sax.make_parser()
    parser.setFeature(feature_namespaces, True)
    parser.forbid_dtd = True
    parser.setContentHandler(builder)
    source = InputSource()
    source.setCharacterStream(StringIO(text))  # text: what the declaration says of bytes does not matter any more
    try:
        parser.parse(source)
    except SAXParseException as error:
        raise Unreadable(error.getLineNumber() or 0, "syntax", what="XML", detail=error.getMessage()) from error
    except DefusedXmlException as error:
        raise Unreadable(0, "syntax", what="XML", detail=f"{type(error).__name__}: document types are not read") from error
    except (SAXException, ValueError) as error:
        raise Unreadable(0, "syntax", what="XML", detail=error) from error
    version = _NAMESPACE.fullmatch(builder.namespace)
    if builder.root is None or builder.root.tag != "bom" or version is None:
        raise Unreadable(0, "not_the_format", what="CycloneDX", detail="its root is no bom of CycloneDX")
    cyclonedx.read(_bom(builder.root, version[1]), sheet)


def _bom(root: Element, version: str) -> Node:
    metadata = root.first("metadata")
    subject = metadata.first("component") if metadata else None
    body = _node(root.line, specVersion=version, metadata=_node(metadata.line if metadata else 0))
    if metadata:
        body["metadata"]["timestamp"] = metadata.said("timestamp") or None
    if subject:
        body["metadata"]["component"] = _component(subject)
    body["components"] = [_component(one) for one in root.below("components", "component")]
    body["services"] = [_service(one) for one in root.below("services", "service")]
    for name, inner in (("vulnerabilities", "vulnerability"), ("annotations", "annotation"), ("formulation", "formula")):
        body[name] = [{} for _one in root.below(name, inner)]
    return body


def _node(line: int, **values: Any) -> Node:
    found = Node(values)
    found.line = line
    return found


def _component(element: Element) -> Node:
    body = _node(element.line, **{name: element.said(name) for name in _TEXTS if element.first(name)})
    body["type"] = element.attributes.get("type", "")
    body["hashes"] = [
        {"alg": one.attributes.get("alg", ""), "content": "".join(one.text).strip()} for one in element.below("hashes", "hash")
    ]
    body["licenses"] = _licences(element)
    if inner := element.below("components", "component"):
        body["components"] = [_component(one) for one in inner]
    return body


def _licences(element: Element) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in element.below("licenses"):
        for choice in one.children:
            if choice.tag == "expression":
                found.append({"expression": "".join(choice.text).strip()})
            elif choice.tag == "license":
                found.append({"license": {"id": choice.said("id"), "name": choice.said("name")}})
    return found


def _service(element: Element) -> Node:
    body = _node(element.line, **{name: element.said(name) for name in _TEXTS if element.first(name)})
    body["endpoints"] = ["".join(one.text).strip() for one in element.below("endpoints", "endpoint")]
    body["licenses"] = _licences(element)
    if inner := element.below("services", "service"):
        body["services"] = [_service(one) for one in inner]
    return body
