"""The few words that lessons say themselves, in each language that a lesson can have."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "zh"]

PHRASES: dict[str, dict[Language, str]] = {
    "answer": {
        "en": "Answer the question first: what do you expect?",
        "zh": "先回答问题：你预计会怎样？",
    },
    "mend": {
        "en": "Something on the page cannot be trained yet. Read the message in red and mend it.",
        "zh": "当前的设置还不能训练。请阅读红色的提示并修正。",
    },
    "set": {"en": "Set {what}.", "zh": "把 {what}。"},
    "set_one": {"en": "{name} to {sign} {value}", "zh": "{name} 设为{sign} {value}"},
    "and": {"en": " and ", "zh": "，并把 "},
    "train": {"en": "Press **Train**.", "zh": "点击 **Train**。"},
    "wait": {"en": "Wait until the run has ended.", "zh": "等训练结束。"},
    "again": {
        "en": "No run of this page reached {what} yet. Change something and train again.",
        "zh": "本页还没有训练达到 {what}。改动设置后再训练一次。",
    },
    "several": {
        "en": "{done} of {count} runs that this page asks for have ended. Start the others.",
        "zh": "本页要求 {count} 次训练，已完成 {done} 次。请开始其余的训练。",
    },
    "diverge": {
        "en": "No run of this page has diverged yet. Change something and train again.",
        "zh": "本页还没有训练发散。改动设置后再训练一次。",
    },
    "move": {"en": "Change {name}.", "zh": "改动 {name}。"},
    "player_at": {
        "en": "Move the slider of the gates to epoch {value}.",
        "zh": "把门控图的滑块拖到第 {value} 轮。",
    },
    "player": {
        "en": "Move the slider of the gates to an epoch of {sign} {value}.",
        "zh": "把门控图的滑块拖到{sign} {value} 的轮次。",
    },
    "break": {
        "en": "The page does not show the message asked for yet. Try a setting that does not fit.",
        "zh": "页面还没有出现要找的提示。试一个不合适的设置。",
    },
    "of_layer": {"en": "`{name}` of layer {layer}", "zh": "第 {layer} 层的 `{name}`"},
    ">=": {"en": "at least", "zh": "至少"},
    "<=": {"en": "at most", "zh": "至多"},
    "==": {"en": "", "zh": ""},
    "!=": {"en": "something other than", "zh": "不同于"},
    ">": {"en": "more than", "zh": "大于"},
    "<": {"en": "less than", "zh": "小于"},
    "as_good": {"en": "as good as", "zh": "几乎相同"},
    "below": {"en": "{share} below", "zh": "低 {share}"},
    "above": {"en": "{share} above", "zh": "高 {share}"},
    "times": {"en": "{times} times", "zh": "高到 {times} 倍"},
    "right": {"en": "You expected that.", "zh": "和你预计的一样。"},
    "wrong": {
        "en": "You expected “{given}”. It was “{right}”.",
        "zh": "你预计的是“{given}”，实际是“{right}”。",
    },
    "noted": {"en": "You answered “{given}”.", "zh": "你的回答是“{given}”。"},
    "is_right": {"en": "{right}: that is right.", "zh": "{right}：对了。"},
    "not_yet": {"en": "Not yet: {right} is right.", "zh": "还不对：正确的是 {right}。"},
    "counted": {
        "en": "You expected {given}, and it was {real}.",
        "zh": "你预计 {given}，实际是 {real}。",
    },
    "close": {
        "en": "You expected {given}, and it was {real}: as good as equal.",
        "zh": "你预计 {given}，实际是 {real}：几乎相同。",
    },
    "more": {
        "en": "You expected {given}, and it was {real}: {times} times as much.",
        "zh": "你预计 {given}，实际是 {real}，是预计的 {times} 倍。",
    },
    "less": {
        "en": "You expected {given}, and it was {real}: {share} less.",
        "zh": "你预计 {given}，实际是 {real}，低了 {share}。",
    },
    "higher": {
        "en": "You expected {given}, and it was {real}: {share} more.",
        "zh": "你预计 {given}，实际是 {real}，高了 {share}。",
    },
    "curve": {
        "en": "You drew a curve that ends at {given}; it ended at {real}. The largest gap is in "
        "epoch {epoch}: {drawn} drawn, {there} there.",
        "zh": "你画的曲线终点是 {given}，实际终点是 {real}。差距最大在第 {epoch} 轮：你画的是 "
        "{drawn}，实际是 {there}。",
    },
    "no_curve": {
        "en": "The run left no curve to lay over yours.",
        "zh": "这次训练没有留下可以对照的曲线。",
    },
}


def say(name: str, language: Language, /, **values: object) -> str:
    """A phrase with its values.

    Example:
        >>> say("train", "en")
        'Press **Train**.'
    """
    return PHRASES[name][language].format(**values)


def ratio_words(ratio: float, language: Language = "en") -> str:
    """How one number stands to another, which is named behind it.

    Example:
        >>> ratio_words(0.64), ratio_words(1.0), ratio_words(4.0)
        ('36% below', 'as good as', '4 times')
    """
    if abs(ratio - 1) < 0.005:
        return say("as_good", language)
    if ratio < 1:
        return say("below", language, share=f"{1 - ratio:.0%}")
    if ratio < 3:
        return say("above", language, share=f"{ratio - 1:.0%}")
    return say("times", language, times=f"{ratio:.3g}")
