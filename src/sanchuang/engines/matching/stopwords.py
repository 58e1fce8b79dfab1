"""Words that say nothing alone: never at the edge of a reason, never a reason.

Characters that also begin terms (可 in 可吸入颗粒物, 无, 非, 多, 三 …) are not among them. English words stand between
bars, as in a text's line.
"""

_FUNCTION_WORDS = """
的 了 和 与 及 以及 或 或者 并 并且 而 而且 且 在 于 对 对于 为 为了 以 以便 由 由于 从 到 把 被 将
使 使得 是 不是 没有 也 都 还 又 就 才 已 已经 正在 可以 能够 会 应 应当 需要 必须 等 等等 这 这个
这些 这种 那 那个 那些 其 其中 其他 该 此 本文 各 各种 每 某 某些 我 我们 你 你们 他 他们 它 它们
之 之间 之一 中 上 下 时 里 所 所以 因 因为 因此 如 如何 如果 若 但 但是 然而 虽然 同时 通过 根据
按照 基于 针对 关于 有关 相关 一个 一种 一些 多个 多种 两个 更加 比较 非常 十分 什么 怎么 怎样 哪些
哪个 谁 吗 呢 吧 啊
"""
# What every need and every abstract says.
_COMMONPLACE = """
以上 以下 以内 超过 不超过 不少 不少于 不低于 不高于 低于 高于 大于 小于 至少 至多 左右 个 约 一次 一台 一套 一条 一项
希望 寻求 寻找 征集 求购 采用 利用 使用 运用 进行 实现 提供 提出 具有 具备 包括 达到 用于 研究 分析
探讨 方法 结果 表明 显示 目的 结论 目前 现有 主要 不同 方面 情况 问题 作用 影响
"""
_ENGLISH = """
a an the of and or in on at to for with by from as is are be was were it its this that these those
we our not no can using based
"""

# Words that say something within a phrase, and alone only that a text is about technology, business or a test.
_ANYWHERE = """
自动 智能 连续 完成 平均 人工 判断 实验室 实验 对方 是否 少于 机器 环境 正常 直接 操作 要求 自己 我方 我司 公司 客户 企业 单位
工程师 人员 团队 方案 历史 现场 设备 系统 装置 产品 技术 服务 项目 合作 试验 测试 检测 识别 数据 模型 算法 软件 工具 平台 工程 工作 时间
条件 要 能 过程 情形 类型 种类 方式 途径 手段 水平 能力 效果 效率 质量 标准 指标 参数 范围 部分 整体 全部 所有 任何 最好 更好
只有 只要 即可 至今 每天 每年 每月 每周 每分钟 每次 全年 半年 半天 小时 分钟 经验 案例 记录 资料 文件 报告 业务 用户 市场 成本 价格
供应 材料 样品 样本 数量 大小 长期 短期 稳定 实时 快速 高效 可靠 运行 应用 支持 满足 处理 生产 制造 加工 开发 研发 设计 管理 控制
交付 验收 考核 许可 转让 渠道 毛病 问题 意见 前提 功能 状态 环节 计划 网络 基地 集团 核心 关键 工厂 车间 原始 接口 格式
发现 提前 批量 等级 采样 固定 输出 输入 生成 给出 分析 位置 一致 完全 不同 同类 同时 国产 替代 进口 优先 改造 升级 一体 配套
中国 国内 国外 试过 做过 用过 合格 评价 时刻 历程 年度 行业 差距 规模 品牌 经历 规划 证明 目标 核心技术 评定 患者 居民 比例 用量 共用 未来 上线 尺度 发射 训练 虚拟
"""

STOPWORDS = frozenset(
    _FUNCTION_WORDS.split() + _COMMONPLACE.split() + [f"|{word}|" for word in _ENGLISH.split()]
)
COMMONPLACE = frozenset(_ANYWHERE.split())
