"""What a reader of a BOLD number must be told: what the scan's length costs, and what was done before.

Decides the words; the numbers in them come from the scan.
"""

import numpy as np

from backloop.bold.amplitude import PowerShare
from backloop.bold.scans import BoldScan
from backloop.units import Text

__all__ = ["price_of_bins", "price_of_samples", "price_of_share", "what_was_done"]


def price_of_bins(scan: BoldScan, bins: int) -> Text:
    """Say how much chance alone moves an amplitude averaged over so many frequency bins.

    Parameters
    ----------
    scan : BoldScan
        The scan.
    bins : int
        Frequency bins of the band.

    Returns
    -------
    Text
        One sentence.

    Examples
    --------
    >>> from backloop.bold.scans import made_up_scan
    >>> price_of_bins(made_up_scan(), 34).en
    '480 s of scan, 34 frequency bins: chance alone moves the amplitude of one series by 9% (one standard error).'
    """
    seconds, error = scan.series.seconds, 0.523 / np.sqrt(bins)
    return Text(
        en=(
            f"{seconds:.0f} s of scan, {bins} frequency bins: chance alone moves the amplitude of one series by"
            f" {error:.0%} (one standard error)."
        ),
        zh=f"扫描{seconds:.0f} s，{bins}个频点：仅随机波动即可使单一序列振幅变化{error:.0%}（一个标准误）。",
    )


def price_of_share(scan: BoldScan, share: PowerShare) -> Text:
    """Say how much chance alone moves a share of power.

    Parameters
    ----------
    scan : BoldScan
        The scan.
    share : PowerShare
        The share found.

    Returns
    -------
    Text
        One sentence.

    Examples
    --------
    >>> from backloop.bold.scans import made_up_scan
    >>> from backloop.units import Interval
    >>> found = PowerShare(value=0.08, interval=Interval(low=0.03, high=0.2), bins=8, relative_error=0.33)
    >>> price_of_share(made_up_scan(), found).en
    '480 s of scan, 8 frequency bins: chance alone moves this share by 33% (one standard error).'
    """
    seconds, error = scan.series.seconds, share.relative_error
    return Text(
        en=(
            f"{seconds:.0f} s of scan, {share.bins} frequency bins: chance alone moves this share by {error:.0%}"
            " (one standard error)."
        ),
        zh=f"扫描{seconds:.0f} s，{share.bins}个频点：仅随机波动即可使该比例变化{error:.0%}（一个标准误）。",
    )


def price_of_samples(scan: BoldScan) -> Text:
    """Say how uncertain one correlation of this scan is.

    Parameters
    ----------
    scan : BoldScan
        The scan.

    Returns
    -------
    Text
        One sentence.

    Examples
    --------
    >>> from backloop.bold.scans import made_up_scan
    >>> price_of_samples(made_up_scan()).en
    '480 s of scan are worth 88 independent samples: the standard error of one correlation is 0.11 (Fisher z).'
    """
    seconds, error = scan.series.seconds, 1 / np.sqrt(scan.samples - 3)
    return Text(
        en=(
            f"{seconds:.0f} s of scan are worth {scan.samples:.0f} independent samples: the standard error of one"
            f" correlation is {error:.2f} (Fisher z)."
        ),
        zh=f"扫描{seconds:.0f} s相当于{scan.samples:.0f}个独立样本：单个相关的标准误为{error:.2f}（Fisher z）。",
    )


def what_was_done(scan: BoldScan) -> tuple[Text, ...]:
    """Say what another program or the strategy did that changes how a number reads.

    Parameters
    ----------
    scan : BoldScan
        The scan.

    Returns
    -------
    tuple of Text
        A sentence each for a removed global signal, regions in place of voxels, and an earlier filter.

    Examples
    --------
    >>> from backloop.bold.scans import made_up_scan
    >>> [said.en for said in what_was_done(made_up_scan())]
    ['The file holds regions: ratios are to the mean over its regions, not over the voxels of the brain.']
    """
    said = []
    if "global_signal" in scan.nuisance.names:
        said.append(
            Text(
                en="The global signal was removed, which shifts correlations downwards and may turn their sign.",
                zh="已去除全脑信号，相关系数整体下移，符号可能反转。",
            )
        )
    if scan.series.grid is None:
        said.append(
            Text(
                en="The file holds regions: ratios are to the mean over its regions, not over the voxels of the brain.",
                zh="文件仅含区域序列：比值以各区域均值为分母，而非全脑体素均值。",
            )
        )
    if scan.filtered is not None:
        said.append(Text(en="Another program had filtered the series before.", zh="序列此前已由其他程序滤波。"))
    return tuple(said)
