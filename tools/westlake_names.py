"""The words from which the names of the West Lake pack's invented companies are put together.

A character stands as simplified, traditional where it differs, and pinyin: `榉櫸ju`. They are rare in names of
firms, so that no invented name meets a real one.
"""

from __future__ import annotations

from typing import NamedTuple

FIRST = [
    "岫xiu",
    "昀yun",
    "榉櫸ju",
    "芷zhi",
    "湛zhan",
    "洄hui",
    "峤嶠qiao",
    "霁霽ji",
    "沅yuan",
    "澍shu",
    "珩heng",
    "琮cong",
    "砚硯yan",
    "笃篤du",
    "筠yun",
    "翊yi",
    "舸ge",
    "荇xing",
    "菡han",
    "蓥鎣ying",
    "衍yan",
    "谌諶chen",
    "迩邇er",
    "钧鈞jun",
    "锜錡qi",
    "霄xiao",
    "颢顥hao",
    "骁驍xiao",
    "鹄鵠hu",
    "麒qi",
    "黛dai",
    "弈yi",
    "朔shuo",
    "杼zhu",
    "柘zhe",
    "梓zi",
    "棠tang",
    "楹ying",
    "槿jin",
    "樾yue",
    "泓hong",
    "浔潯xun",
    "涧澗jian",
    "渌淥lu",
    "溯su",
    "漱shu",
    "澹dan",
    "濯zhuo",
]

MIDDLE = [
    "知zhi",
    "云雲yun",
    "衡heng",
    "川chuan",
    "谷gu",
    "汀ting",
    "山shan",
    "星xing",
    "木mu",
    "火huo",
    "辰chen",
    "舟zhou",
    "弦xian",
    "律lv",
    "羽yu",
    "光guang",
    "观觀guan",
    "思si",
    "微wei",
    "元yuan",
    "序xu",
    "式shi",
    "象xiang",
    "数數shu",
    "言yan",
    "简簡jian",
    "朴pu",
    "清qing",
    "远遠yuan",
    "宁寧ning",
    "和he",
]

LAST = [
    "启啟qi",
    "成cheng",
    "维維wei",
    "科ke",
    "达達da",
    "行xing",
    "图圖tu",
    "界jie",
    "芯xin",
    "智zhi",
    "联聯lian",
    "视視shi",
    "语語yu",
    "感gan",
    "创創chuang",
    "通tong",
    "拓tuo",
    "擎qing",
    "盟meng",
    "集ji",
    "域yu",
    "境jing",
    "桥橋qiao",
    "点點dian",
    "阵陣zhen",
    "核he",
    "源yuan",
    "基ji",
    "格ge",
    "锐銳rui",
]


class Line(NamedTuple):
    """A line of business: words in a name, industry code, field, tags, and how frequent it is."""

    hans: str
    hant: str
    en: str
    industry: str
    field: str
    tags: str
    weight: int


LINES = [
    Line("智能科技", "智能科技", "Intelligent Technology", "65", "ai", "kechuang;yunchuang", 300),
    Line("信息技术", "信息技術", "Information Technology", "65", "ai", "yunchuang", 240),
    Line("数据科技", "數據科技", "Data Technology", "65", "ai", "yunchuang", 180),
    Line("软件", "軟件", "Software", "65", "ai", "yunchuang", 150),
    Line("云计算", "雲計算", "Cloud Computing", "65", "ai", "yunchuang", 60),
    Line("人工智能科技", "人工智能科技", "Artificial Intelligence", "65", "ai", "kechuang;yunchuang", 140),
    Line("网络科技", "網絡科技", "Network Technology", "64", "ai", "yunchuang", 130),
    Line("数字传媒", "數字傳媒", "Digital Media", "64", "culture_tech", "wenchuang;yunchuang", 45),
    Line("机器人", "機器人", "Robotics", "34", "ai", "kechuang", 60),
    Line("智能装备", "智能裝備", "Intelligent Equipment", "35", "ai", "kechuang", 70),
    Line("视觉技术", "視覺技術", "Vision Technology", "40", "ai", "kechuang", 50),
    Line("微电子", "微電子", "Microelectronics", "39", "new_materials", "kechuang", 45),
    Line("传感科技", "傳感科技", "Sensing Technology", "40", "new_materials", "kechuang", 30),
    Line("新材料科技", "新材料科技", "Advanced Materials", "73", "new_materials", "kechuang", 35),
    Line("光电科技", "光電科技", "Optoelectronics", "39", "new_materials", "kechuang", 30),
    Line("医疗科技", "醫療科技", "Medical Technology", "35", "life_health", "kechuang", 60),
    Line("生物科技", "生物科技", "Biotechnology", "73", "life_health", "kechuang", 45),
    Line("健康管理", "健康管理", "Health Management", "84", "life_health", "kechuang", 20),
    Line("医药科技", "醫藥科技", "Pharmaceutical Technology", "27", "life_health", "kechuang", 18),
    Line("空间信息", "空間信息", "Spatial Information", "74", "aerospace", "kechuang;yunchuang", 40),
    Line("航天科技", "航天科技", "Space Technology", "37", "aerospace", "kechuang", 22),
    Line("遥感技术", "遙感技術", "Remote Sensing", "74", "aerospace", "kechuang;yunchuang", 22),
    Line("低空科技", "低空科技", "Low-altitude Technology", "37", "aerospace", "kechuang", 20),
    Line("文化科技", "文化科技", "Culture Technology", "88", "culture_tech", "wenchuang", 45),
    Line("影视科技", "影視科技", "Film Technology", "87", "culture_tech", "wenchuang", 30),
    Line(
        "互动娱乐", "互動娛樂", "Interactive Entertainment", "65", "culture_tech", "wenchuang;yunchuang", 45
    ),
    Line("创意设计", "創意設計", "Creative Design", "74", "culture_tech", "wenchuang", 35),
    Line("教育科技", "教育科技", "Education Technology", "75", "ai", "yunchuang", 40),
    Line("科技服务", "科技服務", "Technology Services", "75", "ai", "kechuang", 70),
    Line("供应链管理", "供應鏈管理", "Supply Chain", "72", "ai", "yunchuang", 30),
    Line("商务咨询", "商務諮詢", "Business Consulting", "72", "ai", "", 25),
    Line("电子商务", "電子商務", "E-commerce", "52", "ai", "yunchuang", 30),
    Line("机电设备", "機電設備", "Electromechanical Equipment", "51", "ai", "", 20),
    Line("智慧物业服务", "智慧物業服務", "Smart Property Services", "7020", "ai", "", 8),
    Line("智慧物流", "智慧物流", "Smart Logistics", "54", "ai", "yunchuang", 10),
    Line("建筑智能化工程", "建築智能化工程", "Building Intelligence Engineering", "50", "ai", "", 13),
]
PATTERNS = [  # how brand, business and place stand in a name
    ("杭州{brand}{line}有限公司", 52),
    ("浙江{brand}{line}有限公司", 16),
    ("{brand}{line}（杭州）有限公司", 12),
    ("{brand}（杭州）{line}有限公司", 8),
    ("杭州西湖{brand}{line}有限公司", 3),
    ("杭州{brand}{line}有限责任公司", 5),
    ("浙江{brand}{line}股份有限公司", 3),
    ("杭州{brand}{line}合伙企业（有限合伙）", 1),
]
