"""Writes the office files of this folder, their *.expected.json and README.md.

Runs with openpyxl and xlwt; the same bytes come out of every run.
Meaning first: a row is decided as meaning, a column's style turns it into a cell, and the
expected record is taken from the meaning. No file is parsed here: read_back.py does that.
"""
import calendar
import csv
import datetime as dt
import io
import json
import random
import re
import unicodedata
import zipfile
from pathlib import Path

import openpyxl
import xlwt
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

HERE = Path(__file__).resolve().parent


# ---------------------------------------------------------------- small things
def nf(s):
    return unicodedata.normalize("NFKC", s).strip()


def fw(s):
    """Digits and Latin letters as full width."""
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in str(s))


def serial(d):
    return (d - dt.date(1899, 12, 30)).days


class V:
    """A cell written by hand: what is in it, and what it means."""
    def __init__(self, raw, mean):
        self.raw, self.mean = raw, mean


class BAD:
    """A wrong cell."""
    def __init__(self, raw, why, shown=None):
        self.raw, self.why = raw, why
        if shown is None:
            shown = "" if raw is None else str(raw)
        self.shown = shown


class F:
    """A formula with the value the office program kept (cached); None: never computed."""
    def __init__(self, formula, cached, kind="n"):
        self.formula, self.cached, self.kind = formula, cached, kind


class QP(str):
    """Text typed with an apostrophe: the apostrophe is a style, not part of the value."""


# ---------------------------------------------------------------- dates
CN = "〇一二三四五六七八九"


def cn2(n):
    if n <= 10:
        return "十" if n == 10 else CN[n]
    t, o = divmod(n, 10)
    return ("" if t == 1 else CN[t]) + "十" + (CN[o] if o else "")


def cny(y):
    return "".join(CN[int(c)] for c in str(y))


MONTH = {
    "m_dot": lambda y, m: f"{y}.{m}",
    "m_dot0": lambda y, m: f"{y}.{m:02d}",
    "m_num": lambda y, m: float(f"{y}.{m}"),
    "m_cn": lambda y, m: f"{y}年{m}月",
    "m_cnfw": lambda y, m: fw(f"{y}年{m}月"),
    "m_iso": lambda y, m: f"{y}-{m:02d}",
    "m_slash": lambda y, m: f"{y}/{m}",
    "m_cnnum": lambda y, m: f"{cny(y)}年{cn2(m)}月",
    "m_end": lambda y, m: f"{y}年{cn2(m)}月底",
    "m_end2": lambda y, m: f"{y}年{m}月底",
}
DAY = {
    "iso": lambda d: d.isoformat(),
    "slash": lambda d: f"{d.year}/{d.month}/{d.day}",
    "dot": lambda d: f"{d.year}.{d.month}.{d.day}",
    "short": lambda d: f"{d.year % 100}.{d.month}.{d.day}",
    "cn": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "cnfw": lambda d: fw(f"{d.year}年{d.month}月{d.day}日"),
    "cnnum": lambda d: f"{cny(d.year)}年{cn2(d.month)}月{cn2(d.day)}日",
    "compact": lambda d: d.strftime("%Y%m%d"),
    "stamp": lambda d: d.isoformat() + " 00:00:00",
    "date": lambda d: d,
    "serial": lambda d: serial(d),
}


def r_date(ymd, style, first=False):
    """(raw, meaning)"""
    if ymd is None:
        return None, None
    d = dt.date(*ymd)
    if style in MONTH:
        day = 1 if first else calendar.monthrange(d.year, d.month)[1]
        assert not (first and "end" in style)
        return MONTH[style](d.year, d.month), d.replace(day=day).isoformat()
    return DAY[style](d), d.isoformat()


# ---------------------------------------------------------------- skills, pay, heads
WORD = {1: "了解", 2: "熟悉", 3: "熟练", 4: "精通"}
LV = {
    "none": lambda s, v: s,
    "paren": lambda s, v: f"{s}({WORD[v]})",
    "paren_fw": lambda s, v: f"{s}（{WORD[v]}）",
    "colon": lambda s, v: f"{s}:{WORD[v]}",
    "colon_fw": lambda s, v: f"{s}：{WORD[v]}",
    "dash": lambda s, v: f"{s}-{WORD[v]}",
    "prefix": lambda s, v: f"{WORD[v]}{s}",
    "num_paren": lambda s, v: f"{s}({v})",
    "num_fw": lambda s, v: f"{s}（{fw(v)}）",
    "num_colon": lambda s, v: f"{s}:{v}",
}


def r_skills(skills, style, sep):
    if skills is None or skills == []:
        return None, []
    parts, mean = [], []
    for s, v in skills:
        if v is None or style == "none":
            parts.append(s)
            mean.append((s, None))
        else:
            parts.append(LV[style](s, v))
            mean.append((s, v))
    return sep.join(parts), mean


def k(n):
    return f"{n / 1000:g}"


def w(n):
    return f"{n / 10000:g}"


PAY = {
    "range": lambda a, b: (f"{a}-{b}", a, b),
    "tilde": lambda a, b: (f"{a}~{b}", a, b),
    "fw": lambda a, b: (f"{fw(a)}～{fw(b)}", a, b),
    "yuan": lambda a, b: (f"{a}-{b}元/月", a, b),
    "k": lambda a, b: (f"{k(a)}-{k(b)}K", a, b),
    "k13": lambda a, b: (f"{k(a)}K-{k(b)}K·13薪", a, b),
    "wan": lambda a, b: (f"{w(a)}-{w(b)}万/月", a, b),
    "to": lambda a, b: (f"{a}至{b}元", a, b),
    "comma": lambda a, b: (f"{a:,}-{b:,}", a, b),
    "talk": lambda a, b: ("面议", None, None),
    "from": lambda a, b: (f"{a}元以上", a, None),
    "from2": lambda a, b: (f"{a}起", a, None),
    "num": lambda a, b: (a, a, a),
    "all": lambda a, b: (f"综合工资{a}", a, a),
    "year": lambda a, b: (f"年薪{w(a * 12)}万-{w(b * 12)}万", a, b),
    "day": lambda a, b: ("200-260元/天", None, None),
    "thousand": lambda a, b: (f"{k(a)}-{k(b)}", a, b),
    "wan_year": lambda a, b: (f"{w(a * 12)}-{w(b * 12)}", a, b),
}
HEADS = {
    "int": lambda n: n,
    "float": lambda n: float(n),
    "text": lambda n: str(n),
    "ren": lambda n: f"{n}人",
    "ming": lambda n: f"{n}名",
    "fw": lambda n: fw(n),
}
YEAR = {
    "int": lambda y: y,
    "text": lambda y: str(y),
    "ji": lambda y: f"{y}级",
    "ji2": lambda y: f"{y % 100}级",
    "fwji": lambda y: fw(y) + "级",
    "cnji": lambda y: cny(y) + "级",
    "float": lambda y: float(y),
    "autumn": lambda y: f"{y}年秋季",
}
IDS = {
    "text": lambda s: s,
    "quote": lambda s: QP(s),
    "int": lambda s: int(s),
    "float": lambda s: float(s),
    "apos": lambda s: "'" + s,
    "fw": lambda s: fw(s),
    "dot0": lambda s: s + ".0",
    "eq": lambda s: f'="{s}"',
    "tab": lambda s: "\t" + s,
    "space": lambda s: f" {s} ",
}

# ---------------------------------------------------------------- pools (all invented or public words)
MAJ = {
    "焊": ("智能焊接技术", "智能焊接技术", ["二保焊", "氩弧焊", "手工电弧焊", "焊缝外观检验", "焊接机器人操作", "钢结构识图"],
          ["焊工(四级)", "特种作业操作证(焊接与热切割作业)", "1+X特殊焊接技术(中级)"], ["焊工", "氩弧焊工", "焊接工艺员"]),
    "焊旧": ("焊接技术与自动化", "焊接", ["二氧焊", "TIG焊", "手把焊", "气割", "焊接工艺编制"],
           ["焊工(五级)", "焊工证"], ["电焊工", "焊接检验员"]),
    "机电": ("机电一体化技术", "机电", ["PLC编程", "电气配盘", "液压与气动", "变频器调试", "设备维护保养", "CAD制图"],
           ["电工(四级)", "特种作业操作证(低压电工作业)"], ["设备维修工", "电气装配工", "机电维修工"]),
    "机电短": ("机电", "机电", ["电气识图", "博途编程", "触摸屏组态", "钳工基本操作"], ["电工证", "电工(五级)"], ["维修电工", "装配工"]),
    "数控": ("数控技术", "数控", ["数控车编程", "加工中心操作", "三坐标测量", "UG NX建模", "机械制图", "FANUC系统操作"],
           ["车工(四级)", "1+X数控车铣加工(中级)"], ["数控车工", "加工中心操作工", "编程员"]),
    "数控短": ("数控", "数控", ["普车操作", "数控铣操作", "游标卡尺使用", "刀具刃磨"], ["铣工(五级)", "车工(五级)"], ["数控操机", "铣工"]),
    "机器人": ("工业机器人技术", "工业机器人", ["机器人示教编程", "离线仿真", "视觉系统调试", "夹具设计", "工业网络通信"],
            ["1+X工业机器人应用编程(初级)", "工业机器人系统操作员(三级)"], ["机器人操作员", "机器人调试员"]),
    "电气": ("电气自动化技术", "电气自动化", ["继电控制线路安装", "PLC编程", "传感器安装调试", "电气识图", "组态软件应用"],
           ["电工(三级)", "特种作业操作证(高压电工作业)"], ["电气技术员", "自动化调试员"]),
    "模具": ("模具设计与制造", "模具", ["冲压模具设计", "线切割操作", "电火花加工", "模具装配", "SolidWorks建模"],
           ["钳工(四级)", "1+X机械产品三维模型设计(中级)"], ["模具钳工", "模具设计助理"]),
    "新能源": ("新能源汽车技术", "新能源汽车", ["动力电池检测", "高压安全操作", "整车装配", "故障诊断仪使用"],
            ["汽车维修工(四级)", "低压电工证"], ["新能源汽车装调工", "汽车维修工"]),
    "机制旧": ("机械制造与自动化", "机制", ["机械制图", "公差配合", "工艺规程编制", "普通铣床操作"], ["车工(四级)"], ["工艺技术员", "质检员"]),
    "楼宇旧": ("楼宇智能化工程技术", "楼宇智能", ["综合布线", "安防系统安装", "电气识图"], ["电工(四级)", "智能楼宇管理员(四级)"], ["弱电施工员"]),
    "物流旧": ("物流管理", "物流", ["仓储管理", "叉车驾驶", "条码设备使用"], ["叉车证", "1+X物流管理(中级)"], ["仓库管理员", "物流专员"]),
    "会计旧": ("会计", "会计", ["成本核算", "电子表格应用", "开票软件操作"], ["初级会计专业技术资格证书"], ["会计助理"]),
    "中焊": ("焊接技术应用", "焊接", ["手工电弧焊", "二保焊", "气割", "看图"], ["焊工(五级)"], ["焊工学徒", "电焊工"]),
    "中数控": ("数控技术应用", "数控", ["普车操作", "数控车操作", "量具使用"], ["车工(五级)"], ["车工学徒", "操机工"]),
    "中机电": ("机电技术应用", "机电", ["钳工基本操作", "电气线路连接", "气动回路搭建"], ["电工(五级)"], ["装配工", "维修学徒"]),
    "中汽": ("汽车运用与维修", "汽修", ["汽车保养", "轮胎更换", "钣金基础"], ["汽车维修工(五级)"], ["汽修学徒"]),
}
COLLEGES = ["济南示例职业技术学院", "泉城样例职业学院", "示例技师学院", "样本中等职业学校", "虚构职业技术大学"]
INTENT = {
    "employ": ["就业", "直接就业", "找工作"], "undecided": ["未定", "待定", "还没想好"], "study": ["升学", "专升本", "继续升学"],
    "enlist": ["参军", "应征入伍", "入伍"], "own_business": ["创业", "自主创业"], "not_seeking": ["暂不就业"],
}
CITIES = ["济南市", "青岛市", "潍坊市", "泰安市", "淄博市", "德州市"]
DISTRICTS = ["历城区", "长清区", "章丘区", "槐荫区", "天桥区", "高新区", "济阳区", "莱芜区", "钢城区", "市中区", "历下区", "平阴县"]
SELF = ["动手能力强，愿意从基层做起。", "参加过校级技能比赛，获二等奖。", "实习半年，服从安排。", "喜欢钻研设备，能吃苦。",
        "在校担任实训室管理员。", "希望离家近一些，可以住宿舍。", "不接受长期夜班。"]
SURN = ["测试", "样例", "虚构"]
STEM = "甲乙丙丁戊己庚辛壬癸"

EMPLOYERS = ["济南样例机械有限公司", "山东示例重工有限公司", "泉城虚构焊接装备有限公司", "测试自动化科技(济南)有限公司",
             "样本新能源汽车部件有限公司", "示例物流服务有限公司", "虚构动力装备股份有限公司", "样例模具制造厂"]
POSTS = [
    ("焊工", "中职及以上", ["智能焊接技术", "焊接技术应用"], [("二保焊", 3), ("钢结构识图", 2)], ["焊工证"], "负责钢结构件焊接，按图施工，能适应倒班。", (6000, 9000)),
    ("氩弧焊工", "中专及以上", ["焊接技术与自动化"], [("氩弧焊", 3), ("管道识图", 1)], ["特种作业操作证"], "不锈钢管道焊接，持证上岗。", (7000, 10000)),
    ("数控车工", "大专及以上", ["数控技术", "机械制造及自动化"], [("数控车编程", 3), ("FANUC系统操作", 2), ("量具使用", 2)], [], "轴类零件加工，长白班。", (6000, 8500)),
    ("加工中心操作工", "大专", ["数控技术"], [("加工中心操作", 3), ("机械制图", 2)], ["铣工证"], "箱体类零件加工，两班倒。", (6500, 9500)),
    ("机电维修工", "专科及以上", ["机电一体化技术", "电气自动化技术"], [("PLC编程", 2), ("设备维护保养", 3)], ["低压电工证"], "负责产线设备点检与维修。", (5500, 8000)),
    ("电气装配工", "中专/高中", ["机电", "电气"], [("电气配盘", 3), ("电气识图", 2)], ["电工证"], "按图配盘接线，经验不限。", (5000, 7500)),
    ("PLC调试员", "本科", ["电气工程及其自动化", "自动化"], [("博途编程", 4), ("变频器调试", 3)], [], "可短期出差，项目现场调试。", (8000, 12000)),
    ("机器人操作员", "高职高专", ["工业机器人技术"], [("机器人示教编程", 3)], ["工业机器人应用编程证书"], "焊接机器人工作站操作。", (6000, 8000)),
    ("质检员", "大专及以上", [], [("三坐标测量", 2), ("公差配合", 2)], [], "首件检验和巡检，应届生可培养。", (4500, 6000)),
    ("装配钳工", "高中及以上", ["机械类"], [("钳工基本操作", 3), ("装配图识读", 2)], ["钳工证"], "发动机总成装配，三班倒。", (5500, 7500)),
    ("叉车司机", "初中及以上", [], [("叉车驾驶", 3)], ["叉车证"], "厂内物料转运。", (4500, 6500)),
    ("仓库管理员", "不限", ["物流管理"], [("仓储管理", 2), ("电子表格应用", 1)], [], "收发存台账。", (4000, 5500)),
    ("汽车维修工", "技校及以上", ["汽车运用与维修", "新能源汽车技术"], [("故障诊断仪使用", 2), ("高压安全操作", 3)], ["低压电工证"], "新能源车售后维修。", (5000, 9000)),
    ("工艺技术员", "本科及以上", ["机械设计制造及其自动化"], [("工艺规程编制", 3), ("SolidWorks建模", 2)], [], "编制加工工艺文件。", (6000, 9000)),
    ("模具钳工", "中职", ["模具设计与制造"], [("模具装配", 3), ("线切割操作", 1)], ["钳工证"], "冲压模具维修。", (6500, 9000)),
    ("储备技师", "技师学院高级工班及以上", ["机电一体化"], [("液压与气动", 3)], [], "师带徒培养两年。", (5000, 7000)),
]
BOARD = ["包吃住", "包住，餐补15元/天", "提供宿舍", "食堂", "无", ""]
COURSES = {
    "智能焊接技术": [("焊条电弧焊实训", [("手工电弧焊", 3)]), ("气体保护焊", [("二保焊", 3), ("氩弧焊", 2)]), ("焊接结构识图", [("钢结构识图", 3)]),
                 ("焊接机器人编程与操作", [("焊接机器人操作", 3), ("示教编程", 2)]), ("焊接检验", [("焊缝外观检验", 3), ("渗透检测", 1)]), ("体育与健康", [])],
    "机电一体化技术": [("电工技术", [("电气识图", 2), ("继电控制线路安装", 3)]), ("可编程控制器应用", [("PLC编程", 3)]), ("液压与气压传动", [("液压与气动", 2)]),
                  ("变频与伺服技术", [("变频器调试", 3), ("伺服驱动调试", 2)]), ("机电设备维修", [("设备维护保养", 3)]), ("大学英语", [])],
    "数控技术": [("机械制图与CAD", [("机械制图", 3), ("CAD制图", 3)]), ("数控车削编程与加工", [("数控车编程", 3), ("数控车操作", 3)]), ("多轴加工", [("加工中心操作", 3)]),
               ("三维建模", [("UG NX建模", 2)]), ("精密测量", [("三坐标测量", 2), ("量具使用", 4)]), ("思想道德与法治", [])],
    "工业机器人技术": [("工业机器人编程", [("机器人示教编程", 4)]), ("离线仿真技术", [("离线仿真", 3)]), ("机器视觉", [("视觉系统调试", 2)]), ("工业网络", [("工业网络通信", 1)])],
    "焊接技术与自动化": [("熔焊方法", [("TIG焊", 2), ("手把焊", 3)]), ("焊接工艺", [("焊接工艺编制", 2)]), ("切割技术", [("气割", 3)])],
    "数控技术应用": [("普通车削实训", [("普车操作", 3)]), ("数控车实训", [("数控车操作", 2)]), ("公差与测量", [("量具使用", 2), ("公差配合", 1)])],
    "新能源汽车技术": [("动力电池技术", [("动力电池检测", 2)]), ("高压安全", [("高压安全操作", 3)]), ("整车装配工艺", [("整车装配", 2)])],
}

ALPH = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit(n):
    """A formally valid code of an organisation that does not exist (MA0 is no Shandong series)."""
    body = f"MA0000{n:02d}"
    al36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    c = 11 - sum(al36.index(x) * y for x, y in zip(body, [3, 7, 9, 10, 5, 8, 4, 2])) % 11
    org = body + ("X" if c == 10 else "0" if c == 11 else str(c))
    s = "91370100" + org
    t = 31 - sum(ALPH.index(x) * pow(3, i, 31) for i, x in enumerate(s)) % 31
    return s + ALPH[t % 31]


# ---------------------------------------------------------------- rows as meaning
def gen_students(name, n, majs, year=2024, colleges=(0,), idfmt="{y}01{m:02d}{i:02d}", grad=(2027, 6, 30), edu=("专科",),
                 intents=("employ", "employ", "employ", "study", "undecided", "enlist")):
    rnd = random.Random(name)
    rows = []
    for i in range(n):
        key = majs[i * len(majs) // n]
        label, short, skills, certs, posts = MAJ[key]
        mi = list(MAJ).index(key) + 1
        it = intents[i % len(intents)]
        c = rnd.choice([None, [], 1, 1, 2])
        if isinstance(c, int):
            c = rnd.sample(certs, min(c, len(certs)))
        rows.append(dict(
            no=i + 1, id=idfmt.format(y=year, m=mi, i=i + 1, yy=year % 100),
            name=SURN[i // 10 % 3] + STEM[i % 10], sex="男" if i % 3 else "女", idno=f"{i + 1:018d}", nation="汉族" if i % 4 else "回族",
            phone=f"000-0000-{i + 1:04d}", guardian=f"00000000{i + 1:03d}", politics="共青团员" if i % 2 else "群众",
            college=COLLEGES[colleges[i * len(colleges) // n]], major=label,
            class_name=f"{year % 100}{short}{1 + (i * 2 // n)}班", education=edu[i % len(edu)], graduates_on=grad,
            skills=[(s, rnd.randint(1, 4)) for s in rnd.sample(skills, rnd.randint(1, min(4, len(skills))))],
            certificates=c, planned=rnd.choice([None, [certs[0]], [certs[-1]]]),
            intent=it, intent_word=rnd.choice(INTENT[it]),
            province="山东省", city=rnd.choice(CITIES) if i % 3 else "济南市",
            places=rnd.sample(DISTRICTS, rnd.randint(1, 2)), wished_posts=rnd.sample(posts, min(len(posts), rnd.randint(1, 2))),
            text=SELF[(i + len(name)) % len(SELF)] if i % 3 != 1 else None,
        ))
        if it not in ("employ", "undecided"):
            rows[-1].update(province=None, city=None, places=[], wished_posts=[])
    return rows


def gen_demands(name, n, start=0, employers=(0, 1, 2), until=(2027, 6, 30), begin=(2027, 7, 1)):
    rnd = random.Random(name)
    rows = []
    for i in range(n):
        p = POSTS[(start + i) % len(POSTS)]
        e = employers[i * len(employers) // n]
        rows.append(dict(
            no=i + 1, id=f"XQ{2700 + start * 10 + i + 1}", employer=EMPLOYERS[e], code=credit(e + 1), title=p[0], headcount=rnd.randint(1, 15), education=p[1],
            majors=p[2], skills=p[3], certificates=p[4], text=p[5], pay=p[6],
            places=["济南市" + DISTRICTS[(e + start) % len(DISTRICTS)]] if i % 4 else ["济南市" + DISTRICTS[(e + start) % len(DISTRICTS)], "济南市" + DISTRICTS[(e + start + 3) % len(DISTRICTS)]],
            start_on=begin, valid_until=until, contact=STEM[e] + "经理", phone=f"000-000000{e:02d}", board=BOARD[i % len(BOARD)],
        ))
    return rows


def gen_courses(name, majors, college=0, year=2024, per=None):
    rnd = random.Random(name)
    rows = []
    ends = [(year + 1, 1, 15), (year + 1, 7, 5), (year + 2, 1, 16), (year + 2, 7, 3), (year + 2, 12, 20), (year + 3, 5, 30)]
    for m in majors:
        for j, (c, s) in enumerate(COURSES[m][:per]):
            rows.append(dict(no=len(rows) + 1, college=COLLEGES[college], major=m, entry_year=year, course=c, ends_on=ends[j % 6], skills=list(s),
                             teacher="测试" + STEM[j], hours=rnd.choice([32, 48, 64, 96]), credit=rnd.choice([2, 3, 4]),
                             term=f"第{cn2(j % 6 + 1)}学期"))
    return rows


# ---------------------------------------------------------------- columns
PERSONAL = {"private", "name", "sex", "idno", "nation", "phone", "guardian", "politics", "contact", "teacher"}
IGNORED = PERSONAL | {"no"}
JOINABLE = "、"


def cyc(style, i):
    return style[i % len(style)] if isinstance(style, (list, tuple)) else style


def render(table, row, key, style, i):
    """(raw cell, {field: meaning})"""
    st = cyc(style, i) if style is not None else None
    if key == "id":
        if row["id"] is None:
            return None, {"id": None}
        return IDS[st or "text"](row["id"]), {"id": row["id"]}
    if key in ("graduates_on", "valid_until", "ends_on", "start_on"):
        raw, mean = r_date(row[key], st or "iso", first=key == "start_on")
        return raw, {key: mean}
    if key == "skills":
        lv, sep = style or ("none", "、")
        raw, mean = r_skills(row["skills"], lv, sep)
        return raw, {"skills": mean}
    if key in ("skill1", "skill2", "level1", "level2"):
        j = int(key[-1]) - 1
        if j >= len(row["skills"]):
            return None, {}
        s, v = row["skills"][j]
        if key.startswith("skill"):
            return s, {key: s}
        return (v if st == "num" else WORD[v]), {key: v}
    if key == "level":       # one level for every skill of the row
        if not row["skills"]:
            return None, {"level": None}
        v = row["skills"][0][1]
        return {"num": v, "word": WORD[v], "text": str(v), "fw": fw(v)}[st or "word"], {"level": v}
    if key == "levels":      # as many levels as skills, in the same order
        if not row["skills"]:
            return None, {"levels": []}
        return (st or "、").join(WORD[v] for _, v in row["skills"]), {"levels": [v for _, v in row["skills"]]}
    if key in ("certificates", "planned"):
        c = row[key]
        if c is None:
            return None, {key: None}
        if not c:
            return "无" if table != "demands" else cyc(["无", None, "-"], i), {key: []}
        return (st or "、").join(c), {key: list(c)}
    if key == "mixed":       # skills and certificates in one column
        parts = [s for s, _ in row["skills"]] + row["certificates"]
        return (st or "、").join(parts), {"skills": [(s, None) for s, _ in row["skills"]], "certificates": list(row["certificates"])}
    if key in ("places", "wished_posts", "majors"):
        v = row[key]
        if not v:
            return ("不限" if key == "majors" else None), {key: []}
        return (st or "、").join(v), {key: list(v)}
    if key == "headcount":
        n = row["headcount"]
        return (None if n is None else HEADS[st or "int"](n)), {key: n}
    if key == "pay":
        raw, a, b = PAY[st or "range"](*row["pay"])
        return raw, {"pay_low": a, "pay_high": b}
    if key == "pay_low":
        return row["pay"][0], {"pay_low": row["pay"][0]}
    if key == "pay_high":
        return row["pay"][1], {"pay_high": row["pay"][1]}
    if key == "intent":
        return row["intent_word"], {"intent": row["intent"]}
    if key == "entry_year":
        return YEAR[st or "int"](row["entry_year"]), {key: row["entry_year"]}
    if key == "term":
        return row["term"], {}
    if key in ("other", "private"):
        return st, {}
    if key == "phone" and st == "num":
        return i + 1, {}
    if key.startswith("text"):
        return row[key], {key: row[key]}
    if key in IGNORED or key in ("board", "code", "hours", "credit"):
        if key == "code" and st == "fw":
            return fw(row["code"]), {}
        return row[key], {}
    return row[key], {key: row[key]}     # college, major, class_name, education, employer, title, course, province, city


def skl(pairs):
    return [{"label": nf(s), "level": v} for s, v in pairs]


def lst(x):
    return None if x is None else [nf(s) for s in x]


def txt(m):
    parts = [nf(m[q]) for q in m if q.startswith("text") and m[q]]
    return "\n".join(parts) if parts else None


def one(x):
    return None if x is None else nf(x)


def record(table, r, m, keys):
    if "skill1" in keys:
        m["skills"] = [(m[f"skill{j}"], m.get(f"level{j}")) for j in (1, 2) if m.get(f"skill{j}")]
    sk = list(m.get("skills") or [])
    if "level" in keys:
        sk = [(s, m["level"]) for s, _ in sk]
    if "levels" in keys:
        assert len(m["levels"]) == len(sk)
        sk = [(s, v) for (s, _), v in zip(sk, m["levels"])]
    if table == "students":
        pl = m["places"] if "places" in keys else [x for x in [m.get("city") or m.get("province")] if x]
        out = dict(row=r, id=m["id"], college=one(m.get("college")), major=one(m.get("major")), class_name=one(m.get("class_name")),
                   education=one(m.get("education")), graduates_on=m.get("graduates_on"), skills=skl(sk), certificates=lst(m.get("certificates")),
                   intent=m.get("intent"), wished_places=lst(pl), wished_posts=lst(m.get("wished_posts") or []), text=txt(m))
        if "planned" in keys:
            out["planned_certificates"] = lst(m.get("planned"))
        return out
    if table == "demands":
        return dict(row=r, id=m.get("id"), employer=one(m["employer"]), title=one(m["title"]), headcount=m.get("headcount"), education=one(m.get("education")),
                    majors=lst(m.get("majors") or []), skills=skl(sk), certificates=lst(m.get("certificates") or []), places=lst(m.get("places") or []),
                    pay_low=m.get("pay_low"), pay_high=m.get("pay_high"), start_on=m.get("start_on"), valid_until=m.get("valid_until"), text=txt(m))
    out = dict(row=r, college=one(m["college"]), major=one(m["major"]), entry_year=m["entry_year"], course=one(m["course"]), ends_on=m.get("ends_on"), skills=skl(sk))
    if m.get("between"):
        out["term"], out["ends_on_between"] = m["term_text"], m["between"]
    return out


def head_text(h):
    h = h[1] if isinstance(h, tuple) else h
    return nf(h.replace("\n", ""))


# ---------------------------------------------------------------- one file
ALL = []


def make(name, table, cols, rows, fix=None, titles=(), gap=0, mid=None, trailer=(), sheet="Sheet1", before=(), after=(), hidden_rows=(), hidden_cols=(),
         merge=(), enc=None, offset=0, gb=False, notes="", quirks=(), nulls=None, bare_blank=False, tail_blank=0):
    """cols: (header or (group, header), key[, style]). fix: {index: {key: V or BAD or DROP}}."""
    fix, mid = fix or {}, mid or {}
    fmt = name.rsplit(".", 1)[1]
    grid, merges = [], []
    ncol = len(cols)
    two = any(isinstance(c[0], tuple) for c in cols)

    def put(cells):
        grid.append([None] * offset + list(cells) + [None] * (ncol - len(cells)))

    for t in titles:
        if t is None:
            put([])
        elif isinstance(t, list):
            put(t)
        else:
            put([t])
            merges.append((len(grid), 1 + offset, len(grid), ncol + offset))
    for _ in range(gap):
        put([])
    top = len(grid) + 1
    hcells = [c[0][0] if isinstance(c[0], tuple) else c[0] for c in cols]
    if two:
        shown, prev = [], None
        for c in cols:
            g = c[0][0] if isinstance(c[0], tuple) else None
            shown.append(None if g is not None and g == prev else (g or c[0]))
            prev = g
        put(shown)
        put([c[0][1] if isinstance(c[0], tuple) else None for c in cols])
        j = 0
        while j < ncol:
            if isinstance(cols[j][0], tuple):
                e = j
                while e + 1 < ncol and isinstance(cols[e + 1][0], tuple) and cols[e + 1][0][0] == cols[j][0][0]:
                    e += 1
                if e > j:
                    merges.append((top, j + 1 + offset, top, e + 1 + offset))
                j = e + 1
            else:
                merges.append((top, j + 1 + offset, top + 1, j + 1 + offset))
                j += 1
        header_row = top + 1
    else:
        put(hcells)
        header_row = top
    records, problems, hidden = [], [], []
    keys = [c[1] for c in cols]
    lastval, run = {}, {}

    def extra(x):
        if x == "HEADER":
            put(hcells)
        elif x == "BLANK":
            put([])
        elif isinstance(x, list):
            put(x)
        else:
            put([x])
            merges.append((len(grid), 1 + offset, len(grid), ncol + offset))

    for x in mid.get(-1, ()):
        extra(x)
    datafirst = len(grid) + 1
    for i, row in enumerate(rows):
        r = len(grid) + 1
        cells, m, bad = [], {}, []
        for c in cols:
            h, key, style = c[0], c[1], (c[2] if len(c) > 2 else None)
            raw, mean = render(table, row, key, style, i)
            f = fix.get(i, {}).get(key)
            if isinstance(f, V):
                raw = f.raw
                mean = f.mean if isinstance(f.mean, dict) else {key: f.mean}
            elif isinstance(f, BAD):
                raw = f.raw
                bad.append(dict(row=r, column=head_text(h), value=f.shown, why=f.why))
            if isinstance(raw, F) and isinstance(raw.formula, str):
                raw = F(raw.formula.replace("{r}", str(r)), raw.cached, raw.kind)
            if raw == "":
                raw = None
            if key in merge:
                if lastval.get(key) == raw and raw is not None and run.get(key, (0, 0))[1] == r - 1:
                    run[key] = (run[key][0], r)
                    lastval[key] = raw
                    raw = None
                else:
                    if key in run and run[key][1] > run[key][0]:
                        merges.append((run[key][0], len(cells) + 1 + offset, run[key][1], len(cells) + 1 + offset))
                    run[key] = (r, r)
                    lastval[key] = raw
            cells.append(raw)
            m.update(mean)
        if "between" in row:
            m["between"], m["term_text"] = row["between"], row["term"]
        put(cells)
        if bad:
            problems.extend(bad)
        else:
            records.append(record(table, r, m, keys))
        if i in hidden_rows:
            hidden.append(r)
        for x in mid.get(i, ()):
            extra(x)
    for key in merge:
        if key in run and run[key][1] > run[key][0]:
            j = keys.index(key) + 1 + offset
            merges.append((run[key][0], j, run[key][1], j))
    datalast = len(grid)
    for t in trailer:
        if isinstance(t, tuple) and t[0] == "SUM":
            j = keys.index(t[2])
            cells = [None] * ncol
            cells[0] = t[1]
            col = get_column_letter(j + 1 + offset)
            shown = [g[j + offset].cached if isinstance(g[j + offset], F) else g[j + offset] for g in grid[datafirst - 1:datalast]]
            total = int(sum(x for x in shown if isinstance(x, (int, float))))    # what SUM really gives: numbers only
            cells[j] = F(f"=SUM({col}{datafirst}:{col}{datalast})", total) if fmt == "xlsx" else total
            put(cells)
        elif isinstance(t, tuple):
            put(list(t))
        else:
            extra("BLANK" if t is None else t)
    for _ in range(tail_blank):
        put([])
    out = HERE / name
    if fmt == "xlsx":
        write_xlsx(out, sheet, grid, merges, hidden, [keys.index(x) + 1 + offset for x in hidden_cols], before, after)
    elif fmt == "xls":
        write_xls(out, sheet, grid, merges, hidden, [keys.index(x) + 1 + offset for x in hidden_cols], before, after)
    else:
        write_csv(out, grid, enc, bare_blank)
    exp = dict(table=table, sheet=None if fmt == "csv" else sheet, header_row=header_row)
    if two:
        exp["header_rows"] = [top, top + 1]
    if fmt == "csv":
        exp["encoding"] = enc
    ign = [head_text(c[0]) for c in cols if c[1] in IGNORED]
    exp.update(records=records, problems=problems, ignored_columns=ign,
               other_columns=[head_text(c[0]) for c in cols if c[1] in ("other", "board", "code", "hours", "credit", "term")], notes=notes)
    (HERE / (name + ".expected.json")).write_text(json.dumps(exp, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    ALL.append((name, table, len(records), len(problems), len({p["row"] for p in problems}), enc, list(quirks)))


# ---------------------------------------------------------------- writers
def write_xlsx(out, sheet, grid, merges, hrows, hcols, before, after):
    wb = openpyxl.Workbook()
    wb.remove(wb.active)
    wb.properties.creator = "office"
    formulas = {}
    sheets = [(s, g, None, st) for s, g, st in before] + [(sheet, grid, True, "visible")] + [(s, g, None, st) for s, g, st in after]
    for n, (s, g, main, state) in enumerate(sheets, 1):
        ws = wb.create_sheet(s)
        ws.sheet_state = state
        for r, row in enumerate(g, 1):
            for c, v in enumerate(row, 1):
                if v is None:
                    continue
                cell = ws.cell(r, c)
                if isinstance(v, F):
                    cell.value = v.formula
                    if v.cached is not None:
                        formulas[(n, cell.coordinate)] = v
                    if v.kind == "d":
                        cell.number_format = "yyyy/m/d"
                elif isinstance(v, dt.date):
                    cell.value = v
                    cell.number_format = ["yyyy-mm-dd", "yyyy/m/d", 'yyyy"年"m"月"d"日"'][r % 3]
                else:
                    cell.value = str(v) if isinstance(v, QP) else v
                    if isinstance(v, str):
                        cell.data_type = "s"
                        if "\n" in v:
                            cell.alignment = Alignment(wrap_text=True)
                        if isinstance(v, QP):
                            cell.quotePrefix = True
                            cell.number_format = "@"
        if main:
            for r1, c1, r2, c2 in merges:
                if (r1, c1) != (r2, c2):
                    ws.merge_cells(start_row=r1, start_column=c1, end_row=r2, end_column=c2)
            if merges and merges[0][0] == 1:
                ws.cell(1, merges[0][1]).font = Font(size=16, bold=True)
                ws.cell(1, merges[0][1]).alignment = Alignment(horizontal="center")
            for r in hrows:
                ws.row_dimensions[r].hidden = True
            for c in hcols:
                ws.column_dimensions[get_column_letter(c)].hidden = True
    wb.active = 0 if not before else (0 if before[0][2] == "visible" else len(before))
    buf = io.BytesIO()
    wb.save(buf)
    # cached values of formulas, and the same bytes every time
    src = zipfile.ZipFile(buf)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for info in src.infolist():
            data = src.read(info.filename)
            mt = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", info.filename)
            if mt:
                t = data.decode("utf-8")
                for (n, ref), v in formulas.items():
                    if n != int(mt.group(1)):
                        continue
                    cached = serial(v.cached) if isinstance(v.cached, dt.date) else v.cached
                    typ = {"n": "", "d": "", "s": ' t="str"', "e": ' t="e"'}[v.kind]
                    t, cnt = re.subn(rf'<c r="{ref}"((?: s="\d+")?)(?: t="\w+")?><f>(.*?)</f><v ?(?:/>|></v>)</c>',
                                     lambda q: f'<c r="{ref}"{q.group(1)}{typ}><f>{q.group(2)}</f><v>{cached}</v></c>', t)
                    assert cnt == 1, (out, ref)
                data = t.encode("utf-8")
            if info.filename == "docProps/core.xml":
                data = re.sub(rb">\d{4}-\d\d-\d\dT[\d:]+Z<", b">2026-11-02T08:00:00Z<", data)
            zi = zipfile.ZipInfo(info.filename, (2026, 11, 2, 8, 0, 0))
            zi.compress_type = zipfile.ZIP_DEFLATED
            zi.external_attr = 0o600 << 16
            z.writestr(zi, data)


def write_xls(out, sheet, grid, merges, hrows, hcols, before, after):
    wb = xlwt.Workbook(encoding="utf-8")
    dates = [xlwt.easyxf(num_format_str=f) for f in ("yyyy-mm-dd", "yyyy/m/d", 'yyyy"年"m"月"d"日"')]
    sheets = [(s, g, None, st) for s, g, st in before] + [(sheet, grid, True, "visible")] + [(s, g, None, st) for s, g, st in after]
    for s, g, main, state in sheets:
        ws = wb.add_sheet(s)
        ws.visibility = 0 if state == "visible" else 1
        inside = {}
        if main:
            for r1, c1, r2, c2 in merges:
                if (r1, c1) != (r2, c2):
                    inside[(r1, c1)] = (r2, c2)
        covered = {(r, c) for (r1, c1), (r2, c2) in inside.items() for r in range(r1, r2 + 1) for c in range(c1, c2 + 1)} - set(inside)
        for r, row in enumerate(g, 1):
            for c, v in enumerate(row, 1):
                if (r, c) in covered:
                    assert v is None
                    continue
                st = dates[r % 3] if isinstance(v, dt.date) else xlwt.Style.default_style
                if isinstance(v, QP):
                    v = str(v)
                if (r, c) in inside:
                    r2, c2 = inside[(r, c)]
                    ws.write_merge(r - 1, r2 - 1, c - 1, c2 - 1, v, st)
                elif v is not None:
                    ws.write(r - 1, c - 1, v, st)
        if main:
            for r in hrows:
                ws.row(r - 1).hidden = True
            for c in hcols:
                ws.col(c - 1).hidden = True
    wb.save(str(out))


def write_csv(out, grid, enc, bare_blank):
    buf = io.StringIO()
    wr = csv.writer(buf, lineterminator="\r\n")
    for row in grid:
        cells = []
        for v in row:
            if isinstance(v, F):
                v = v.cached
            if isinstance(v, dt.date):
                v = f"{v.year}/{v.month}/{v.day}"
            cells.append("" if v is None else str(v))
        if bare_blank and not any(cells):
            buf.write("\r\n")
        else:
            wr.writerow(cells)
    out.write_bytes(buf.getvalue().encode({"utf-8-bom": "utf-8-sig"}.get(enc, enc)))


# ================================================================ 25 student rosters
def students():
    T = "students"
    # s01
    make("s01_title_rows.xlsx", T,
         [("序号", "no"), ("学号", "id", "quote"), ("姓名", "name"), ("性别", "sex"), ("专业名称", "major"), ("班级", "class_name"), ("学历", "education"),
          ("毕业时间", "graduates_on", "m_cn"), ("专业技能", "skills", ("paren_fw", "、")), ("技能证书", "certificates", "、"), ("毕业意向", "intent"),
          ("意向地区", "places", "、"), ("意向岗位", "wished_posts", "、"), ("联系电话", "phone"), ("备注", "text")],
         gen_students("s01", 12, ["焊", "机电"]), sheet="名册",
         fix={4: {"certificates": V("焊工（四级）、特种作业操作证（焊接与热切割作业）", ["焊工(四级)", "特种作业操作证(焊接与热切割作业)"])},
              7: {"id": BAD("2024010102", "学号与前面的行重复")}, 9: {"text": V("无", None)}},
         titles=["济南示例职业技术学院2027届毕业生名册", ["学院：智能制造学院（示例）", None, None, None, "填报日期：2026年11月2日"]], gap=1,
         trailer=[None, ("合计", None, "12人"), "备注：本表为测试样例，无真实人员。", ("填表人：测试甲", None, None, None, "审核人：测试乙")],
         quirks=["title rows", "merged title", "blank row above header", "trailing notes", "full-width brackets", "id as text with apostrophe style", "duplicate id"])
    # s02
    make("s02_two_row_header.xlsx", T,
         [("学号", "id"), ("姓名", "name"), ("身份证号", "idno"), ("民族", "nation"), ("专业", "major"), ("班级名称", "class_name"), ("学历层次", "education"),
          ("预计毕业日期", "graduates_on", ["iso", "slash", "date"]), (("就业意向", "意向省"), "province"), (("就业意向", "意向市"), "city"), (("就业意向", "意向岗位"), "wished_posts", "；"),
          (("技能证书", "证书名称"), "certificates", "；"), (("技能证书", "发证机构"), "other", ["示例鉴定站", None]), ("毕业去向意向", "intent")],
         gen_students("s02", 9, ["数控", "机器人"], intents=("employ", "employ", "study", "employ", "own_business")), titles=["2027届毕业生就业意向登记表"],
         fix={3: {"graduates_on": BAD("2027-02-30", "2月没有30日")}, 5: {"city": V(None, None)}},
         notes="意向省和意向市都有时取市; 只有省时取省(第6个学生).",
         quirks=["two-row header with merged groups", "title row", "wrong date 2027-02-30", "mixed date forms", "province without city"])
    # s03
    make("s03_float_ids.xlsx", T,
         [("学号", "id", "float"), ("姓名", "name"), ("身份证号", "idno"), ("手机号", "phone"), ("学校", "college"), ("所学专业", "major"), ("班级", "class_name"), ("文化程度", "education"),
          ("毕业日期", "graduates_on", "serial"), ("掌握技能", "skills", ("colon", "；")), ("已取得证书", "certificates", "；"), ("意向", "intent")],
         gen_students("s03", 8, ["电气", "模具"], colleges=(0, 1), edu=("大专", "高职", "专科", "职业本科")),
         fix={2: {"education": BAD("大砖", "学历写法不认识")}, 6: {"graduates_on": V(dt.date(2027, 6, 18), "2027-06-18")}},
         hidden_cols=["idno", "phone"], notes="毕业日期是没有日期格式的Excel序列数, 其中一行是真正的日期单元格; 身份证号和手机号两列隐藏.",
         quirks=["student number as float", "Excel serial dates", "hidden personal columns", "unknown education word", "several colleges"])
    # s04
    make("s04_notes_sheet_first.xlsx", T,
         [("学生学号", "id"), ("学生姓名", "name"), ("院校", "college"), ("二级学院", "other", ["智能制造学院"]), ("专业", "major"), ("班级", "class_name"), ("年级", "other", ["2024级"]), ("学制", "other", [3]),
          ("学历", "education"), ("毕业年月", "graduates_on", ["m_dot", "m_iso", "m_cn", "m_slash", "m_dot0"]), ("技能", "skills", ("none", "/")), ("证书", "certificates", "/"),
          ("毕业意向", "intent"), ("意向城市", "places", "/"), ("是否订单培养", "other", ["否", "是"])],
         gen_students("s04", 10, ["焊旧", "机制旧"], colleges=(1,)), sheet="学生数据",
         before=[("填表说明", [["填表说明"], ["1. 学号、专业为必填项"], ["2. 技能之间用 / 分开"], ["3. 联系人：测试甲  000-0000-0000"]], "visible")],
         after=[("Sheet3", [], "visible")],
         fix={1: {"certificates": V("-", [])}, 4: {"places": V("—", []), "certificates": V("暂无", [])}},
         notes="没有错误的行; 二级学院不是院校.",
         quirks=["several sheets, notes first", "empty third sheet", "old major names", "separator /", "dates as months in five forms", "nothing as - — 暂无"])
    # s05
    make("s05_english_headers.xlsx", T,
         [("No.", "no"), ("Student ID", "id", "int"), ("Name", "name"), ("Gender", "sex"), ("School", "college"), ("Major", "major"), ("Class", "class_name"), ("Education", "education"),
          ("Graduation Date", "graduates_on", "date"), ("Skills", "skills", ("num_paren", ", ")), ("Certificates", "certificates", ", "), ("Career Plan", "intent"),
          ("Preferred City", "places", ", "), ("Preferred Position", "wished_posts", ", "), ("Phone", "phone", "num"), ("Notes", "text")],
         gen_students("s05", 7, ["机器人", "新能源"], grad=(2027, 7, 1)), sheet="Students",
         fix={3: {"skills": BAD("机器人示教编程(5), 夹具设计(2)", "水平只有1到4, 没有5")}},
         quirks=["English headers", "levels as numbers", "level 5 does not exist", "student number as number", "phone as number", "real date cells"])
    # s06
    make("s06_spaces_fullwidth.xlsx", T,
         [("学 号", "id", ["fw", "apos", "space", "text"]), ("姓  名", "name"), ("性 别", "sex"), ("专 业\n（全称）", "major"), ("班 级", "class_name"), ("学 历", "education"),
          ("毕 业\n时 间", "graduates_on", ["m_cnfw", "cnfw", "m_cn"]), ("技能\n（注明水平）", "skills", ("colon_fw", "；")), ("证 书", "certificates", "；"), ("意向", "intent"), ("期望\n工作地点", "places", "；")],
         gen_students("s06", 9, ["数控短", "机电短"]),
         fix={5: {"class_name": V("２４机电２班", "24机电2班")}, 6: {"skills": V("ＰＬＣ编程：熟练；CAD制图：了解", [("PLC编程", 3), ("CAD制图", 1)])}},
         titles=["　２０２７届毕业生信息采集表　"], notes="没有错误的行.",
         quirks=["spaces and line breaks in headers", "full-width digits and letters", "leading apostrophes in the value", "short major names", "unit-like remark in header"])
    # s07
    make("s07_merged_down.xlsx", T,
         [("学校", "college"), ("专业名称", "major"), ("班级", "class_name"), ("学号", "id"), ("姓名", "name"), ("学历", "education"), ("毕业时间", "graduates_on", "cn"),
          ("技能", "skills", ("none", "、")), ("职业资格证书", "certificates", "、"), ("就业意愿", "intent"), ("意向岗位", "wished_posts", "、")],
         gen_students("s07", 14, ["焊", "数控", "电气"], colleges=(0, 4), edu=("专科",)), merge=["college", "major", "class_name", "graduates_on", "education"],
         titles=["校企合作订单班报名学生汇总表"], notes="没有错误的行; 学校、专业、班级、学历、毕业时间向下合并.",
         quirks=["merged cells down five columns", "title row", "no error at all"])
    # s08
    make("s08_secondary_class_only.xlsx", T,
         [("序号", "no"), ("学号", "id"), ("姓名", "name"), ("班级", "class_name"), ("培养层次", "education"), ("监护人电话", "guardian"), ("技能特长", "skills", ("dash", "，")),
          ("已有证书", "certificates", "，"), ("拟考证书", "planned", "，"), ("毕业意向", "intent"), ("自我评价", "text")],
         gen_students("s08", 11, ["中焊", "中数控", "中机电"], idfmt="012401{m:02d}{i:02d}", edu=("中专", "中职", "职高", "技校", "预备技师"), intents=("employ", "study", "study", "undecided", "employ", "enlist", "not_seeking")),
         fix={2: {"id": BAD(None, "学号不能空")}, 6: {"class_name": V("24智能焊接技术1班", "24智能焊接技术1班")}},
         trailer=["注：拟考证书指计划在2026年12月前考取的证书。"],
         notes="没有专业一列, 专业只在班级名称里; 学号以0开头, 0不能丢; 拟考证书不是已有证书.",
         quirks=["class name carries year and major, no major column", "leading zero in student number", "missing student number", "planned certificates", "guardian's phone", "trailing note"])
    # s09
    make("s09_intents_and_nothing.xlsx", T,
         [("学号", "id"), ("姓名", "name"), ("政治面貌", "politics"), ("专业", "major"), ("学历", "education"), ("毕业时间", "graduates_on", ["cnnum", "short", "m_cnnum", "m_end", "dot"]),
          ("技能", "skills", ("prefix", "；")), ("证书", "certificates", "；"), ("毕业打算", "intent"), ("想去的地方", "places", "、"), ("想干的岗位", "wished_posts", "、"), ("备注", "text")],
         gen_students("s09", 13, ["机电", "楼宇旧", "物流旧"], intents=("employ", "study", "enlist", "study", "own_business", "not_seeking", "undecided")),
         fix={0: {"certificates": V("无", []), "text": V("-", None)}, 1: {"certificates": V("—", []), "places": V("无", []), "wished_posts": V("无", [])}, 2: {"skills": V("暂无", []), "wished_posts": V("-", [])},
              3: {"intent": V("考研", "study"), "certificates": V("/", [])}, 6: {"intent": V("看情况，还没定", "undecided"), "places": V("不限", [])}, 9: {"intent": V("/", None)},
              8: {"graduates_on": BAD("六月底", "没有年份, 看不出是哪一年")}, 11: {"intent": V(None, None)}},
         notes="无、-、—、/、暂无、不限都表示没有; 六月底没有年份, 表里别处也没有年份.",
         quirks=["every kind of intent", "nothing in five forms", "dates in Chinese numerals, 27.6.30, 六月底", "month end without a year", "levels as prefix words"])
    # s10
    rows = gen_students("s10", 8, ["机器人", "电气"])
    make("s10_formulas.xlsx", T,
         [("序号", "no"), ("学号", "id"), ("姓名", "name"), ("专业", "major"), ("班级", "class_name"), ("学历", "education"), ("毕业日期", "graduates_on", "date"),
          ("技能", "skills", ("paren", "、")), ("证书", "certificates", "、"), ("意向", "intent")],
         rows, titles=["毕业生信息（含公式）"],
         fix={**{i: {"no": V(F("=ROW()-2", i + 1), None)} for i in range(8)},
              1: {"no": V(F("=ROW()-2", 2), None), "id": V(F('="20240109"&"02"', "2024010902", "s"), "2024010902")},
              2: {"graduates_on": V(F("=DATE(2027,6,30)", dt.date(2027, 6, 30), "d"), "2027-06-30")},
              4: {"class_name": V(F('="24"&D{r}&"1班"', "24" + rows[4]["major"] + "1班", "s"), "24" + rows[4]["major"] + "1班")},
              5: {"id": BAD(F("=#REF!", "#REF!", "e"), "公式出错, 没有学号", "#REF!")},
              6: {"graduates_on": BAD(F("=DATE(2027,6,30)", None), "公式没有算出的值", "=DATE(2027,6,30)")}},
         notes="公式单元格带办公软件存下的值; 第9行的公式从未算过(没有存下的值), 能自己算出2027-06-30的程序也不算错.",
         quirks=["formulas with cached values", "formula error #REF!", "formula never computed", "date formula"])
    # s11
    make("s11_offset_hidden_rows.xlsx", T,
         [("学号", "id", ["int", "text"]), ("姓名", "name"), ("手机号", "phone"), ("学校", "college"), ("专业", "major"), ("班级", "class_name"), ("学历", "education"), ("毕业时间", "graduates_on", ["m_num", "m_dot", "date", "serial"]),
          ("技能", "skills", ("num_colon", ";")), ("证书", "certificates", ";"), ("意向", "intent")],
         gen_students("s11", 16, ["焊", "机电短", "数控"], colleges=(2,), grad=(2026, 7, 5), year=2023, edu=("高级工", "大专")), offset=1,
         titles=[None, "示例技师学院2026届毕业生"], gap=1, hidden_rows=(3, 4), mid={5: ["BLANK", "HEADER"], 9: ["BLANK"], 11: [["小计", "12人"], "HEADER"]},
         fix={7: {"skills": BAD("气割:0;TIG焊:2", "水平只有1到4, 没有0")}, 14: {"id": BAD(None, "学号不能空")}},
         notes="表从B列开始; 中间重复了表头(分页打印), 有空行和小计; 两行被隐藏, 隐藏的行也是数据.",
         quirks=["table starts in column B", "hidden rows", "repeated header rows", "blank rows inside", "subtotal inside", "2026.7 as a number", "level 0 does not exist", "missing student number"])
    # s12
    make("s12_level_columns.xlsx", T,
         [("学号", "id"), ("姓名", "name"), ("专业", "major"), ("班级", "class_name"), ("学历", "education"), ("毕业时间", "graduates_on", "dot"), ("技能1", "skill1"), ("水平1", "level1"), ("技能2", "skill2"), ("水平2", "level2"),
          ("证书", "certificates", "，"), ("就业意向", "intent")],
         gen_students("s12", 9, ["模具", "数控"]),
         fix={1: {"level1": V("３", 3)}, 2: {"level1": BAD("大师", "水平没有大师这一级")}, 5: {"level1": V("4", 4)}, 7: {"level1": V(None, None)}},
         quirks=["skills and levels in paired columns", "level word that does not exist", "levels partly as numbers, full width"])
    # s13
    make("s13_template_large.xlsx", T,
         [("序号", "no"), ("*学号", "id"), ("*姓名", "name"), ("*性别", "sex"), ("身份证号", "idno"), ("*学校", "college"), ("*专业", "major"), ("*班级", "class_name"), ("*学历", "education"), ("*毕业时间", "graduates_on", "iso"),
          ("技能", "skills", ("paren", ";")), ("证书", "certificates", ";"), ("*就业意向", "intent"), ("意向地区", "places", ";"), ("意向岗位", "wished_posts", ";"), ("个人简介", "text")],
         gen_students("s13", 25, ["焊", "机电", "数控", "机器人", "新能源"], colleges=(0, 1)), sheet="模板",
         titles=["请先阅读：学号、姓名、专业、班级请用文本格式填写，不要改动表头，技能之间用英文分号分开"],
         mid={-1: [["填写说明", "必填", "必填", "必填", "选填，18位", "必填", "必填", "必填", "必填", "格式：YYYY-MM-DD", "选填", "选填", "必填", "选填", "选填", "选填"],
                   ["示例", "2024999999", "示例学生", "男", "0" * 18, "示例学校", "智能焊接技术", "24焊接1班", "专科", "2027-06-30", "氩弧焊(熟练)", "焊工(四级)", "就业", "济南市", "焊工", "无"]]},
         after=[("字典", [["学历", "就业意向"], ["专科", "就业"], ["本科", "升学"], ["中专", "参军"]], "hidden")],
         fix={6: {"education": BAD("专可", "学历写法不认识")}, 10: {"graduates_on": BAD("2027-13-01", "没有13月")}, 17: {"id": BAD("2024010103", "学号与前面的行重复")},
              20: {"skills": BAD("整车装配(很牛)", "水平没有很牛这一级")}},
         notes="表头下有一行填写说明和一行示例, 都不是数据; 隐藏的字典表不是数据; 列名前的*表示必填.",
         quirks=["starred headers", "instruction row and example row under header", "hidden dictionary sheet", "title that quotes headers", "25 rows", "wrong date", "duplicate id", "unknown education word", "level that does not exist"])
    # s14 csv
    make("s14_gb18030_title.csv", T,
         [("序号", "no"), ("学号", "id"), ("姓名", "name"), ("性别", "sex"), ("民族", "nation"), ("专业", "major"), ("班级", "class_name"), ("学历", "education"), ("毕业时间", "graduates_on", ["m_dot", "m_cn", "slash"]),
          ("技能", "skills", ("paren_fw", "、")), ("证书", "certificates", "、"), ("毕业意向", "intent"), ("备注", "text")],
         gen_students("s14", 8, ["焊", "会计旧"]), enc="gb18030", titles=["济南示例职业技术学院毕业生名册", None],
         fix={1: {"name": V("测试䶮", None)}, 4: {"graduates_on": BAD("2027/2/29", "2027年2月没有29日")}},
         trailer=[None, "填表人：测试甲　联系电话：000-0000-0000"],
         quirks=["GB18030 with a character outside GBK", "title row", "blank rows", "trailing note", "wrong date 2027/2/29", "old major name"])
    # s15
    make("s15_bom.csv", T,
         [("学号", "id", "apos"), ("姓名", "name"), ("手机号", "phone"), ("学校", "college"), ("专业", "major"), ("班级", "class_name"), ("学历", "education"), ("毕业日期", "graduates_on", ["slash", "cn", "compact"]),
          ("技能", "skills", ("colon_fw", "，")), ("证书", "certificates", "，"), ("就业意向", "intent"), ("意向地区", "places", "，")],
         gen_students("s15", 10, ["新能源", "机电"], colleges=(1,), edu=("高职", "大专", "五年制高职")), enc="utf-8-bom",
         fix={3: {"skills": BAD("整车装配：优秀，动力电池检测：了解", "水平没有优秀这一级")}, 8: {"graduates_on": V("－", None)}},
         quirks=["UTF-8 with BOM", "leading apostrophe on student number", "level word that does not exist", "full-width separators"])
    # s16
    make("s16_english_sci.csv", T,
         [("student_id", "id"), ("name", "name"), ("id_card", "idno"), ("college", "college"), ("major", "major"), ("class", "class_name"), ("education", "education"), ("graduation_date", "graduates_on", "iso"),
          ("skills", "skills", ("num_colon", ";")), ("certificates", "certificates", ";"), ("intention", "intent"), ("self_introduction", "text")],
         gen_students("s16", 6, ["数控", "焊旧"], idfmt="20240101{m:02d}{i:02d}"), enc="utf-8",
         fix={2: {"id": BAD("2.02401E+11", "学号变成了科学计数法, 后几位已丢失")}, 3: {"id": BAD("2.02401E+11", "学号变成了科学计数法, 后几位已丢失")}},
         quirks=["English snake-case headers", "UTF-8 without BOM", "student number ruined by scientific notation"])
    # s17
    make("s17_gbk_blank_rows.csv", T,
         [("学号", "id", "eq"), ("姓名", "name"), ("专业名称", "major"), ("行政班", "class_name"), ("学历层次", "education"), ("毕业时间", "graduates_on", ["short", "dot", "cnnum"]), ("专业技能", "skills", ("none", "、")),
          ("技能证书", "certificates", "、"), ("去向意向", "intent")],
         gen_students("s17", 9, ["电气", "机制旧"]), enc="gbk", mid={2: ["BLANK", "BLANK"], 5: ["BLANK"]}, tail_blank=4, bare_blank=True,
         trailer=[None, ("合计", "9人"), "以上信息均为虚构"], fix={6: {"id": BAD(None, "学号不能空")}, 7: {"certificates": V("无", [])}},
         quirks=["GBK", '="..." around student numbers', "blank rows inside and at the end (bare line ends)", "trailing sum and note", "missing student number"])
    # s18
    make("s18_line_breaks.csv", T,
         [("学号", "id"), ("姓名", "name"), ("专业", "major"), ("班级", "class_name"), ("学历", "education"), ("毕业\n时间", "graduates_on", "m_cn"), ("技能", "skills", ("paren", "\n")), ("证书", "certificates", "\n"), ("意向", "intent"),
          ("自我评价", "text")],
         gen_students("s18", 7, ["机器人", "模具"]), enc="utf-8-bom",
         fix={0: {"text": V("1. 动手能力强\n2. 服从安排", "1. 动手能力强\n2. 服从安排")}, 2: {"text": V('同学称我为"小焊匠"，爱琢磨', '同学称我为"小焊匠",爱琢磨')}, 5: {"education": BAD("中砖", "学历写法不认识")}},
         notes="单元格里有换行, 行号按表格的行数, 不按文本的行数.",
         quirks=["line breaks in cells and header", "quotes in a cell", "lists separated by line breaks", "unknown education word"])
    # s19
    make("s19_pandas_export.csv", T,
         [("", "no"), ("学号", "id", "dot0"), ("姓名", "name"), ("出生日期", "private", ["2005-01-01 00:00:00"]), ("专业", "major"), ("班级", "class_name"), ("学历", "education"), ("毕业日期", "graduates_on", "stamp"), ("技能", "skills", ("colon", "、")), ("证书", "certificates", "、"), ("毕业意向", "intent")],
         gen_students("s19", 8, ["焊", "数控短"]), enc="gb18030",
         fix={5: {"id": BAD("2024010101.0", "学号与前面的行重复")}},
         notes="由程序导出: 第一列是没有列名的序号, 学号带.0; 出生日期是个人信息.",
         quirks=["GB18030", "student number with .0", "dates with 00:00:00", "nameless index column", "duplicate id"])
    # s20
    make("s20_two_row_header.csv", T,
         [("学号", "id"), ("姓名", "name"), ("专业", "major"), ("班级", "class_name"), ("学历", "education"), ("毕业时间", "graduates_on", "m_cn"), (("就业意向", "是否就业"), "intent"), (("就业意向", "意向省"), "province"), (("就业意向", "意向市"), "city"),
          (("就业意向", "意向岗位"), "wished_posts", "、"), (("技能", "技能名称"), "skills", ("none", "、")), (("技能", "水平"), "level", "word")],
         gen_students("s20", 7, ["机电", "楼宇旧"]), enc="utf-8", titles=["毕业生就业意向统计表"],
         fix={4: {"level": BAD("一般般", "水平没有一般般这一级")}},
         notes="由合并单元格的工作簿另存而来, 组名只在第一格; 一个水平管这一行的所有技能.",
         quirks=["two-row header in CSV", "one level for all skills of a row", "level word that does not exist", "title row"])
    # s21
    make("s21_gbk_small.csv", T,
         [("班级", "class_name"), ("学号", "id", "tab"), ("姓名", "name"), ("性别", "sex"), ("毕业意向", "intent"), ("技能", "skills", ("none", "/"))],
         gen_students("s21", 3, ["中汽"], edu=("中专",)), enc="gbk", notes="没有错误的行; 学号前有制表符.", quirks=["GBK", "three rows", "tab before student number", "class only", "no error at all"])
    # s22 xls
    make("s22_old_excel.xls", T,
         [("序号", "no"), ("学号", "id", "float"), ("姓名", "name"), ("性别", "sex"), ("学校", "college"), ("专业", "major"), ("班级", "class_name"), ("学历", "education"), ("毕业时间", "graduates_on", ["date", "date", "serial"]),
          ("技能", "skills", ("paren_fw", "、")), ("证书", "certificates", "、"), ("毕业意向", "intent"), ("联系方式", "phone")],
         gen_students("s22", 10, ["数控", "电气"], colleges=(1,)), merge=["college", "major"], titles=["泉城样例职业学院毕业生花名册", None], sheet="Sheet1", after=[("Sheet2", [], "visible"), ("Sheet3", [], "visible")],
         fix={6: {"id": BAD(None, "学号不能空")}}, trailer=[("合计", "10人"), "制表：测试甲"],
         quirks=["xls", "float student numbers", "date cells and serial numbers", "merged cells down", "empty Sheet2 and Sheet3", "missing student number", "trailing sum"])
    # s23
    make("s23_two_row_header.xls", T,
         [("学号", "id"), ("姓名", "name"), ("身份证号码", "idno"), ("专业", "major"), ("班级", "class_name"), ("学历", "education"), ("毕业时间", "graduates_on", "cn"), (("就业意向", "意向省"), "province"), (("就业意向", "意向市"), "city"),
          (("就业意向", "意向岗位"), "wished_posts", "，"), (("证书情况", "已有证书"), "certificates", "，"), (("证书情况", "拟考证书"), "planned", "，"), ("毕业意向", "intent"), ("备注", "text")],
         gen_students("s23", 8, ["焊", "新能源"]), fix={2: {"graduates_on": BAD("2027年6月31日", "6月没有31日")}, 5: {"city": V("济南", "济南"), "province": V("山东", "山东")}},
         quirks=["xls", "two-row header with merged groups", "planned certificates in the group", "wrong date 6月31日"])
    # s24
    make("s24_hidden_column.xls", T,
         [("学号", "id"), ("姓名", "name"), ("家庭住址", "private", ["虚构路0号"]), ("专业", "major"), ("班级", "class_name"), ("学历", "education"), ("毕业时间", "graduates_on", ["m_dot", "cnnum", "short"]), ("技能", "skills", ("colon", "、")), ("证书", "certificates", "、"), ("意向", "intent"), ("个人简介", "text")],
         gen_students("s24", 9, ["机器人", "机电"], edu=("专科", "高职高专", "本科", "职业本科", "普通本科", "大专")), sheet="明细", before=[("说明", [["本工作簿为测试样例"], ["数据见明细表"]], "visible")], hidden_cols=["skills"],
         fix={3: {"education": BAD("本可", "学历写法不认识")}},
         notes="技能一列被隐藏, 仍是数据; 家庭住址是个人信息.",
         quirks=["xls", "several sheets, notes first", "hidden skill column", "education words of many kinds", "unknown education word"])
    # s25
    make("s25_毕业生名册.xls", T,
         [("编号", "no"), ("学  号", "id", ["int", "text", "fw"]), ("姓  名", "name"), ("专业班级", "class_name"), ("学  历", "education"), ("毕业年月", "graduates_on", ["m_num", "m_end2", "m_dot"]), ("技能水平", "skills", ("num_fw", "；")), ("证  书", "certificates", "；"), ("去向打算", "intent")],
         gen_students("s25", 9, ["中焊", "中机电"], grad=(2026, 7, 1), year=2023, edu=("技工", "中技", "高中", "初中")), titles=["样本中等职业学校二〇二六届毕业生", None],
         fix={1: {"id": BAD("2023011501", "学号与前面的行重复")}, 4: {"skills": BAD("二保焊（８）", "水平只有1到4, 没有8")}},
         trailer=["说明：1了解 2熟悉 3熟练 4精通", "填表人：测试乙    2026年11月2日"], mid={3: ["BLANK"]},
         quirks=["xls", "Chinese file name", "spaces in headers", "2026.7 as number", "levels as full-width numbers", "duplicate id", "level that does not exist", "trailing legend"])


# ================================================================ 23 demand tables
CODE_WHY = "统一社会信用代码的校验码不对"


def wrong_code(n):
    s = credit(n)
    return s[:-1] + ("A" if s[-1] != "A" else "B")


def demands():
    T = "demands"
    make("d01_merged_employer.xlsx", T,
         [("序号", "no"), ("企业名称", "employer"), ("岗位名称", "title"), ("需求人数", "headcount", "int"), ("学历要求", "education"), ("专业要求", "majors", "、"), ("技能要求", "skills", ("paren_fw", "、")), ("证书要求", "certificates", "、"),
          ("薪资", "pay", "range"), ("食宿", "board"), ("工作地点", "places", "、"), ("联系人", "contact"), ("电话", "phone"), ("截止日期", "valid_until", "slash"), ("备注", "text")],
         gen_demands("d01", 10, 0), merge=["employer", "contact", "phone"], titles=["企业用工需求汇总表", ["单位：人、元/月", None, None, None, "2026年11月"]], fix={3: {"headcount": V("若干", None)}},
         trailer=[("SUM", "合计", "headcount"), "备注：以上企业均为虚构。"], notes="没有错误的行; 企业名称、联系人、电话向下合并.",
         quirks=["title rows", "merged employer for several posts", "若干 as headcount", "sum row with formula", "trailing note", "no error at all"])
    make("d02_header_breaks_units.xlsx", T,
         [("用人\n单位", "employer"), ("招聘\n岗位", "title"), ("招聘人数\n（人）", "headcount", ["int", "text", "fw"]), ("学历\n要求", "education"), ("专业\n要求", "majors", "；"), ("技能\n要求", "skills", ("colon_fw", "；")), ("月薪\n（元）", "pay", ["range", "fw", "comma", "tilde"]),
          ("工作\n地点", "places", "；"), ("截止\n日期", "valid_until", ["m_cn", "cn"]), ("岗位职责", "text")],
         gen_demands("d02", 8, 3, (3, 4)), fix={2: {"headcount": BAD(-2, "人数不能是负数")}, 5: {"pay": BAD("9000-6000", "薪资上下限颠倒")}},
         quirks=["line breaks in headers", "unit in header", "full-width digits", "negative headcount", "pay range reversed"])
    make("d03_pay_two_columns.xlsx", T,
         [("岗位编号", "id"), ("企业名称", "employer"), ("岗位", "title"), ("人数", "headcount", "float"), ("学历", "education"), ("专业", "majors", "/"), ("技能", "skills", ("none", "/")), (("月薪（元）", "最低"), "pay_low"), (("月薪（元）", "最高"), "pay_high"),
          (("时间要求", "到岗日期"), "start_on", "date"), (("时间要求", "截止日期"), "valid_until", "date"), ("工作地点", "places", "/")],
         gen_demands("d03", 9, 6, (0, 5)), titles=["2027年校园招聘岗位需求"], fix={4: {"pay_low": BAD(9000, "最低薪资高于最高薪资"), "pay_high": V(5000, {"pay_high": 5000})}, 6: {"pay_high": V(None, {"pay_high": None})}},
         notes="薪资颠倒的错误记在最低一列, 记在最高一列也对.",
         quirks=["two-row header with merged groups", "pay in two columns", "reversed pay", "headcount as float", "post numbers"])
    make("d04_notes_first_hidden_sheet.xlsx", T,
         [("需求编号", "id"), ("单位名称", "employer"), ("岗位名称", "title"), ("名额", "headcount", ["ming", "ren"]), ("最低学历", "education"), ("技能", "skills", ("paren", "、")), ("证书", "certificates", "、"), ("工资待遇", "pay", ["yuan", "k", "wan"]), ("地点", "places", "、"), ("有效期至", "valid_until", "iso"), ("工作内容", "text")],
         gen_demands("d04", 7, 9, (6, 7)), sheet="岗位", before=[("封面", [["企业用工需求申报表"], [None, "联系人：测试甲"], ["填报单位：虚构动力装备股份有限公司"]], "visible"), ("字典", [["学历"], ["大专"], ["本科"]], "hidden")],
         fix={3: {"title": BAD(None, "岗位名称不能空")}},
         quirks=["cover sheet first and hidden dictionary sheet", "headcounts with 名 and 人", "pay in 元/月, K, 万", "missing post name"])
    make("d05_english.xlsx", T,
         [("Job ID", "id"), ("Company", "employer"), ("Job Title", "title"), ("Headcount", "headcount", "int"), ("Education", "education"), ("Majors", "majors", ", "), ("Skills", "skills", ("num_paren", ", ")), ("Certificates", "certificates", ", "), ("Monthly Salary (CNY)", "pay", "range"), ("Location", "places", ", "), ("Start Date", "start_on", "iso"),
          ("Valid Until", "valid_until", "iso"), ("Contact", "contact"), ("Phone", "phone"), ("Job Description", "text")],
         gen_demands("d05", 6, 2, (2, 3)), sheet="Jobs", fix={1: {"headcount": BAD("many", "人数不是数字")}, 4: {"skills": BAD("博途编程(6), 变频器调试(3)", "水平只有1到4, 没有6")}},
         quirks=["English headers", "text headcount", "level 6 does not exist", "levels as numbers"])
    make("d06_credit_codes.xlsx", T,
         [("序号", "no"), ("企业名称", "employer"), ("统一社会信用代码", "code", ["text", "fw"]), ("岗位名称", "title"), ("需求人数", "headcount", "int"), ("学历要求", "education"), ("专业要求", "majors", "、"), ("技能要求", "skills", ("prefix", "，")), ("薪资待遇", "pay", "k13"), ("工作地点", "places", "、"), ("截止时间", "valid_until", "m_dot")],
         gen_demands("d06", 9, 5, (0, 1, 2, 3)), titles=["企业信息及岗位需求"],
         fix={2: {"code": BAD(wrong_code(1), CODE_WHY)}, 5: {"code": BAD("91370100MA00000", "统一社会信用代码应为18位")}, 7: {"code": BAD("91370100MAOOOO04IO", "统一社会信用代码里没有字母I和O")}, 8: {"code": V(None, {})}},
         notes="其余代码能通过校验但不属于任何单位; 空的代码不算错.",
         quirks=["wrong social credit codes (check digit, length, letters)", "full-width codes", "6K-9K·13薪", "levels as prefix words"])
    pays = ["range", "k", "k13", "wan", "talk", "all", "day", "year", "from", "from2", "num", "to", "fw", "comma"]
    make("d07_pay_forms.xlsx", T,
         [("企业", "employer"), ("岗位", "title"), ("招聘人数", "headcount", "int"), ("学历", "education"), ("技能证书要求", "mixed", "、"), ("工资待遇", "pay", pays), ("工作地点", "places", "、"), ("食宿", "board"), ("截止日期", "valid_until", ["dot", "short", "cnnum"]), ("备注", "text")],
         gen_demands("d07", 15, 0, (1, 4, 6)), fix={14: {"pay": BAD("１万-8000", "薪资上下限颠倒")}},
         notes="日薪没有月天数, 月薪为空; 年薪除以12; 单个数字上下限相同; 以上、起只有下限; 技能证书要求一列里以证、证书结尾的是证书.",
         quirks=["pay in fourteen forms", "skills and certificates in one column", "reversed pay with 万", "dates dot, 27.6.30, Chinese numerals"])
    make("d08_mixed_skills_certs.xlsx", T,
         [("用人单位", "employer"), ("岗位名称", "title"), ("需求人数", "headcount", "text"), ("学历", "education"), ("专业", "majors", ["、", "；", ";", "/", "，"]), ("技能/证书", "mixed", ["、", "；", ";", "/", "，", "\n"]), ("薪资", "pay", "tilde"), ("工作地点", "places", ["、", "；", ";", "/", "，"]), ("截止日期", "valid_until", "date"), ("任职要求", "text"), ("其他", "text_b")],
         [dict(r, text_b=x) for r, x in zip(gen_demands("d08", 10, 4, (3, 5)), ["应届生可", None, "无", "-", "男女不限", None, "经验不限", "", "暂无", "可实习"])],
         fix={2: {"text_b": V("无", None)}, 3: {"text_b": V("-", None)}, 8: {"text_b": V("暂无", None)}, 6: {"majors": V("无", [])}}, hidden_cols=["education"],
         notes="没有错误的行; 学历一列被隐藏, 仍是数据.",
         quirks=["separators 、；;/，and line break by row", "skills and certificates in one column", "numbers as text", "two free-text columns", "hidden education column", "no error at all"])
    make("d09_thousand_yuan.xlsx", T,
         [("序号", "no"), ("企业名称", "employer"), ("招聘岗位", "title"), ("招聘人数（人）", "headcount", "int"), ("学历要求", "education"), ("专业要求", "majors", "、"), ("技能要求", "skills", ("none", "、")), ("月薪（千元）", "pay", "thousand"), ("工作地点", "places", "、"), ("截止日期", "valid_until", "serial")],
         gen_demands("d09", 9, 8, (2, 7)), hidden_rows=(2, 5), fix={3: {"headcount": BAD("很多", "人数不是数字")}, 6: {"headcount": V("若干", None)}}, titles=["岗位需求一览", None],
         notes="表头写千元, 6-8就是6000到8000; 隐藏的行也是数据; 若干是人数不详, 很多是写错.",
         quirks=["unit 千元 in header", "hidden rows", "text headcount 很多", "若干", "serial dates"])
    make("d10_formulas.xlsx", T,
         [("编号", "id"), ("企业名称", "employer"), ("岗位", "title"), ("人数", "headcount", "int"), ("学历", "education"), ("技能", "skills", ("paren", "；")), (("月薪(元)", "最低"), "pay_low"), (("月薪(元)", "最高"), "pay_high"), ("地点", "places", "；"), ("截止日期", "valid_until", "date")],
         gen_demands("d10", 8, 1, (0, 6)),
         fix={1: {"headcount": V(F("=2+3", 5), 5)}, 2: {"pay_high": V(F("=G{r}*1.5", 9000), {"pay_high": 9000}), "pay_low": V(6000, {"pay_low": 6000})}, 3: {"headcount": BAD(F("=VALUE(\"x\")", "#VALUE!", "e"), "公式出错, 没有人数", "#VALUE!")},
              4: {"valid_until": V(F("=DATE(2027,5,31)", dt.date(2027, 5, 31), "d"), "2027-05-31")}, 6: {"title": BAD(F("=#N/A", "#N/A", "e"), "公式出错, 没有岗位名称", "#N/A")}},
         trailer=[("SUM", "合计", "headcount")], notes="公式单元格带办公软件存下的值.",
         quirks=["formulas with cached values", "formula errors #VALUE! and #N/A", "two-row header", "sum row with formula"])
    make("d11_education_kinds.xlsx", T,
         [("企业名称", "employer"), ("岗位名称", "title"), ("人数", "headcount", "ren"), ("学历要求", "education"), ("专业要求", "majors", "、"), ("技能要求", "skills", ("num_colon", "、")), ("薪资", "pay", "range"), ("工作地点", "places", "、"), ("到岗时间", "start_on", ["m_cn", "m_dot", "iso", "m_slash"]), ("截止日期", "valid_until", ["m_end", "m_cnnum", "m_end2", "m_cn"])],
         [dict(r, education=e) for r, e in zip(gen_demands("d11", 18, 0, (0, 1, 4)), ["初中", "高中", "中专/高中", "中职", "技校中级工班", "高级工", "大专", "专科及以上", "高职高专", "职业本科", "本科及以上", "普通本科", "硕士", "硕士研究生及以上", "博士", "不限", "学历不限", "全日制大专及以上"])],
         fix={9: {"education": BAD("大本营", "学历写法不认识")}, 12: {"start_on": V("随时到岗", None)}, 13: {"valid_until": BAD("六月底", "没有年份, 看不出是哪一年")}, 15: {"valid_until": V("长期有效", None)}},
         notes="到岗时间只有年月时取月初, 截止日期只有年月时取月末; 随时到岗、长期有效不是日期, 取空.",
         quirks=["education words of every kind", "unknown education word", "month alone: first or last day", "六月底 without a year", "长期有效"])
    make("d12_long_merged_sections.xlsx", T,
         [("序号", "no"), ("企业名称", "employer"), ("工作地点", "places", "、"), ("岗位名称", "title"), ("需求人数", "headcount", "int"), ("学历要求", "education"), ("专业要求", "majors", "、"), ("技能要求", "skills", ("none", "、")), ("证书要求", "certificates", "、"), ("薪资（元/月）", "pay", "range"), ("截止日期", "valid_until", "cn"), ("联系人", "contact"), ("联系电话", "phone")],
         [dict(r, places=["济南市章丘区"] if i < 8 else ["济南市长清区"]) for i, r in enumerate(gen_demands("d12", 20, 0, (0, 1, 2, 3, 4)))], merge=["employer", "places", "contact", "phone"], titles=["产教联合体成员单位用工需求（示例）"],
         mid={-1: ["一、装备制造类"], 3: [["小计", None, None, None, 30]], 7: ["二、自动化类", "HEADER"], 11: ["BLANK"]},
         fix={5: {"title": BAD(None, "岗位名称不能空")}, 10: {"valid_until": BAD("2027年2月30日", "2月没有30日"), "headcount": BAD("-5", "人数不能是负数")}}, trailer=[("SUM", "合计", "headcount"), ("填表人：测试丙", None, None, "审核：测试丁")],
         notes="有分类行、小计和重复的表头; 第11个岗位一行有两处错.",
         quirks=["merged employer, place, contact", "section rows and subtotal", "repeated header", "two wrong cells in one row", "20 rows", "missing post name"])
    make("d13_merged_saved_as_csv.csv", T,
         [("序号", "no"), ("企业名称", "employer"), ("岗位名称", "title"), ("人数", "headcount", "int"), ("学历", "education"), ("专业", "majors", "、"), ("技能", "skills", ("paren_fw", "、")), ("薪资", "pay", "range"), ("工作地点", "places", "、"), ("联系人", "contact"), ("电话", "phone"), ("截止日期", "valid_until", "slash")],
         gen_demands("d13", 9, 3, (0, 1, 2)), enc="gb18030", merge=["employer", "contact", "phone"], titles=["用工需求表", None], trailer=[("合计",), "备注：空着的企业名称与上一行相同。"], fix={4: {"title": BAD(None, "岗位名称不能空")}},
         notes="由合并单元格的工作簿另存为CSV, 空着的企业名称与上一行相同(表尾备注也这样写).",
         quirks=["GB18030", "merged cells saved as CSV: blanks carry down", "title row", "trailing sum and note", "missing post name"])
    make("d14_aliases_bom.csv", T,
         [("招聘单位", "employer"), ("招聘岗位", "title"), ("名额", "headcount", "ming"), ("最低学历", "education"), ("所需专业", "majors", "；"), ("能力要求", "skills", ("colon", "；")), ("所需证书", "certificates", "；"), ("月工资", "pay", ["k", "to", "talk"]), ("上班地点", "places", "；"), ("入职时间", "start_on", "m_iso"), ("报名截止", "valid_until", "stamp"), ("岗位描述", "text")],
         gen_demands("d14", 8, 7, (4, 5)), enc="utf-8-bom", fix={6: {"start_on": BAD("2027-00-10", "没有0月")}},
         quirks=["UTF-8 with BOM", "alias headers", "面议", "timestamps", "wrong date 2027-00-10"])
    make("d15_english.csv", T,
         [("post_id", "id"), ("employer", "employer"), ("post", "title"), ("headcount", "headcount", "int"), ("education", "education"), ("majors", "majors", "|"), ("skills", "skills", ("none", ";")), ("certificates", "certificates", ";"), ("salary_min", "pay_low"), ("salary_max", "pay_high"), ("location", "places", ";"), ("start_date", "start_on", "iso"), ("deadline", "valid_until", "iso"), ("description", "text")],
         [dict(r, majors=r["majors"][:1]) for r in gen_demands("d15", 5, 10, (6,))], enc="utf-8", fix={2: {"headcount": BAD("-1", "人数不能是负数")}},
         quirks=["UTF-8 without BOM", "English snake-case headers", "pay in two columns", "negative headcount"])
    make("d16_nothing_linebreaks.csv", T,
         [("企业名称", "employer"), ("岗位", "title"), ("需求人数", "headcount", ["ren", "fw"]), ("学历要求", "education"), ("专业要求", "majors", "\n"), ("技能要求", "skills", ("paren", "\n")), ("证书要求", "certificates", "\n"), ("薪资", "pay", "yuan"), ("工作地点", "places", "\n"), ("截止日期", "valid_until", "cn"), ("岗位要求", "text")],
         gen_demands("d16", 8, 0, (2, 3)), enc="gbk", fix={0: {"text": V("1. 会看图纸\n2. 能倒班", "1. 会看图纸\n2. 能倒班")}, 1: {"certificates": V("暂无", []), "majors": V("无", []), "text": V("—", None)}, 3: {"headcount": V("-", None), "education": V("无", None)}, 4: {"pay": V("—", {"pay_low": None, "pay_high": None}), "places": V("-", [])},
              5: {"valid_until": BAD("2027年13月1日", "没有13月")}, 6: {"valid_until": V("招满为止", None)}},
         quirks=["GBK", "line breaks in cells", "nothing as 无 - — 暂无", "wrong date", "招满为止"])
    make("d17_wan_year.csv", T,
         [("序号", "no"), ("企业名称", "employer"), ("岗位名称", "title"), ("招聘人数", "headcount", "int"), ("学历", "education"), ("专业", "majors", "、"), ("技能", "skills", ("none", "、")), ("薪资（万元/年）", "pay", "wan_year"), ("工作地点", "places", "、"), ("截止日期", "valid_until", ["m_dot", "m_slash"])],
         gen_demands("d17", 7, 5, (1, 7)), enc="gb18030", mid={2: ["BLANK"]}, fix={4: {"pay": BAD("9.6-7.2", "薪资上下限颠倒")}, 5: {"headcount": V("若干", None)}},
         notes="表头写万元/年, 折成月薪: 乘10000除以12.", quirks=["GB18030", "unit 万元/年 in header", "reversed pay", "blank row inside", "若干"])
    make("d18_formula_text.csv", T,
         [("编号", "id"), ("企业名称", "employer"), ("信用代码", "code"), ("岗位", "title"), ("人数", "headcount", "int"), ("学历", "education"), ("技能", "skills", ("num_paren", "、")), ("月薪(元)", "pay", ["num", "range"]), ("工作地点", "places", "、"), ("截止日期", "valid_until", "slash"), ("备注", "text")],
         gen_demands("d18", 7, 11, (3, 4)), enc="utf-8-bom", fix={1: {"headcount": BAD("=5+3", "CSV里的公式没有值")}, 3: {"code": BAD(wrong_code(4)[:-1] + "Z", "统一社会信用代码里没有字母Z")}, 5: {"skills": BAD("液压与气动(精)", "水平没有精这一级")}},
         quirks=["UTF-8 with BOM", "formula as text in CSV", "wrong social credit code", "level that does not exist", "single pay number"])
    make("d19_clean.csv", T,
         [("岗位编号", "id"), ("企业名称", "employer"), ("岗位名称", "title"), ("需求人数", "headcount", "int"), ("学历要求", "education"), ("专业要求", "majors", "、"), ("技能要求", "skills", ("paren", "、")), ("证书要求", "certificates", "、"), ("薪资", "pay", "range"), ("工作地点", "places", "、"), ("到岗日期", "start_on", "iso"), ("截止日期", "valid_until", "iso"), ("岗位职责", "text")],
         gen_demands("d19", 12, 0, (0, 3, 6)), enc="utf-8", notes="没有错误的行.", quirks=["UTF-8 without BOM", "no error at all"])
    make("d20_merged.xls", T,
         [("序号", "no"), ("企业名称", "employer"), ("岗位名称", "title"), ("需求人数", "headcount", "int"), ("学历要求", "education"), ("专业要求", "majors", "、"), ("技能要求", "skills", ("paren_fw", "、")), ("薪资待遇", "pay", ["range", "all", "from"]), ("工作地点", "places", "、"), ("联系人", "contact"), ("电话", "phone"), ("截止日期", "valid_until", "date")],
         gen_demands("d20", 11, 2, (0, 1, 5)), merge=["employer", "contact", "phone", "valid_until"], titles=["企业用工需求表", None], fix={3: {"headcount": BAD("几个", "人数不是数字")}, 8: {"headcount": V("若干", None)}}, trailer=[("SUM", "合计", "headcount"), "填表人：测试戊"],
         quirks=["xls", "merged employer, contact, date", "title rows", "text headcount 几个", "若干", "sum row"])
    make("d21_two_row_header.xls", T,
         [("单位", "employer"), (("岗位情况", "岗位名称"), "title"), (("岗位情况", "人数"), "headcount", "float"), (("任职要求", "学历"), "education"), (("任职要求", "专业"), "majors", "，"), (("任职要求", "技能"), "skills", ("colon_fw", "，")), (("任职要求", "证书"), "certificates", "，"), (("待遇", "月薪（元）"), "pay", "tilde"), (("待遇", "食宿"), "board"), ("工作地点", "places", "，"), ("截止日期", "valid_until", "dot")],
         gen_demands("d21", 8, 8, (2, 6)), fix={2: {"education": BAD("大转", "学历写法不认识")}, 5: {"skills": BAD("故障诊断仪使用：顶级，高压安全操作：熟练", "水平没有顶级这一级")}},
         quirks=["xls", "two-row header with three groups", "unknown education word", "level that does not exist", "headcount as float"])
    make("d22_sheets_hidden.xls", T,
         [("需求单号", "id"), ("企业名称", "employer"), ("岗位", "title"), ("人数", "headcount", "int"), ("学历", "education"), ("技能", "skills", ("none", "/")), ("证书", "certificates", "/"), ("薪资", "pay", "wan"), ("地点", "places", "/"), ("截止日期", "valid_until", "iso"), ("工作内容", "text")],
         gen_demands("d22", 7, 0, (5, 7)), sheet="需求", before=[("目录", [["目录"], ["1 需求"], ["2 联系方式"]], "visible")], after=[("联系方式", [["企业名称", "联系人", "电话"], ["示例物流服务有限公司", "己经理", "000-00000005"]], "visible")], hidden_rows=(1,), hidden_cols=["certificates"],
         fix={4: {"title": BAD("  ", "岗位名称不能空", "")}}, notes="联系方式一页也有表头, 但不是需求表; 隐藏的行和列仍是数据.",
         quirks=["xls", "three sheets, the data in the second", "hidden row and hidden column", "post name of spaces only", "pay in 万/月"])
    make("d23_企业需求.xls", T,
         [("企业名称", "employer"), ("岗位名称", "title"), ("招聘人数", "headcount", "fw"), ("学历要求", "education"), ("专业要求", "majors", "、"), ("技能要求", "skills", ("dash", "、")), ("薪资（元/月）", "pay", "fw"), ("工作地点", "places", "、"), ("用工时间", "start_on", ["m_dot", "m_cnnum", "date", "serial"]), ("截止日期", "valid_until", ["m_num", "cnnum", "short", "serial", "compact"])],
         gen_demands("d23", 10, 6, (0, 4), until=(2027, 3, 31)), fix={3: {"valid_until": BAD("2027.2.30", "2月没有30日")}, 7: {"start_on": V("尽快", None)}}, mid={4: ["BLANK", "BLANK"]},
         quirks=["xls", "Chinese file name", "dates in nine forms", "full-width digits", "blank rows inside", "wrong date 2027.2.30", "尽快"])


# ================================================================ 12 curriculum tables
def curricula():
    T = "curricula"
    make("c01_merged.xlsx", T,
         [("院校", "college"), ("专业", "major"), ("入学年级", "entry_year", "ji"), ("课程", "course"), ("结课日期", "ends_on", "date"), ("技能", "skills", ("none", "、")), ("水平", "level", "word")],
         gen_courses("c01", ["智能焊接技术", "机电一体化技术"]), merge=["college", "major", "entry_year"], titles=["人才培养方案课程与技能对应表"], trailer=["注：水平分了解、熟悉、熟练、精通四级"],
         notes="没有错误的行; 一个水平管这一行的所有技能.", quirks=["merged college, major, grade", "title row", "one level for all skills of a row", "courses without skills", "trailing note", "no error at all"])
    make("c02_levels_inline.xlsx", T,
         [("序号", "no"), ("院校名称", "college"), ("专业名称", "major"), ("年级", "entry_year", ["int", "text"]), ("课程名称", "course"), ("学时", "hours"), ("学分", "credit"), ("结课时间", "ends_on", ["m_cn", "m_dot", "m_iso"]), ("对应技能", "skills", ("paren_fw", "；")), ("授课教师", "teacher")],
         gen_courses("c02", ["数控技术", "工业机器人技术"], 1), fix={3: {"skills": BAD("UG NX建模（满级）", "水平没有满级这一级")}, 7: {"course": BAD(None, "课程名称不能空")}},
         quirks=["levels inline in full-width brackets", "hours, credits, teacher beside", "level that does not exist", "missing course", "dates as months"])
    make("c03_two_row_header.xlsx", T,
         [("院校", "college"), ("专业", "major"), ("入学年级", "entry_year", "ji2"), (("课程", "课程名称"), "course"), (("课程", "结课日期"), "ends_on", ["slash", "dot", "cn", "short"]), (("培养目标", "技能"), "skills", ("none", "、")), (("培养目标", "水平"), "levels", "、")],
         gen_courses("c03", ["机电一体化技术", "焊接技术与自动化"]), titles=["课程技能矩阵", None], fix={2: {"ends_on": BAD("2026-02-30", "2月没有30日")}},
         notes="技能和水平两列用同样的分隔号, 一一对应.", quirks=["two-row header with merged groups", "levels listed in the order of the skills", "wrong date 2026-02-30", "24级"])
    make("c04_english.xlsx", T,
         [("College", "college"), ("Major", "major"), ("Entry Year", "entry_year", "int"), ("Course", "course"), ("End Date", "ends_on", "iso"), ("Skills", "skills", ("num_colon", "; "))],
         gen_courses("c04", ["工业机器人技术", "新能源汽车技术"], 4), sheet="Curriculum", fix={4: {"skills": BAD("动力电池检测:9", "水平只有1到4, 没有9")}}, after=[("Notes", [["Level 1 = 了解 ... 4 = 精通"]], "visible")],
         quirks=["English headers", "levels as numbers", "level 9 does not exist", "notes sheet"])
    make("c05_term_beside_date.xlsx", T,
         [("学校", "college"), ("专业", "major"), ("入学年级", "entry_year", ["fwji", "cnji", "autumn", "float"]), ("课程", "course"), ("开设学期", "term"), ("结课日期", "ends_on", ["cnnum", "m_cnnum", "m_end2", "m_cnfw"]), ("技能", "skills", ("none", "/")), ("水平", "level", ["num", "text", "fw", "word"])],
         gen_courses("c05", ["数控技术", "智能焊接技术"], 0, per=5), hidden_rows=(2,), mid={4: ["BLANK"]}, fix={6: {"entry_year": BAD("２０2X级", "入学年级不是年份")}},
         quirks=["grade in four forms", "dates in Chinese numerals and full width", "levels as numbers and words", "hidden row", "blank row inside", "wrong grade", "term beside the date"])
    make("c06_sheets_offset.xlsx", T,
         [("院 校", "college"), ("专 业", "major"), ("入学\n年级", "entry_year", "int"), ("课 程", "course"), ("结课\n日期", "ends_on", "serial"), ("技能\n（课程目标）", "skills", ("colon_fw", "，"))],
         gen_courses("c06", ["数控技术应用", "焊接技术与自动化"], 3, 2025), offset=2, titles=[None, "样本中等职业学校课程计划"], sheet="课程", before=[("修订记录", [["版本", "日期"], ["V1", "2025.9"]], "visible")], hidden_cols=["ends_on"],
         notes="没有错误的行; 表从C列开始; 结课日期一列被隐藏, 仍是数据.", quirks=["table starts in column C", "revision sheet first", "spaces and line breaks in headers", "serial dates in a hidden column", "no error at all"])
    make("c07_course_over_rows.xlsx", T,
         [("院校", "college"), ("专业", "major"), ("入学年级", "entry_year", "ji"), ("课程", "course"), ("结课日期", "ends_on", "date"), ("技能点", "skills", ("none", "、")), ("要求水平", "level", "word")],
         [dict(r, skills=[s]) for r in gen_courses("c07", ["智能焊接技术", "数控技术"], 1) for s in r["skills"]], merge=["college", "major", "entry_year", "course", "ends_on"],
         fix={4: {"level": BAD("5", "水平只有1到4, 没有5")}, 7: {"level": V(None, {"level": None})}}, titles=["课程技能点分解表"],
         notes="一门课占几行, 每行一个技能; 课程和日期向下合并.", quirks=["one skill per row, course merged down", "level 5 does not exist", "empty level"])
    make("c08_gbk.csv", T,
         [("院校", "college"), ("专业", "major"), ("入学年级", "entry_year", "ji"), ("课程", "course"), ("结课日期", "ends_on", ["m_dot", "slash", "compact"]), ("技能", "skills", ("paren", "、"))],
         gen_courses("c08", ["新能源汽车技术", "机电一体化技术"]), enc="gbk", titles=["课程技能表"], trailer=[None, "填表人：测试己"], fix={5: {"course": BAD(None, "课程名称不能空")}, 8: {"skills": V("无", [])}},
         quirks=["GBK", "title row", "trailing note", "missing course", "nothing as 无"])
    # a table with terms only
    rows = gen_courses("c09", ["智能焊接技术"])
    terms = [("2024-2025学年第一学期", ["2024-12-15", "2025-02-28"]), ("2024-2025学年第二学期", ["2025-06-01", "2025-08-31"]), ("2025-2026-1", ["2025-12-15", "2026-02-28"]), ("2025-2026-2", ["2026-06-01", "2026-08-31"]), ("第5学期", ["2026-12-15", "2027-02-28"]), ("第六学期", ["2027-06-01", "2027-08-31"])]
    for r, (t, b) in zip(rows, terms):
        r.update(term=t, between=b, ends_on=None)
    make("c09_terms_only_bom.csv", T,
         [("院校", "college"), ("专业", "major"), ("入学年级", "entry_year", "int"), ("课程", "course"), ("学期", "term"), ("技能", "skills", ("colon", "；"))], rows, enc="utf-8-bom",
         notes="只有学期没有日期: 行里没有说哪一天, ends_on为空; 按校历换算的程序, 日期应落在ends_on_between之内. 没有错误的行.",
         quirks=["UTF-8 with BOM", "terms in four forms instead of dates", "no error at all"])
    make("c10_clean_utf8.csv", T,
         [("college", "college"), ("major", "major"), ("entry_year", "entry_year", "int"), ("course", "course"), ("ends_on", "ends_on", "stamp"), ("skill", "skills", ("none", "、")), ("level", "level", "num")],
         [dict(r, skills=r["skills"][:1]) for r in gen_courses("c10", ["数控技术", "数控技术应用"], 0)], enc="utf-8", fix={2: {"level": BAD("-1", "水平只有1到4, 没有-1")}},
         quirks=["UTF-8 without BOM", "English snake-case headers", "timestamps", "level -1 does not exist"])
    make("c11_merged.xls", T,
         [("院校", "college"), ("专业", "major"), ("入学年级", "entry_year", "float"), ("课程", "course"), ("结课日期", "ends_on", ["date", "m_num", "cn"]), ("技能", "skills", ("prefix", "、"))],
         gen_courses("c11", ["智能焊接技术", "新能源汽车技术"], 2), merge=["college", "major", "entry_year"], titles=["示例技师学院课程表", None], fix={6: {"ends_on": BAD("2026年6月31日", "6月没有31日")}}, trailer=["备注：测试样例"],
         quirks=["xls", "merged college, major, grade", "levels as prefix words", "wrong date", "2026.7 as number"])
    make("c12_课程表.xls", T,
         [("序号", "no"), ("学校", "college"), ("专业名称", "major"), ("年级", "entry_year", "ji2"), ("课程名称", "course"), ("考核方式", "other", ["考试", "考查"]), ("结课时间", "ends_on", ["short", "dot", "m_cn"]), (("技能目标", "技能"), "skills", ("none", "；")), (("技能目标", "水平"), "level", "word")],
         gen_courses("c12", ["机电一体化技术", "数控技术"], 1, 2025), sheet="课程", before=[("说明", [["水平：了解、熟悉、熟练、精通"]], "visible")], fix={1: {"entry_year": BAD("新生", "入学年级不是年份")}, 9: {"level": BAD("超神", "水平没有超神这一级")}},
         quirks=["xls", "Chinese file name", "two-row header", "notes sheet first", "wrong grade", "level that does not exist"])


# ---------------------------------------------------------------- README
README = '''# Office files

Sixty small files as college and factory offices make them, written without sight of the importer, its vocabulary or its data.
Every person, firm, number and code in them is invented. `make_files.py` (openpyxl, xlwt) writes all of it, the same bytes each time;
`read_back.py` (openpyxl, xlrd) reads the files back by another way and compares; with names it prints cells beside what is expected.

`NAME.expected.json` beside each file NAME says what a reader should get: `table`, `sheet` (null for CSV), `header_row`, `records`, `problems`,
`ignored_columns`, `notes`. Beyond the agreed keys: `header_rows` (both rows of a two-row header; `header_row` is the lower), `encoding` (CSV),
`other_columns` (neither personal nor part of a record: 食宿, 信用代码, 学制, 学时 ...), and in records `planned_certificates` (only where there is such a
column; planned is never held), `term` and `ends_on_between` (only c09).

## Conventions

- **Rows** are spreadsheet rows from 1; in CSV a quoted line break does not start a row and an empty line counts as one.
- **Header text** (`column`, `ignored_columns`, `other_columns`) is the cell in NFKC with line breaks taken out, trimmed; under a group it is the lower text.
  Compare with all white space taken out. `value` is the cell as shown, a whole number without `.0`, empty as `""`; compare in NFKC. `why` is for people: compare row and column.
- **Labels and text** are as written after NFKC and trimming, so （ becomes ( and ， becomes a comma. A level word or number beside a skill is not part of its label.
- **Nothing**: 无, -, —, －, /, 暂无 give an empty list, or null for a single value; 不限 gives an empty list for majors, places and posts but stays as
  written for education. For students' certificates an empty cell or no column is null and 无 is `[]`; all other lists are `[]` either way.
- **text** joins the free-text columns (备注, 自我评价, 岗位职责, 任职要求, 其他 ...) by line breaks in column order. 食宿 is not in it; a reader that adds it is not wrong.
- **id** of a demand comes from 岗位编号, 需求编号, 编号 with a code; 序号 is only a running number, so null. Leading zeros stay; `.0`, apostrophe, tab, `="..."` and full width go.
- **Places**: the city when 意向省 and 意向市 are both filled, else the province. Districts stay as written.
- **College** is only what the row (or a cell merged over it) says: neither a title above the table nor 二级学院. Likewise no major is taken from a class name.
- **Merged cells** carry down over the rows they cover, also for rows after a wrong one. In d13 (CSV saved from a merged sheet) an empty 企业名称 repeats the one above.
- **Hidden** rows and columns are data. Sums, subtotals, section titles, repeated headers, instruction and example rows (示例), notes and signatures are not.
- **Dates**: a month alone is its last day (its first for `start_on`); 2027年六月底 is the last day; two-digit years are 20xx; a bare number near 46000 is an
  Excel serial date and 2026.7 as a number is July. 随时到岗, 尽快, 长期有效, 招满为止 are null. 六月底 without any year is wrong.
- **Pay** is per month: 万, K, 千元 and 万元/年 are converted (a year has 12, ·13薪 changes nothing); one number is both ends; 以上 and 起 have no upper end; 面议 is
  null, and so is pay by the day, for the row does not say how many days.
- **Headcount**: 若干, -, and empty are null; other words (很多, 几个, many) and negative numbers are wrong.
- **Mixed column** (技能证书要求, 技能/证书): what ends in 证 or 证书 is a certificate, the rest are skills without level.
- **Levels**: one level cell beside several skills holds for all; several levels in the skills' order hold one each (c03).
- **Wrong rows** stand in `problems` and not in `records`, once for each wrong cell. Of rows with the same student number the first is a record, the later ones are wrong.
  An error value of a formula is wrong where the cell is needed; a cached value counts as the cell's value.
- Social credit codes not named in `problems` pass the check digits but belong to nobody (series MA0000).

Where offices and readers may well differ (say so before calling it a fault): 序号 as id, places as province + city, hidden rows, the uncomputed formula in s10, the
column named for a reversed pair in d03, dates for terms in c09, 食宿 in `text`, carrying down in d13.
'''


def readme():
    kinds = {t: [a for a in ALL if a[1] == t] for t in ("students", "demands", "curricula")}
    ext = {e: sum(a[0].endswith(e) for a in ALL) for e in (".xlsx", ".csv", ".xls")}
    o = README
    o += "\n## The files\n\n"
    o += f"{len(ALL)} files: {len(kinds['students'])} rosters, {len(kinds['demands'])} demand tables, {len(kinds['curricula'])} curriculum tables; "
    o += f"{ext['.xlsx']} xlsx, {ext['.csv']} csv, {ext['.xls']} xls; {sum(a[2] for a in ALL)} good rows, {sum(a[4] for a in ALL)} wrong rows with {sum(a[3] for a in ALL)} wrong cells.\n\n"
    o += "| file | good rows | wrong cells | encoding | quirks |\n|---|---|---|---|---|\n"
    for name, _, nr, np_, _, enc, q in ALL:
        o += f"| {name} | {nr} | {np_} | {enc or ''} | {'; '.join(q).replace('|', '/')} |\n"
    (HERE / "README.md").write_text(o, encoding="utf-8")


if __name__ == "__main__":
    students()
    demands()
    curricula()
    readme()
    print(len(ALL), "files")
