"""Slips that authors make, and what they are told. `⌖` marks the line and column that the fault names."""

import pytest
from rulekit import DICTIONARY, document, expression, faults, marked

from sanchuang.engines.markup import Problems
from sanchuang.engines.rules import FactDictionary, FactType, read_policies

# expression with the place of the fault, beginning of the message, part of the remedy
EXPRESSIONS = [
    # names
    ("⌖营业收人 > 0元", "不认识的名称“营业收人”", "是否指 营业收入"),
    ("⌖revenu > 0元", "不认识的名称“revenu”", "revenue"),
    ("⌖完全不相干的词 > 0元", "不认识的名称", "检查拼写"),
    ("⌖非上市", "不认识的名称“非上市”", "“非”的前后要有空格"),
    ("⌖上市且注册在本区", "不认识的名称“上市且注册在本区”", "“且”的前后要有空格"),
    ("行业 == ⌖软件", "不认识的名称“软件”", "引号"),
    ("⌖maximum(利润, 0元) > 1元", "没有函数“maximum”", "是否指"),
    ("⌖limits[行业].a > 1", "没有表“limits”", ""),
    ("⌖other.size == 3", "没有政策“other”", ""),
    ("营业收入@⌖去年 > 0元", "不认识的年度“去年”", "上年"),
    ("营业收入@⌖2024 > 0元", "不认识的年度“2024”", "上年"),
    ("⌖上市@上年", "“上市”不分年度", "删去 @"),
    # units and types
    ("从业人员 ⌖>= 2000万元", "计数（人） 不能与 金额 比较", "检查单位"),
    ("营业收入 ⌖>= 2000万", "金额 不能与 计数 比较", "2000万元"),
    ("营业收入 ⌖>= 50%", "金额 不能与 数或比率 比较", "检查单位"),
    ("从业人员 ⌖>= 300户", "单位不同：人 与 户", "同一单位"),
    ("从业人员 ⌖300户以上", "单位不同：人 与 户", "同一单位"),
    ("算力 ⌖>= 2.5人", "单位不同：卡时 与 人", "同一单位"),
    ("从业人员 ⌖+ 项目数 > 3", "单位不同：人 与 项", "同一单位"),
    ("营业收入 ⌖+ 从业人员 > 3元", "金额 与 计数（人） 不能相加减", "检查单位"),
    ("营业收入 ⌖* 利润 > 3元", "金额 与 金额 不能相乘", "比率"),
    ("营业收入 >= ⌖2000万美元", "“2000万美元”不是人民币金额", "人民币"),
    ("营业收入 >= ⌖0.001元", "“0.001元”不足一分", "取整"),
    ("⌖-上市", "是否不能取负", ""),
    ("行业 ⌖> '软件业'", "文字和是否只能用 == 或 != 比较", ""),
    ("行业 ⌖== '软件'", "“软件”不在选项之内", "软件业"),
    ("行业 in [⌖软件业务, 批发业]", "“软件业务”不在选项之内", "软件业"),
    ("⌖营业收入 且 上市", "这里要一个条件，得到金额", "补上比较"),
    ("上市 或 ⌖营业收入", "这里要一个条件，得到金额", "补上比较"),
    ("⌖非 营业收入", "这里要一个条件，得到金额", "补上比较"),
    ("⌖floor_yuan(营业收入, 2) > 1元", "floor_yuan 要 1 个参数", "例："),
    ("⌖max(营业收入) > 1元", "max 要 2 到 9 个参数", "例："),
    ("⌖floor_yuan(50%) > 1元", "取整函数要金额", "floor_yuan"),
    ("⌖full_years(成立日期, 3) > 1", "full_years 要两个日期", "例："),
    ("⌖ratio(利润, 营业收入, 5元) > 1%", "ratio 的第三个参数要一个数", "例："),
    ("⌖reaches(行业, '软件业')", "reaches 要数、金额或日期", ""),
    ("⌖at_least_zero(上市) > 1", "at_least_zero 要数或金额", ""),
    ("sum_years(⌖成立日期, 3) > 1元", "sum_years 要一个按年度的数", "例："),
    ("sum_years(⌖研发费用@本年, 3) > 1元", "sum_years 从上年往回加", "删去 @"),
    ("sum_years(研发费用, ⌖0) > 1元", "年数要是 1 到 20 的整数", "例："),
    ("sum_years(研发费用, ⌖2.5) > 1元", "年数要是 1 到 20 的整数", "例："),
    ("sum_years(研发费用, ⌖三) > 1元", "年数要是 1 到 20 的整数", "例："),
    ("行业代码 ⌖== 65", "文字 不能与 计数 比较", "加引号"),
    ("增长率 > ⌖百分之五十", "不认识的名称“百分之五十”", "阿拉伯数字"),
    ("从业人员 > ⌖三百人", "不认识的名称“三百人”", "阿拉伯数字"),
    # signs
    ("营业收入 ⌖/ 从业人员 > 1", "没有除法", "ratio"),
    ("营业收入 ⌖÷ 从业人员 > 1", "没有除法", "ratio"),
    ("上市 ⌖& 注册在本区", "看不懂的字符“&”", ""),
    ("上市 ⌖；", "看不懂的字符“；”", ""),
    ("行业 == ⌖'软件业", "引号没有结束", "补上"),
    ('行业 == ⌖“软件业"', "引号没有结束", "补上"),
    ("(上市 且 注册在本区⌖", "此处应为“)”，却是“结尾”", "括号"),
    ("上市⌖)", "多余的“)”", ""),
    ("上市 ⌖注册在本区", "多余的“注册在本区”", "且"),
    ("1元 < 营业收入 ⌖< 3元", "多余的“<”", "且"),
    ("营业收入 >⌖", "此处应为名称或数，却是“结尾”", "写完整"),
    ("营业收入 > ⌖> 3元", "此处应为名称或数，却是“>”", ""),
    ("从业人员 300人 ⌖且 上市", "数后面缺少“以上”或“以下”", ">="),
    ("营业收入 50万元以下（⌖不）", "此处应为“含”或“不含”", "以下（含）"),
    ("行业 in ⌖软件业", "此处应为“[”", ""),
    # numbers
    ("营业收入 > ⌖2,00万元", "“2,00”的千分位不对", "每三位"),
    ("营业收入 > max(⌖1,000元, 0元)", "括号里的“1,000”可能是一个数，也可能是两个", "去掉逗号"),
    ("行业代码 in [⌖100,200]", "括号里的“100,200”可能是一个数，也可能是两个", "加空格"),
    ("营业收入 > " + "⌖" + "9" * 200 + "元", "数太长", ""),
    ("从业人员 > ⌖300人且", "单位“人且”里有“且”", "空格"),
    ("从业人员 > ⌖300人或者上市", "单位“人或者上市”里有“或者”", "空格"),
    ("成立日期 < ⌖2025-13-01", "“2025-13-01”不是日期", "2025-05-27"),
    ("成立日期 < ⌖2025年2月30日", "“2025年2月30日”不是日期", "2025-05-27"),
    # depth
    ("⌖" + "(" * 10_000 + "上市" + ")" * 10_000, "嵌套太深", "definitions"),
    ("⌖" + "非 " * 10_000 + "上市", "嵌套太深", "definitions"),
    ("营业收入 > ⌖" + "-" * 10_000 + "1元", "嵌套太深", "definitions"),
    ("⌖" + "max(1元, " * 1_000 + "利润" + ")" * 1_000 + " > 1元", "嵌套太深", "definitions"),
    ("⌖" + "利润 + " * 2_000 + "利润 > 1元", "太长", "definitions"),
]


@pytest.mark.parametrize(("text", "message", "remedy"), EXPRESSIONS, ids=[e[0][:24] for e in EXPRESSIONS])
def test_a_slip_in_an_expression(text, message, remedy):
    text, (place,) = marked(expression(text))
    if "嵌套太深" in message:  # the place at which the limit is passed, on the same line
        ((line, column, said, advice),) = faults(text)
        assert line == place[0]
        assert column >= place[1]
    else:
        ((*found, said, advice),) = faults(text)
        assert tuple(found) == place
    assert said.startswith(message)
    assert remedy in advice


# block with the places of the faults, beginnings of the messages in the order of the file
BLOCKS = [
    ("⌖condition:\n- {id: a, when: 上市}", ["不认识的键“condition”"]),
    ("conditions:\n- {id: a, ⌖wen: 上市}", ["缺少“when”", "不认识的键“wen”"]),
    ("conditions:\n- ⌖{when: 上市}", ["缺少“id”"]),
    ("conditions:\n- {id: a, when: ⌖''}", ["“when”是空的"]),
    ("conditions:\n- {id: a, when: ⌖[上市]}", ["“when”要一段文字"]),
    ("conditions:\n- {id: a, when: ⌖营业收入}", ["这里要一个条件，得到金额"]),
    ("conditions:\n  ⌖id: a\n  when: 上市", ["“conditions”要一个列表"]),
    ("conditions:\n- ⌖上市", ["这里要一组“键: 值”"]),
    ("conditions:\n- {id: a, when: 上市, status: ⌖verifed_text}", ["不认识的核实状态“verifed_text”"]),
    ("conditions:\n- {id: a, when: 上市}\n- {id: ⌖a, when: 上市}", ["“a”重复"]),
    ("conditions:\n- {id: a, when: 上市, label: ⌖[甲, 乙]}", ["“label”要一段文字"]),
    (
        "conditions:\n- id: a\n  when: 上市\n  label: ⌖{zh: 甲, en: sell, buy or lease}",
        ["“label”里的“buy or lease”不是一种语言的文字"],
    ),
    ("conditions:\n- {id: a, when: 上市, sources: ⌖{a: b}}", ["“sources”要一段文字或一个列表"]),
    ("⌖conditions:\n- {id: a, when: 上市}\n⌖conditions:\n- {id: b, when: 上市}", ["键“conditions”重复"]),
    ("definitions:\n⌖- {a: 1}", ["“definitions”要一组"]),
    ("definitions:\n  ⌖a-b: {value: 1}", ["名称“a-b”"]),
    ("definitions:\n  ⌖营业收入: {value: 1}", ["名称“营业收入”已有别的意思"]),
    ("definitions:\n  ⌖revenue: {value: 1}", ["名称“revenue”已有别的意思"]),
    ("definitions:\n  ⌖max: {value: 1}", ["名称“max”已有别的意思"]),
    ("definitions:\n  ⌖on_date: {value: 1}", ["名称“on_date”已有别的意思"]),
    ("definitions:\n  ⌖sum_years: {value: 1}", ["名称“sum_years”已有别的意思"]),
    ("definitions:\n  ⌖且: {value: 1}", ["名称“且”已有别的意思"]),
    ("parameters:\n  x: {value: 1}\ndefinitions:\n  ⌖x: {value: 1}", ["名称“x”已有别的意思"]),
    ("definitions:\n  a: ⌖{label: 甲}", ["缺少“value”"]),
    ("definitions:\n  a: {value: 1, ⌖cases: [{else: 1}]}", ["“value”和“cases”只能写一个"]),
    ("definitions:\n  a: {cases: ⌖[]}", ["没有分支"]),
    ("definitions:\n  a:\n    cases:\n    - ⌖{when: 上市, then: 1}", ["分支要以 else 结束"]),
    ("definitions:\n  a:\n    cases:\n    - ⌖{else: 1}\n    - {else: 2}", ["else 只能是最后一项"]),
    ("definitions:\n  a:\n    cases:\n    - {⌖when: 上市, else: 2}", ["else 这一项不能再写 when"]),
    ("definitions:\n  a:\n    cases:\n    - ⌖{when: 上市}\n    - {else: 2}", ["缺少“then”"]),
    ("definitions:\n  a:\n    cases: ⌖[{when: 上市, then: 1元}, {else: 2}]", ["各分支的类型不同"]),
    # circles
    ("definitions:\n  a: {value: ⌖a + 1}", ["定义绕成一圈：a → a"]),
    ("definitions:\n  a: {value: b + 1}\n  b: {value: c + 1}\n  c: {value: ⌖a + 1}", ["定义绕成一圈：a → b → c → a"]),
    # a fault is told once, not again for everything that uses it
    ("definitions:\n  a: {value: ⌖利闰 + 1元}\n  b: {value: a + 1元}\n  c: {value: b > 3元}", ["不认识的名称“利闰”"]),
    ("parameters:\n  p: {value: ⌖1元2}\nconditions:\n- {id: c, when: 利润 > p}", ["看不懂的值"]),
    # parameters
    ("parameters:\n  p: ⌖{label: 甲}", ["参数“p”没有数值"]),
    ("parameters:\n  p: {value: 1, ⌖values: [{value: 2}]}", ["“value”和“values”只能写一个"]),
    ("parameters:\n  p: {value: 1, ⌖from: 2025-01-01}", ["不认识的键“from”"]),
    ("parameters:\n  p:\n    values:\n    - {value: 1, to: 2025-01-01}\n    - ⌖{value: 2, from: 2025-01-01}",
     ["参数“p”有两个数值的日期重叠"]),
    ("parameters:\n  p:\n    values:\n    - {value: 1}\n    - ⌖{value: 2, from: 2025-01-01}",
     ["参数“p”有两个数值的日期重叠"]),
    ("parameters:\n  p:\n    values:\n    - {value: 1, from: 2025-01-01, to: ⌖2024-01-01}", ["止于 2024-01-01，早于开始"]),
    ("parameters:\n  p:\n    values: ⌖[{value: 1元, to: 2024-12-31}, {value: 2人, from: 2025-01-01}]",
     ["各分支的类型不同"]),
    ("parameters:\n  p:\n    values:\n    - {value: 1, from: ⌖2025-1-1}", ["“2025-1-1”不是日期"]),
    ("parameters:\n  p: {value: 1,⌖000万元}", ["不认识的键“000万元”"]),
    # tables
    ("tables:\n  t:\n    columns: {a: ⌖mony}\n    rows: {}", ["列“a”的类型“mony”不认识"]),
    ("tables:\n  t: ⌖{columns: {a: money}}", ["缺少“rows”"]),
    ("tables:\n  t: {columns: ⌖[a], rows: {}}", ["“columns”要一组“名称: …”"]),
    ("tables:\n  t:\n    columns: {a: money}\n    rows:\n      x: {⌖b: 1元}", ["不认识的键“b”"]),
    ("tables:\n  t:\n    columns: {a: money}\n    rows:\n      x: {a: ⌖300人}", ["金额 不能与 计数（人） 比较"]),
    ("tables:\n  t:\n    columns: {a: {type: count, unit: 人}}\n    rows:\n      x: {a: ⌖300户}", ["单位不同：人 与 户"]),
    ("tables:\n  t:\n    columns: {a: count}\n    rows:\n      x: {a: ⌖300人}", ["这一列没有写单位"]),
    ("tables:\n  t:\n    columns: {a: {type: count, ⌖units: 人}}\n    rows: {x: {a: 3}}", ["不认识的键“units”"]),
    ("tables:\n  t: {columns: {a: money}, rows: {}, status: ⌖good}", ["不认识的核实状态“good”"]),
    ("tables:\n  t:\n    columns: {a: money}\n    rows:\n      软件业: {}\n"
     "definitions:\n  d: {value: '利润 ⌖> t[行业].a'}", ["列“a”有空格"]),
    ("tables:\n  t:\n    columns: {a: money}\n    rows:\n      软件业: {a: 1元}\n"
     "definitions:\n  d: {value: '利润 > t[⌖“软件”].a'}", ["表“t”没有行“软件”"]),
    ("tables:\n  t:\n    columns: {a: money}\n    rows: {x: {a: 1元}}\n"
     "definitions:\n  d: {value: '利润 > t[行业].⌖b'}", ["表“t”没有列“b”"]),
    ("tables:\n  t:\n    columns: {a: money}\n    rows: {x: {a: 1元}}\n"
     "definitions:\n  d: {value: '利润 > t[⌖利润].a'}", ["表的行要用文字或选项来找"]),
    # bands
    ("bands:\n  b: ⌖{below: 0}", ["缺少“steps”"]),
    ("bands:\n  b: ⌖{steps: [{from: 1, gives: 1}]}", ["缺少“below”"]),
    ("bands:\n  b: {steps: [{from: 1, gives: 1}, {from: ⌖1, gives: 2}], below: 0}", ["档位“1”写了两次"]),
    ("bands:\n  b: {steps: [{from: ⌖上市, gives: 1}], below: 0}", ["档位的下限要是数或金额"]),
    ("bands:\n  b: {steps: [{from: 1, gives: 1}], below: 0}\ndefinitions:\n  d: {value: ⌖b(利润)}",
     ["计数 不能与 金额 比较"]),
    # exceptions
    ("conditions:\n- {id: a, when: 上市}\nexceptions:\n- {id: e, to: ⌖b, when: 上市}", ["没有条件“b”"]),
    ("conditions:\n- {id: a, when: 上市}\nexceptions:\n- {id: e, to: a, when: 上市, holds: ⌖yes}", ["“yes”不在可选之内"]),
    # money and windows
    ("amount: {value: ⌖利润 * 50%}", ["金额的类型是未取整的金额"]),
    ("amount: {value: ⌖3}", ["金额的类型是计数"]),
    ("amount: {value: 3元, op: ⌖<=}", ["“<=”不在可选之内"]),
    ("budget: ⌖{period: year}", ["缺少“amount”"]),
    ("budget: {amount: ⌖5000}", ["“5000”没有写单位"]),
    ("budget: {amount: ⌖-5000元}", ["“amount”不能为负"]),
    ("budget: {amount: 5元, method: ⌖flor}", ["“flor”不在可选之内"]),
    ("stacking: ⌖{per: contract}", ["缺少“group”"]),
    ("windows:\n- {id: w, opens: ⌖13-01, closes: 04-01}", ["“13-01”不是月和日"]),
    ("windows:\n- ⌖{id: w, opens: 03-01}", ["opens 和 closes（或 closes_after）要同时写或同时不写"]),
    # examples
    ("tests:\n- ⌖{name: x, expect: {result: 1}}", ["缺少“on”"]),
    ("tests:\n- ⌖{name: x, on: 2025-01-01}", ["缺少“expect”"]),
    ("tests:\n- {name: x, on: 2025-01-01, expect: ⌖{}}", ["样例没有写期望"]),
    ("tests:\n- {name: x, on: 2025-01-01, facts: ⌖[上市], expect: {result: 1}}", ["这里要一组“键: 值”"]),
    ("tests:\n- {name: x, on: 2025-01-01, facts: {⌖营业收人: 1元}, expect: {result: 1}}", ["不认识的事实“营业收人”"]),
    ("tests:\n- {name: x, on: 2025-01-01, facts: {营业收入: ⌖300人}, expect: {result: 1}}", ["“营业收入”："]),
    ("tests:\n- {name: x, on: 2025-01-01, facts: {营业收入: ⌖300}, expect: {result: 1}}", ["“营业收入”："]),
    ("tests:\n- {name: x, on: 2025-01-01, facts: {上市: ⌖yes}, expect: {result: 1}}", ["“上市”："]),
    ("tests:\n- {name: x, on: 2025-01-01, facts: {行业: ⌖软件}, expect: {result: 1}}", ["“行业”没有选项“软件”"]),
    ("tests:\n- {name: x, on: 2025-01-01, facts: {⌖营业收入@20x4: 1元}, expect: {result: 1}}", ["“20x4”不是年度"]),
    ("tests:\n- {name: x, on: 2025-01-01, facts: {⌖上市@2024: true}, expect: {result: 1}}", ["“上市”不分年度"]),
    ("tests:\n- {name: x, on: 2025-01-01, facts: {revenue: 1元, ⌖营业收入: 1元}, expect: {result: 1}}", ["“营业收入”给了两次"]),
    ("tests:\n- {name: x, on: 2025-01-01, facts: {}, expect: {eligible: ⌖true}}", ["“true”不是答案"]),
    ("tests:\n- {name: x, on: 2025-01-01, facts: {}, expect: {⌖amout: 1元}}", ["不认识的键“amout”"]),
    ("tests:\n- {name: x, on: 2025-01-01, facts: {}, expect: {missing: [⌖营业收人]}}", ["不认识的事实“营业收人”"]),
    ("definitions:\n  d: {value: 行业 in ⌖[批发业, 零售业]}", ["YAML 语法错误：花括号没有结束"]),
    # a block that is no mapping
    ("- ⌖a".replace("- ⌖", "⌖- "), ["这里要一组“键: 值”"]),
    ("⌖只有文字", ["这里要一组“键: 值”"]),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "messages"), BLOCKS, ids=[b[0][:40].replace("\n", " ") for b in BLOCKS])
def test_a_slip_in_a_block(rules, messages):
    result = "definitions:\n  outcome: {value: 1}\n"
    text, places = marked(document(rules) + "\n```yaml\n" + result + "```\n")
    text = text.replace("status: assumption", "status: assumption\nresult: outcome", 1)
    found = faults(text)
    assert len(found) == len(messages), found
    for (_, _, said, _), message in zip(found, messages, strict=True):
        assert said.startswith(message)
    line, column = places[-1]
    assert (line + 1, column) in {(a, b) for a, b, _, _ in found}


FILES = [
    ("⌖# 只有文字\n\n没有块。\n", "没有政策的首部"),
    ("⌖", "没有政策的首部"),
    ("⌖# 题\n\n```yaml\nconditions:\n- {id: a, when: 上市}\n```\n", "没有政策的首部"),
    ("# 题\n\n⌖```yaml\ntitle: 甲\npolicy: a\n", "代码块没有结束"),
    ("# 题\n\n```yaml\npolicy: a\namount: {value: 1元}\n```\n\n⌖```yaml\nbudget: {amount: 1元}\n", "代码块没有结束"),
    ("# 题\n\n```yaml\npolicy: a\namount: {value: 1元}\n\n## 第一条\n\n⌖```yaml\nbudget: {amount: 1元}\n```\n", "上一个代码块没有结束"),
    ("# 题\n\n```yaml\npolicy: a\namount: {value: 1元}\n```\n\n- 一项\n\n  ⌖```yaml\n  budget: {amount: 1元}\n  ```\n", "这个 yaml 块在列表"),
    ("# 题\n\n```yaml\npolicy: a\namount: {value: 1元}\n```\n\n> ⌖```yaml\n> budget: {amount: 1元}\n> ```\n", "这个 yaml 块在列表"),
    ("# 题\n\n```yaml\npolicy: a\namount: {value: 1元}\n```\n\n说明：\n\n    ⌖```yaml\n    budget: {amount: 1元}\n    ```\n", "这个 yaml 块在列表"),
    ("# 题\n\n```yaml\npolicy: ⌖a-b\namount: {value: 1元}\n```\n", "政策的标识“a-b”"),
    ("# 题\n\n```yaml\npolicy: a\nfrom: 2025-01-01\nto: ⌖2024-01-01\namount: {value: 1元}\n```\n", "止于 2024-01-01，早于开始"),
    ("# 题\n\n```yaml\n⌖policy: a\n```\n", "政策既没有 result 也没有 amount"),
    ("# 题\n\n```yaml\npolicy: a\nresult: ⌖x\n```\n", "没有定义“x”"),
    ("# 题\n\n```yaml\npolicy: a\n⌖polic: b\namount: {value: 1元}\n```\n", "不认识的键“polic”"),
    ("# 题\n\n```yaml\npolicy: a\namount: {value: 1元}\n```\n\n## 一 {#x}\n\n⌖## 二 {#x}\n", "锚点“x”重复"),
    ("# 题\n\n```yaml\npolicy: a\namount: {value: 1元}\n```\n\n⌖## 一 {#1}\n", "锚点“1”"),
    ("# 题\n\n```yaml\npolicy: a\namount: {value: 1元}\n```\n\n```yaml\n⌖amount: {value: 2元}\n```\n", "“amount”写了两次"),
    ("# 题\n\n```yaml\npolicy: a\namount: {value: 1元}\n```\n\n```yaml\n⌖policy: b\n```\n", "不认识的键“policy”"),
    ("# 题\n\n```yaml\npolicy: a\namount: {value: 1元}\ntables:\n  t: {columns: {a: money}, rows: {}}\n```\n\n```yaml\n"
     "tables:\n  ⌖t: {columns: {a: money}, rows: {}}\n```\n", "名称“t”已有别的意思"),
    ("# 题\n\n```yaml\npolicy: a\namount: {value: 1元}\n ⌖title: x\n```\n", "YAML 语法错误"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), FILES, ids=[f"{i}-{f[1][:14]}" for i, f in enumerate(FILES)])
def test_a_slip_in_the_layout_of_a_file(text, message):
    text, (place,) = marked(text)
    found = faults(text)
    assert [(line, column) for line, column, said, _ in found if said.startswith(message)] == [place]
    assert len(found) == 1


@pytest.mark.parametrize("language", ["yaml", "YAML", "yml", "yaml rules"])
def test_a_block_may_be_named_in_several_ways(language):
    text = f"# 题\n\n```{language}\npolicy: a\namount: {{value: 1元}}\n```\n"
    assert faults(text) == []


def test_what_is_commented_out_is_not_read():
    text = "# 题\n\n```yaml\npolicy: a\namount: {value: 1元}\n```\n\n<!--\n```yaml\nbudget: {amount: x}\n```\n-->\n"
    assert faults(text) == []


def test_two_files_of_one_policy():
    one = document("amount: {value: 1元}")
    assert faults(one, one) == [(4, 9, "政策“sample”已在 file-0.md 中", "换一个 id")]


def test_two_files_without_a_head_are_both_named():
    with pytest.raises(Problems) as error:
        read_policies([("文字", "a.md"), ("文字", "b.md")], DICTIONARY)
    assert [(p.source, p.message) for p in error.value.problems] == [
        ("a.md", "没有政策的首部"),
        ("b.md", "没有政策的首部"),
    ]


def test_a_circle_across_policies():
    a = "```yaml\npolicy: a\nresult: x\ndefinitions:\n  x: {value: b.y + 1}\n```\n"
    b = "```yaml\npolicy: b\nresult: y\ndefinitions:\n  y: {value: ⌖a.x + 1}\n```\n"
    b, (place,) = marked(b)
    with pytest.raises(Problems) as error:
        read_policies([(a, "a.md"), (b, "b.md")], DICTIONARY)
    (found,) = error.value.problems
    assert (found.source, found.line, found.column) == ("b.md", *place)
    assert found.message == "定义绕成一圈：a.x → b.y → a.x"


def test_a_definition_of_another_policy_that_does_not_exist():
    a = "```yaml\npolicy: a\nresult: x\ndefinitions:\n  x: {value: ⌖b.z + 1}\n```\n"
    b = "```yaml\npolicy: b\nresult: y\ndefinitions:\n  y: {value: 1}\n```\n"
    a, (place,) = marked(a)
    ((line, column, message, _),) = faults(a, b)
    assert ((line, column), message) == (place, "政策“b”没有“z”")


def test_a_long_chain_of_definitions_is_read_and_a_longer_one_refused():
    def chain(length):
        rules = "\n".join(f"  d{i}: {{value: d{i + 1} + 1}}" for i in range(length))
        return document(f"definitions:\n{rules}\n  d{length}: {{value: 1}}\n", "result: d0\n")

    assert faults(chain(40)) == []
    messages = {message for _, _, message, _ in faults(chain(3_000))}
    assert messages == {"定义层层相扣太深"}


def test_a_dictionary_refuses_names_with_two_meanings():
    from rulekit import spec

    with pytest.raises(ValueError, match="“收入”同时指"):
        FactDictionary.of([spec("a", "收入", FactType.MONEY), spec("b", "收入", FactType.MONEY)])
    with pytest.raises(ValueError, match="“b”同时指"):
        FactDictionary.of([spec("a", "b", FactType.MONEY), spec("b", "乙", FactType.MONEY)])
    with pytest.raises(ValueError, match="“a”定义了两次"):
        FactDictionary.of([spec("a", "甲", FactType.MONEY), spec("a", "乙", FactType.MONEY)])
