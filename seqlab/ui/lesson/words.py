"""The card's own words, in each language that a lesson can have."""

from __future__ import annotations

import streamlit as st

from seqlab.workshop.phrases import Language

LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}

WORDS: dict[str, dict[Language, str]] = {
    "place": {"en": "Page {page} of {pages}", "zh": "第 {page} 页，共 {pages} 页"},
    "next": {"en": "Next", "zh": "下一页"},
    "skip": {"en": "Skip this page", "zh": "跳过本页"},
    "not_open": {
        "en": "Your teacher opens the next page.",
        "zh": "下一页由老师打开。",
    },
    "finish": {"en": "Finish", "zh": "完成"},
    "back": {"en": "Back", "zh": "上一页"},
    "leave": {"en": "Leave the lesson", "zh": "退出课程"},
    "left": {
        "en": "Your place, your answers and your experiment stay.",
        "zh": "进度、回答和实验都会保留。",
    },
    "fold": {"en": "Fold", "zh": "收起"},
    "unfold": {"en": "Unfold", "zh": "展开"},
    "hint": {"en": "A hint", "zh": "提示"},
    "another_hint": {"en": "Another hint", "zh": "再给一个提示"},
    "set_up": {"en": "Set it up again", "zh": "恢复本页设置"},
    "set_up_help": {
        "en": "The settings with which this page begins.",
        "zh": "本页开始时的设置。",
    },
    "restore": {
        "en": "A setting that this page has locked was changed. Press **Set it up again**.",
        "zh": "本页锁定的设置被改动了。点击 **恢复本页设置**。",
    },
    "answer": {"en": "That is my prediction", "zh": "这是我的预测"},
    "answer_choice": {"en": "Answer", "zh": "回答"},
    "missing_choice": {"en": "Choose an answer first.", "zh": "请先选一个答案。"},
    "missing_number": {"en": "Enter a number first.", "zh": "请先输入一个数。"},
    "missing_curve": {
        "en": "Draw the curve first, or enter all three points.",
        "zh": "请先画出曲线，或者输入全部三个点。",
    },
    "answered": {"en": "Your answer: {given}", "zh": "你的回答：{given}"},
    "drawn": {"en": "Your curve is kept. Now train.", "zh": "曲线已保存。现在开始训练。"},
    "covered": {
        "en": "Covered until you have answered the question of the lesson.",
        "zh": "先回答课程里的问题，这里才会显示。",
    },
    "draw": {
        "en": "Draw with the pointer: left is epoch 1, right epoch {epochs}; the upper edge is "
        "{high}, the lower {low}. Or enter three points.",
        "zh": "用鼠标或手指画：左边是第 1 轮，右边是第 {epochs} 轮；上边是 {high}，下边是 "
        "{low}。也可以输入三个点。",
    },
    "first": {"en": "First", "zh": "开始"},
    "middle": {"en": "Middle", "zh": "中间"},
    "last": {"en": "Last", "zh": "最后"},
    "you": {"en": "your prediction", "zh": "你的预测"},
    "run": {"en": "the run", "zh": "实际"},
    "complete": {"en": "Done", "zh": "完成"},
    "stuck": {"en": "Next step:", "zh": "下一步："},
    "minutes": {"en": "about {minutes} min", "zh": "约 {minutes} 分钟"},
    "finished": {"en": "finished", "zh": "已完成"},
    "next_lesson": {"en": "Next: {title}", "zh": "下一课：{title}"},
    "all_lessons": {"en": "All lessons", "zh": "全部课程"},
    "start": {"en": "Start", "zh": "开始"},
    "go_on": {"en": "Go on", "zh": "继续"},
    "start_over": {"en": "Start over", "zh": "从头开始"},
    "about_lessons": {
        "en": "A lesson lies beside the playground: it asks what you expect, you train, and both "
        "are laid side by side. Leave it whenever you like; your place is kept.",
        "zh": "课程就在实验台旁边：先问你的预测，再训练，然后把两者放在一起看。"
        "随时可以退出，进度会保留。",
    },
}


def word(name: str, language: Language, /, **values: object) -> str:
    """A word of the card."""
    return WORDS[name][language].format(**values)


def usual_language() -> Language:
    """The language of the browser, if lessons are written in it, else English."""
    locale = str(getattr(st.context, "locale", "") or "")
    return "zh" if locale.casefold().startswith("zh") else "en"
