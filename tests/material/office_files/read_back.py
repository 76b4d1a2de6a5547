"""Reads the produced files back, without make_files.py, and compares them with their expected files.

Needs openpyxl and xlrd. `read_back.py` checks all, `read_back.py NAME ...` also prints cells beside what is expected.
It knows no dates, levels or pay: it checks places, labels, carried-down cells, and that personal values stay out.
"""
import csv
import datetime as dt
import io
import json
import sys
import unicodedata
from pathlib import Path

import openpyxl
import xlrd

HERE = Path(__file__).resolve().parent


def nf(x):
    return unicodedata.normalize("NFKC", str(x)).strip()


def tight(x):
    return "".join(nf(x).split())


def grid_of(p, exp):
    """rows of shown text (1-based dict), merged cells filled, and the raw cells."""
    raw, spans = {}, []
    if p.suffix == ".csv":
        t = p.read_bytes().decode({"utf-8-bom": "utf-8-sig"}.get(exp["encoding"], exp["encoding"]))
        for r, row in enumerate(csv.reader(io.StringIO(t, newline="")), 1):
            for c, v in enumerate(row, 1):
                if v != "":
                    raw[r, c] = v
    elif p.suffix == ".xlsx":
        ws = openpyxl.load_workbook(p, data_only=True)[exp["sheet"]]
        for row in ws.iter_rows():
            for cell in row:
                if cell.value is not None:
                    raw[cell.row, cell.column] = cell.value
        spans = [(m.min_row, m.min_col, m.max_row, m.max_col) for m in ws.merged_cells.ranges]
    else:
        wb = xlrd.open_workbook(p, formatting_info=True)
        ws = wb.sheet_by_name(exp["sheet"])
        for r in range(ws.nrows):
            for c in range(ws.ncols):
                cell = ws.cell(r, c)
                if cell.ctype in (0, 6):
                    continue
                raw[r + 1, c + 1] = xlrd.xldate_as_datetime(cell.value, wb.datemode) if cell.ctype == 3 else cell.value
        spans = [(a + 1, c + 1, b, d) for a, b, c, d in ws.merged_cells]
    full = dict(raw)
    for a, b, c, d in spans:
        for r in range(a, c + 1):
            for q in range(b, d + 1):
                if (a, b) in raw:
                    full[r, q] = raw[a, b]
    return raw, full


def show(v):
    if v is None:
        return ""
    if isinstance(v, float) and v == int(v):
        return str(int(v))
    if isinstance(v, (dt.datetime, dt.date)):
        return v.strftime("%Y-%m-%d")
    return str(v)


def check(p, loud=False):
    exp = json.loads(Path(str(p) + ".expected.json").read_text(encoding="utf-8"))
    errs = []
    raw, full = grid_of(p, exp)
    nrow = max(r for r, _ in raw)
    ncol = max(c for _, c in raw)
    hr = exp["header_row"]
    heads = {}
    for c in range(1, ncol + 1):
        h = nf(show(full.get((hr, c))).replace("\n", ""))
        if "header_rows" in exp and not h:
            h = nf(show(raw.get((hr - 1, c))).replace("\n", ""))
        heads[c] = h
    names = [h for h in heads.values()]
    for h in exp["ignored_columns"] + exp["other_columns"] + [q["column"] for q in exp["problems"]]:
        if h not in names:
            errs.append(f"header {h!r} not in row {hr}: {names}")
    bad = {q["row"] for q in exp["problems"]}
    good = {r["row"] for r in exp["records"]}
    if bad & good:
        errs.append(f"rows in both: {bad & good}")
    if len(good) != len(exp["records"]):
        errs.append("a row twice")
    for q in exp["problems"]:
        c = next(c for c, h in heads.items() if h == q["column"])
        if p.suffix == ".xlsx" and q["value"].startswith("="):
            continue
        if nf(show(raw.get((q["row"], c)))) != nf(q["value"]):
            errs.append(f"problem {q}: cell shows {show(raw.get((q['row'], c)))!r}")
    ids = {}
    for r in exp["records"]:
        row = {c: nf(show(full.get((r["row"], c)))) for c in range(1, ncol + 1)}
        alltext = "\n".join(row.values())
        for f in ("id", "title", "course", "major", "college", "class_name", "education", "employer"):
            v = r.get(f)
            if v is None:
                continue
            if f == "employer" and v not in alltext and p.suffix == ".csv":
                up = r["row"]
                while up > hr and not nf(show(raw.get((up, next(c for c, h in heads.items() if "企业" in h))))):
                    up -= 1
                if v == nf(show(raw.get((up, next(c for c, h in heads.items() if "企业" in h))))):
                    continue
            if v not in row.values() and not (f == "id" and v in alltext):
                errs.append(f"row {r['row']}: {f} {v!r} not in {list(row.values())}")
        labels = [s["label"] for s in r.get("skills", [])]
        for f in ("certificates", "planned_certificates", "majors", "places", "wished_places", "wished_posts"):
            labels += r.get(f) or []
        for s in labels + (r["text"].split("\n") if r.get("text") else []):
            if s not in alltext:
                errs.append(f"row {r['row']}: {s!r} not in the row")
        for s in r.get("skills", []):
            if s["level"] not in (None, 1, 2, 3, 4):
                errs.append(f"row {r['row']}: level {s}")
        body = json.dumps({k: v for k, v in r.items() if k != "row"}, ensure_ascii=False)
        for c, h in heads.items():
            v = row[c]
            if h in exp["ignored_columns"] and len(v) > 2 and v in body:
                errs.append(f"row {r['row']}: {h} {v!r} reached the record")
        for f in ("graduates_on", "start_on", "valid_until", "ends_on"):
            if r.get(f):
                dt.date.fromisoformat(r[f])
        if r.get("pay_low") and r.get("pay_high") and r["pay_low"] > r["pay_high"]:
            errs.append(f"row {r['row']}: pay")
        if exp["table"] == "students":
            if r["id"] in ids or not r["id"]:
                errs.append(f"row {r['row']}: id {r['id']} again")
            ids[r["id"]] = 1
    for r in range(hr + 1, nrow + 1):
        if r not in good | bad:
            rest = [show(raw.get((r, c))) for c in range(1, ncol + 1) if (r, c) in raw]
            if loud and rest:
                print(f"   [{r}] not data: {rest}")
    if loud:
        print(f"== {p.name}  header {hr}: {names}")
        print("   above:", [[show(raw[r, c]) for c in range(1, ncol + 1) if (r, c) in raw] for r in range(1, hr)])
        print("   ignored", exp["ignored_columns"], "other", exp["other_columns"], "|", exp["notes"])
        for r in sorted(good | bad):
            print(f"   [{r}]", " | ".join(repr(raw.get((r, c), "")) if not isinstance(raw.get((r, c)), dt.datetime) else str(raw[r, c])[:10] for c in range(1, ncol + 1)))
            for x in exp["records"]:
                if x["row"] == r:
                    y = {k: v for k, v in x.items() if k != "row"}
                    if "skills" in y:
                        y["skills"] = [f"{s['label']}={s['level']}" for s in y["skills"]]
                    print("      ->", json.dumps(y, ensure_ascii=False))
            for x in exp["problems"]:
                if x["row"] == r:
                    print("      !!", x["column"], repr(x["value"]), x["why"])
    return errs


if __name__ == "__main__":
    want = sys.argv[1:]
    total, n = 0, 0
    for e in sorted(HERE.glob("*.expected.json")):
        p = HERE / e.name[: -len(".expected.json")]
        if want and not any(w in p.name for w in want):
            continue
        n += 1
        for x in check(p, bool(want)):
            total += 1
            print(p.name, x)
    print(n, "files,", total, "differences")
    sys.exit(1 if total else 0)
