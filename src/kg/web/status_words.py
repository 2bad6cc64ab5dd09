"""Words of the status page in six languages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from kg.web.i18n import in_language

_WORDS: Final[dict[str, tuple[str, str, str, str, str, str]]] = {
    # key: en, fr, es, ru, zh, ar
    "title": (
        "State of the sources", "État des sources", "Estado de las fuentes",
        "Состояние источников", "数据来源状态", "حالة المصادر",
    ),
    "source": ("Source", "Source", "Fuente", "Источник", "来源", "المصدر"),
    "state": ("State", "État", "Estado", "Состояние", "状态", "الحالة"),
    "fresh": (
        "Last good harvest", "Dernière collecte réussie", "Última recolección correcta",
        "Последний успешный сбор", "最近一次成功采集", "آخر جمع ناجح",
    ),
    "records": ("Records", "Notices", "Registros", "Записи", "记录", "السجلات"),
    "withdrawn": ("Withdrawn", "Retirées", "Retirados", "Отозвано", "已撤回", "مسحوبة"),
    "message": ("Message", "Message", "Mensaje", "Сообщение", "消息", "رسالة"),
    "generation": ("Generation", "Génération", "Generación", "Поколение", "版本", "الجيل"),
    "built": ("Built", "Construite", "Construida", "Построено", "构建于", "بُني في"),
    "stopped": (
        "The last update was stopped", "La dernière mise à jour a été arrêtée",
        "La última actualización se detuvo", "Последнее обновление остановлено",
        "上次更新已停止", "أُوقف آخر تحديث",
    ),
    "never": ("never", "jamais", "nunca", "никогда", "从未", "أبدًا"),
    "off": ("off", "désactivée", "desactivada", "выключен", "已关闭", "متوقف"),
    "ok": ("up to date", "à jour", "al día", "актуален", "最新", "محدَّث"),
    "late": ("late", "en retard", "con retraso", "опаздывает", "已过期", "متأخر"),
    "running": ("running", "en cours", "en curso", "выполняется", "运行中", "قيد التشغيل"),
    "failed": ("failed", "échec", "fallida", "ошибка", "失败", "فشل"),
    "stopped_run": ("interrupted", "interrompue", "interrumpida", "прерван", "已中断", "مقطوع"),
}  # fmt: skip


@cache
def words(language: str) -> Mapping[str, str]:
    """Return the words of a language by their keys."""
    return in_language(_WORDS, language)
