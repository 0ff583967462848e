"""Whether a comment reads like a verdict: “LGTM”, “approved”, “同意”. Pure.

It decides nothing. Whoever writes such a comment while their verdict is awaited believes that they have given it, and is told
that they have not. So a sentence counts that begins with such words and asks nothing; a story about an approval does not.
"""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"[^.!?。！？;；\n]+[.!?。！？;；\n]?")
_OPENING = (
    r"(?:(?:ok|okay|yes|yep|thanks|thank you|great|good|fine|so|and|then|hereby|fully|all|from my side|from me|i|we|i'm|it's|it is|"
    r"this is|that is|is|am|are|have|has|can|do)[\s,:–—-]+)*"
)
_ENGLISH = re.compile(
    _OPENING + r"(?:(?:not |n't )?approved?\b|approving\b|lgtm\b|looks good\b|sign(?:ed|ing)? (?:it |this )?off\b|ship it\b"
    r"|good to go\b|go ahead\b|agreed?\b(?! with)|accept(?:ed)?\b|\+1(?!\d)|👍|✅|reject(?:ed)?\b"
    r"|(?:not|don't|cannot|can't) (?:approve|agree)\b|veto\b|object\b)"
)
_CHINESE = re.compile(
    r"(?:我们?|好的?|行|可以|已经?|都|也|这个?|完全|表示|没有?|不能?|暂|先|嗯|,|，|、|\s)*"
    r"(?:同意|批准|通过|赞成|认可|签核|准予|没问题|没意见|无异议|可以上线|驳回|拒绝|反对|否决)"
)


def reads_like_a_verdict(text: str) -> bool:
    """Whether one of its sentences says yes or no, rather than asking or telling."""
    for match in _SENTENCE.finditer(text.casefold().replace("’", "'")):
        sentence = match[0].strip(" \t*_>-–—“”\"'「」")
        if sentence.endswith(("?", "？", "吗", "吗？", "么")):
            continue
        sentence = re.sub(r"^[@＠]\S+[\s,:，：]*", "", sentence)
        if _ENGLISH.match(sentence) or _CHINESE.match(sentence):
            return True
    return False
