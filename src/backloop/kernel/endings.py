"""How a fit can end, and what to do about it.

Decides the words for each ending; the search decides which one it is.
"""

from enum import StrEnum

from backloop.units import Text

__all__ = ["Ending"]


class Ending(StrEnum):
    """How a fit ended, in the order the engine numbers them.

    Examples
    --------
    >>> Ending.SINGULAR.text.en
    'the covariance became singular: one visit is determined by the others; declare a simpler covariance'
    """

    CONVERGED = "converged"
    NO_END = "no end"
    SINGULAR = "singular"
    UNRANKED = "not of full rank"
    TOO_FEW = "too few answers"
    FLAT = "not identified"

    @property
    def text(self) -> Text:
        """What happened and what to do, for a reader."""
        return _ENDINGS[self]


_ENDINGS = {
    Ending.CONVERGED: Text(en="the fit converged", zh="模型已收敛"),
    Ending.NO_END: Text(
        en="the search did not end; declare a simpler covariance to fall back on",
        zh="迭代未能结束；请预先指定更简单的协方差结构作为备选",
    ),
    Ending.SINGULAR: Text(
        en="the covariance became singular: one visit is determined by the others; declare a simpler covariance",
        zh="协方差矩阵奇异：某次访视可由其他访视完全决定；请指定更简单的协方差结构",
    ),
    Ending.UNRANKED: Text(
        en="the design is not of full rank for the people seen; drop an empty arm-by-week or a repeated covariate",
        zh="就现有数据而言设计矩阵不满秩；请去掉无人受访的组别与周次组合，或去掉重复的协变量",
    ),
    Ending.TOO_FEW: Text(
        en="there are fewer answers than parameters; declare a simpler covariance or drop covariates",
        zh="数据少于参数；请指定更简单的协方差结构或减少协变量",
    ),
    Ending.FLAT: Text(
        en="the data do not tell the covariance (two visits may never have been seen in one person); simplify it",
        zh="数据不足以估计协方差（可能有两次访视从未见于同一人）；请指定更简单的结构",
    ),
}
