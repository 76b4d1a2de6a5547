"""The example requests and answers that the generated documentation shows; the tests send them."""

from __future__ import annotations

from typing import Any

_WELDER: dict[str, Any] = {
    "id": "D001",
    "title": "氩弧焊工",
    "text": "不锈钢管件氩弧打底、盖面，要求单面焊双面成型，会看图纸。",
    "requirements": [
        {"kind": "education", "label": "中职", "importance": "must"},
        {"kind": "skill", "label": "氩弧焊", "level": 2, "importance": "must"},
        {"kind": "skill", "label": "看图纸", "level": 2},
        {"kind": "certificate", "label": "焊工证"},
    ],
    "places": ["长清区"],
    "pay": {"low": 6000, "high": 9000},
    "start_on": "2027-07-01",
}
_MILLER: dict[str, Any] = {
    "id": "D002",
    "title": "CNC machining centre operator",
    "text": "Set up and run three-axis machining centres, read drawings, measure with micrometers.",
    "requirements": [
        {"kind": "skill", "label": "CNC milling", "level": 2},
        {"kind": "skill", "label": "reading technical drawings", "level": 1, "importance": "nice"},
    ],
    "places": ["济南"],
    "pay": {"low": 5500, "high": 7500},
}
_STUDENT: dict[str, Any] = {
    "id": "S0001",
    "education": "高职专科",
    "major": "智能焊接技术",
    "skills": [{"label": "TIG焊", "level": 2, "source": "course"}, {"label": "焊接符号识读", "level": 2}],
    "certificates": [{"label": "焊工四级"}],
    "preferences": {"places": ["济南"], "pay_low": 6000},
    "text": "实训中完成不锈钢管对接氩弧焊。",
}
_ENGLISH_STUDENT: dict[str, Any] = {
    "id": "S0002",
    "education": "高职专科",
    "major": "数控技术",
    "skills": [{"label": "CNC milling", "level": 3, "source": "verified"}, {"label": "TIG welding", "level": 2}],
    "text": "Programmed and ran a three-axis machining centre during my internship.",
}
MATCH_BODY: dict[str, Any] = {"demand": _WELDER, "profiles": [_STUDENT, _ENGLISH_STUDENT], "k": 10}
DEMANDS_BODY: dict[str, Any] = {"profile": _ENGLISH_STUDENT, "demands": [_WELDER, _MILLER], "order": "reciprocal"}
REQUESTS: dict[str, dict[str, Any]] = {
    "demand": {"summary": "为一个岗位排序学生 / rank profiles for a demand", "value": MATCH_BODY},
    "profile": {"summary": "为一名学生排序岗位 / rank demands for a profile", "value": DEMANDS_BODY},
}
PROBLEM_BODY: dict[str, Any] = {
    "type": "urn:problem-type:duikou:record",
    "title": "记录中有字段填写有误",
    "status": 422,
    "code": "record",
    "detail": "字段 demand.requirements[2].level：「9」数值太大",
    "detail_zh": "字段 demand.requirements[2].level：「9」数值太大",
    "detail_en": "field demand.requirements[2].level: '9' Input should be less than or equal to 5",
    "problems": [
        {
            "field": "demand.requirements[2].level",
            "value": "9",
            "rule": "less_than_equal",
            "message_zh": "数值太大",
            "message_en": "Input should be less than or equal to 5",
        }
    ],
    "problem_count": 1,
}
