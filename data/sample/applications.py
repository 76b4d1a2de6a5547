"""Draws the order classes of the sample and who of its first students wants which, with consent and hand changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from students import COLLEGES, TODAY, Draw

SEED = "duikou-applications-1"
APPLYING_OF = 120
APPLYING = 0.85
CONSENT, GUARDIAN = 0.96, 0.8
TIE = 0.1
REFUSES = "拒绝"
MOST_CHOICES = 3
FAMILIES = {
    "C01": ("焊接", "材料"),
    "C02": ("数控", "机械制造", "质量检测"),
    "C03": ("机电", "电气", "自动化"),
    "C04": ("汽车", "内燃机"),
    "C05": ("环境", "会计", "物流"),
    "C06": ("软件", "计算机", "机器人"),
}
NEXT = {
    "C01": ("C02", "C03"),
    "C02": ("C03", "C01", "C06"),
    "C03": ("C06", "C02", "C04"),
    "C04": ("C03", "C02"),
    "C05": ("C06",),
    "C06": ("C03", "C02"),
}
# fmt: off
CLASSES = (
    {"班级编号": "C01", "班级名称": "智能焊接订单班", "企业名称": "济南示例焊接装备有限公司", "开班下限": "4",
     "名额上限": "8", "专业": "智能焊接技术|焊接技术应用", "技能": "手把焊；氩弧焊；看图纸", "加分技能": "机器人焊接",
     "班级说明": "焊接工作站操作与编程，第五学期进企业，提供焊工证培训。"},
    {"班级编号": "C02", "班级名称": "精密数控订单班", "企业名称": "济南样例精密机械有限公司", "开班下限": "8",
     "名额上限": "14", "名额组": f"工程学院 2-8：院校={COLLEGES['A']}；长清中专 0-4：院校={COLLEGES['C']}",
     "专业": "数控技术|数控技术应用|机械制造及自动化", "技能": "数控车；数控编程；看图纸",
     "班级说明": "五轴加工与工艺，双导师，留任一年奖励学费。"},
    {"班级编号": "C03", "班级名称": "自动化产线联合班",
     "企业名称": "山东示例自动化设备有限公司、济南演示包装机械有限公司",
     "开班下限": "8", "名额上限": "12", "候补人数": "10",
     "名额组": "机电类 3-9：专业=机电一体化技术|机电技术应用；电气类 2-8：专业=电气自动化技术|电气工程及自动化",
     "技能": "PLC；看电气图；钳工", "加分技能": "工业机器人",
     "班级说明": "两家企业联合培养，产线装调与运维。"},
    {"班级编号": "C04", "班级名称": "新能源汽车现代学徒班", "企业名称": "济南示例汽车服务有限公司", "开班下限": "6",
     "名额上限": "10",
     "必备专业": "新能源汽车技术|新能源汽车运用与维修|汽车制造与试验技术|汽车运用与维修|汽车检测与维修技术",
     "技能": "高压安全操作；故障诊断", "班级说明": "十二家门店共同招生，毕业前三个月可以退出。"},
    {"班级编号": "C05", "班级名称": "绿色制造项目班", "企业名称": "山东样例环保科技有限公司", "开班下限": "12",
     "名额上限": "20", "专业": "环境工程技术", "技能": "污水处理；环境监测",
     "班级说明": "绿色工厂评价与水处理运行实训。"},
    {"班级编号": "C06", "班级名称": "工业软件实践班", "企业名称": "济南演示软件有限公司", "开班下限": "6",
     "名额上限": "12", "学历": "高职专科", "技能": "Java；数据库；Python", "班级说明": "工业数据采集与看板开发。"},
)
CLASS_COLUMNS = (
    "班级编号", "班级名称", "企业名称", "开班下限", "名额上限", "候补人数", "名额组", "学历", "必备专业", "专业",
    "技能", "加分技能", "人工名次", "不列入名单", "开班日期", "班级说明",
)
# fmt: on


def preference_rows(students: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Draw the lists of those of the first students whose major has a class, each from its own stream of numbers."""
    rows = []
    for student in students[:APPLYING_OF]:
        draw = Draw(f"{SEED}-{student['学号']}")
        named = student["专业名称"] + student["班级"]
        near = next((key for key, words in FAMILIES.items() if any(word in named for word in words)), None)
        if near is None or not draw.chance(APPLYING):
            continue
        listed = [near, *draw.several(NEXT[near], int(draw.random() * MOST_CHOICES))]
        if len(listed) > 1 and draw.chance(TIE):
            listed[:2] = [f"{listed[0]}={listed[1]}"]
        young = student["满18周岁日期"] > TODAY.isoformat()
        cells = {"学号": student["学号"]}
        for number, name in enumerate("一二三"):
            cells[f"第{name}志愿"] = listed[number] if number < len(listed) else ""
        cells["本人同意"] = "是" if draw.chance(CONSENT) else "否"
        cells["监护人同意"] = ("是" if draw.chance(GUARDIAN) else "否") if young else ""
        rows.append(cells)
    return rows


def class_rows(students: Sequence[Mapping[str, str]], lists: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Give the classes; whoever refuses being ranked by machine is placed by hand wherever that student applies."""
    refusing = {student["学号"] for student in students if student["自动排序"] == REFUSES}
    rows = []
    for one in CLASSES:
        applying = [row["学号"] for row in lists if any(one["班级编号"] in cell.split("=") for cell in row.values())]
        by_hand = [name for name in applying if name in refusing]
        placed = "；".join(f"{name}:{3 + number}" for number, name in enumerate(by_hand))
        cells = {"开班日期": "2027-03-01", "人工名次": placed, **one}
        if one["班级编号"] == "C02" and applying:
            cells["不列入名单"] = next(name for name in applying if name not in refusing)
        rows.append({column: cells.get(column, "") for column in CLASS_COLUMNS})
    return rows
