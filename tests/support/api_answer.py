"""Does an answer of the API fit its description?

api_answer.py OPENAPI METHOD PATH STATUS ANSWER [BODY]: files OPENAPI and
ANSWER, and the text of the request's body. A body that was taken (2xx) must fit
as well. Without METHOD: the schemas themselves, and that everything referred to
is there. Says what does not fit, and ends with 1 then.
"""
import json
import re
import sys
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator


def fail(words):
    print(words)
    sys.exit(1)


def references(node):
    """Every {"$ref": ...} below a node."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def at(document, reference):
    for key in reference.removeprefix("#/").split("/"):
        document = document[key]
    return document


def check_document(document):
    for reference in references(document):
        try:
            at(document, reference)
        except KeyError:
            fail(f"{reference} is not there")
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        for example in schema.get("examples", []):
            check(document, schema, example, f"example of {name}")


def check(document, schema, value, what):
    whole = {**schema, "components": document["components"]}
    errors = list(Draft202012Validator(whole).iter_errors(value))
    if errors:
        where = "/".join(str(part) for part in errors[0].absolute_path)
        fail(f"{what}: {where}: {errors[0].message[:300]}")


def operation(document, method, path):
    path = urlsplit(path).path
    for pattern, item in document["paths"].items():
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", pattern), path):
            return item.get(method.lower())
    return None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = json.load(file)
    if len(sys.argv) == 2:
        check_document(document)
        return
    _, _, method, path, status, answer, *body = sys.argv
    with open(answer, encoding="utf-8") as file:
        value = json.load(file)
    error = {"$ref": "#/components/schemas/Error"}
    found = operation(document, method, path)
    if found is None:
        # No such path, or not with this method: still an error to read.
        check(document, error, value, f"{method} {path}")
        return
    answers = found["responses"]
    if status not in answers:
        fail(f"{method} {path}: {status} is not described")
    meant = answers[status]
    if "$ref" in meant:
        meant = at(document, meant["$ref"])
    check(document, meant["content"]["application/json"]["schema"], value,
          f"{method} {path}: {status}")
    if body and body[0] and status.startswith("2"):
        schema = found["requestBody"]["content"]["application/json"]["schema"]
        check(document, schema, json.loads(body[0]), f"body to {path}")


main()
