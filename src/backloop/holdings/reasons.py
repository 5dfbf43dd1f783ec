"""Why something could not be read, in words for a reader of either language.

Decides how an error becomes a sentence; it never repeats a folder of the machine it happened on.
"""

from backloop.errors import BackloopError
from backloop.units import Text

__all__ = ["in_words"]


def in_words(error: BaseException, source: str = "") -> Text:
    """Say what an error means to somebody who reads the panel.

    Parameters
    ----------
    error : BaseException
        An error of backloop says what to do itself; of another only its kind is told, for its words may name folders.
    source : str
        The file that is named beside the reason already.

    Returns
    -------
    Text
        The reason.

    Examples
    --------
    >>> in_words(FileNotFoundError(2, "No such file or directory", "secret/place.edf")).en
    'No such file or directory.'
    >>> in_words(ZeroDivisionError()).en
    'An unforeseen error (ZeroDivisionError); please report it with the version of backloop.'
    """
    if isinstance(error, BackloopError):
        words = str(error).removeprefix(f"{source}: ")
        return Text(en=words, zh=f"无法读取：{words}")
    if isinstance(error, MemoryError):
        return Text(en="The memory was not enough; run with fewer --jobs.", zh="内存不足；请减少--jobs。")
    if isinstance(error, OSError) and error.strerror:
        return Text(en=f"{error.strerror}.", zh=f"系统拒绝访问文件：{error.strerror}。")
    kind = type(error).__name__
    return Text(
        en=f"An unforeseen error ({kind}); please report it with the version of backloop.",
        zh=f"意外错误（{kind}）；请连同backloop版本一并报告。",
    )
