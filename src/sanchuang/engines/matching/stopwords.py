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

STOPWORDS = frozenset(
    _FUNCTION_WORDS.split() + _COMMONPLACE.split() + [f"|{word}|" for word in _ENGLISH.split()]
)
