"""What a page must be like, and the words for a page that is not."""

from tests.web.webtools import ARTICLE, PHONE, WEIGHT, node

# Findings of axe inside the article that the theme or Sphinx makes and we cannot write otherwise:
# {(axe's rule, CSS selector of the place): reason}. A test fails when one is not needed any more.
DOCUTILS = "docutils gives the entries of a bibliography roles that ARIA has since withdrawn"
EXCUSED = {
    ("aria-allowed-role", ".citation-list"): DOCUTILS,
    ("aria-deprecated-role", ".citation-list"): DOCUTILS,
    ("aria-required-children", ".citation-list"): DOCUTILS,
}


def visit(chromium, visits):
    """Visit pages in one browser. visits: (url, scheme) pairs; returns a finding for each."""
    return node("visit.mjs", {
        "chromium": chromium,
        "visits": [{"url": url, "scheme": scheme} for url, scheme in visits],
        "article": ARTICLE,
        "excused": [{"rule": rule, "within": within} for rule, within in EXCUSED],
        "phone": PHONE,
    })


def complaints(finding):
    """The complaints about one page in one colour scheme, a sentence each; empty for a good one."""
    if "broken" in finding:
        return [f"the visit ended early: {finding['broken']}"]
    out = [f"script error: {text}" for text in finding["errors"]]
    out += [f"request failed: {text}" for text in finding["failed"]]
    out += [f"asks another host: {url}" for url in finding["outside"]]
    if finding["theme"] != finding["scheme"]:
        out.append(f"shows the {finding['theme']} theme to a {finding['scheme']} system")
    for rule in finding["axe"]:
        places = [f"    {at['target']}\n    {at['html']}" for at in rule["at"]]
        out.append("\n".join([f"axe {rule['rule']}: {rule['help']}", *places[:5]]))
    out += [f"the equation {name} is wider than its column" for name in finding["cut"]]
    if finding["overflow"]["page"] > PHONE:
        wide = "".join(f"\n    {tag}" for tag in finding["overflow"]["wide"])
        out.append(f"{finding['overflow']['page']} px wide on a phone of {PHONE} px:{wide}")
    if finding["bytes"] > WEIGHT:
        out.append(f"weighs {finding['bytes'] / 1e6:.2f} MB, more than {WEIGHT / 1e6} MB")
    return out
