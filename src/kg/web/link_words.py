"""Words of the linking pages in six languages: tombstones, links in, citations, the curators' review."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from kg.web.i18n import in_language

_WORDS: Final[dict[str, tuple[str, str, str, str, str, str]]] = {
    # key: en, fr, es, ru, zh, ar
    "withdrawn": ("Withdrawn", "Retirée", "Retirado", "Отозвано", "已撤回", "مسحوب"),
    "gone": (
        "This record was withdrawn. Its identifier will not be used again.",
        "Cette notice a été retirée. Son identifiant ne sera pas réutilisé.",
        "Este registro fue retirado. Su identificador no se volverá a usar.",
        "Эта запись отозвана. Её идентификатор больше не будет использован.",
        "此记录已撤回，其标识符不会再次使用。",
        "سُحب هذا السجل، ولن يُستخدم معرّفه مرة أخرى.",
    ),
    "on": ("Date", "Date", "Fecha", "Дата", "日期", "التاريخ"),
    "reason": ("Reason", "Motif", "Motivo", "Причина", "理由", "السبب"),
    "identifier": (
        "Persistent identifier", "Identifiant pérenne", "Identificador persistente",
        "Постоянный идентификатор", "永久标识符", "المعرّف الدائم",
    ),
    "home": (
        "Home page", "Page d'accueil", "Página de inicio", "Главная страница", "首页", "الصفحة الرئيسية",
    ),
    "linked_from": (
        "Linked from", "Lié depuis", "Enlazado desde", "На эту запись ссылаются", "链接来自", "مرتبط من",
    ),
    "linked_note": (
        "Records of partners that link here; a curator has looked at each link.",
        "Notices de partenaires liées à celle-ci ; une personne a vérifié chaque lien.",
        "Registros de socios que enlazan aquí; una persona revisó cada enlace.",
        "Записи партнёров, связанные с этой; каждую связь проверил куратор.",
        "链接到此处的合作伙伴记录；每个链接均经管理员审核。",
        "سجلات الشركاء المرتبطة بهذا السجل، وقد راجع أمينٌ كل رابط.",
    ),
    "skos:exactMatch": ("the same", "identique", "lo mismo", "то же самое", "相同", "مطابق"),
    "skos:closeMatch": (
        "nearly the same", "presque identique", "casi lo mismo", "почти то же", "近似相同", "شبه مطابق",
    ),
    "skos:broadMatch": ("broader", "plus large", "más amplio", "шире", "更宽泛", "أعم"),
    "skos:narrowMatch": ("narrower", "plus étroit", "más específico", "уже", "更具体", "أخص"),
    "skos:relatedMatch": ("related", "apparenté", "relacionado", "связано", "相关", "ذو صلة"),
    "dcterms:relation": (
        "on the same subject", "sur le même sujet", "sobre el mismo tema", "на ту же тему", "同一主题",
        "في الموضوع نفسه",
    ),
    "cite": ("Cite this record", "Citer cette notice", "Citar este registro", "Как цитировать", "引用此记录",
             "الاستشهاد بهذا السجل"),
    "review": (
        "Review of links", "Vérification des liens", "Revisión de enlaces", "Проверка связей", "链接审核",
        "مراجعة الروابط",
    ),
    "signed_in": (
        "Signed in as {name}.", "Connecté : {name}.", "Sesión iniciada: {name}.", "Вы вошли как {name}.",
        "已登录：{name}。", "تم تسجيل الدخول باسم {name}.",
    ),
    "sign_out": ("Sign out", "Se déconnecter", "Cerrar sesión", "Выйти", "退出", "تسجيل الخروج"),
    "sign_in": ("Sign in", "Se connecter", "Iniciar sesión", "Войти", "登录", "تسجيل الدخول"),
    "token": ("Your token", "Votre jeton", "Su clave", "Ваш токен", "您的令牌", "رمزك"),
    "token_note": (
        "Tokens are made with", "Les jetons se créent avec", "Las claves se crean con",
        "Токены создаёт команда", "创建令牌的命令：", "تُنشأ الرموز بالأمر",
    ),
    "partner": ("Partner", "Partenaire", "Socio", "Партнёр", "合作伙伴", "الشريك"),
    "all": ("all", "tous", "todos", "все", "全部", "الكل"),
    "open": ("open", "en attente", "pendiente", "ожидает", "待审核", "قيد الانتظار"),
    "accepted": ("accepted", "accepté", "aceptado", "принято", "已接受", "مقبول"),
    "rejected": ("rejected", "rejeté", "rechazado", "отклонено", "已拒绝", "مرفوض"),
    "state": ("State", "État", "Estado", "Состояние", "状态", "الحالة"),
    "show": ("Show", "Afficher", "Mostrar", "Показать", "显示", "عرض"),
    "keys": ("Keys", "Touches", "Teclas", "Клавиши", "快捷键", "المفاتيح"),
    "next": ("next", "suivant", "siguiente", "следующая", "下一个", "التالي"),
    "previous": ("previous", "précédent", "anterior", "предыдущая", "上一个", "السابق"),
    "accept": ("Accept", "Accepter", "Aceptar", "Принять", "接受", "قبول"),
    "reject": ("Reject", "Rejeter", "Rechazar", "Отклонить", "拒绝", "رفض"),
    "give_reason": (
        "give a reason, then reject", "donner un motif, puis rejeter", "dar un motivo y rechazar",
        "указать причину и отклонить", "填写理由后拒绝", "ذكر السبب ثم الرفض",
    ),
    "change_relation": (
        "change the relation", "changer la relation", "cambiar la relación", "изменить отношение", "更改关系",
        "تغيير العلاقة",
    ),
    "open_both": (
        "open both records", "ouvrir les deux notices", "abrir ambos registros", "открыть обе записи",
        "打开两条记录", "فتح السجلين",
    ),
    "conflicts": ("Conflicts", "Conflits", "Conflictos", "Противоречия", "冲突", "التعارضات"),
    "two exact matches": (
        "two exact matches", "deux équivalences exactes", "dos equivalencias exactas",
        "два точных соответствия", "两个完全匹配", "مطابقتان تامتان",
    ),
    "withdrawn record": (
        "link to a withdrawn record", "lien vers une notice retirée", "enlace a un registro retirado",
        "связь с отозванной записью", "链接到已撤回的记录", "رابط إلى سجل مسحوب",
    ),
    "merged record": (
        "link to a merged record", "lien vers une notice fusionnée", "enlace a un registro fusionado",
        "связь с объединённой записью", "链接到已合并的记录", "رابط إلى سجل مدمج",
    ),
    "unknown record": (
        "link to an unknown record", "lien vers une notice inconnue", "enlace a un registro desconocido",
        "связь с неизвестной записью", "链接到未知的记录", "رابط إلى سجل غير معروف",
    ),
    "links": ("Links: {count}", "Liens : {count}", "Enlaces: {count}", "Связей: {count}", "链接：{count}",
              "الروابط: {count}"),
    "link": ("Link {number}", "Lien {number}", "Enlace {number}", "Связь {number}", "链接 {number}",
             "الرابط {number}"),
    "nothing": (
        "Nothing is waiting.", "Rien n'est en attente.", "No hay nada pendiente.", "Ничего не ожидает.",
        "没有待审核的内容。", "لا شيء قيد الانتظار.",
    ),
    "probability": ("probability", "probabilité", "probabilidad", "вероятность", "概率", "الاحتمال"),
    "relation": ("Relation", "Relation", "Relación", "Отношение", "关系", "العلاقة"),
    "further": ("Further links", "Autres liens", "Más enlaces", "Другие связи", "更多链接", "روابط أخرى"),
}  # fmt: skip


@cache
def words(language: str) -> Mapping[str, str]:
    """Return the words in a language, by their keys."""
    return in_language(_WORDS, language)
