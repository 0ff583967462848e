"""What a column of a dictionary can say, what people call it, and the sheets of other tools by their headings. Pure.

Headings are compared as `plain` makes them: without case, marks and humps, so `cdmFieldName`, `cdm_field_name` and
`CDM Field Name` are one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MARKS = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"[(（\[][^()（）\[\]]*[)）\]]")


@lru_cache(maxsize=8192)
def plain(heading: str) -> str:
    """A heading as it is compared."""
    words = unicodedata.normalize("NFKC", _HUMPS.sub(" ", heading[:400])).casefold()
    return " ".join(_MARKS.sub(" ", words).split())


@lru_cache(maxsize=8192)
def without_brackets(heading: str) -> str:
    return plain(_BRACKETS.sub(" ", heading))


def _called(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain(word) for word in text.split(",")))


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a row can say. `called`: other names, the likeliest first. `kept`: recognised, and kept as it stands."""

    name: str
    called: tuple[str, ...]
    kept: bool = False


FIELDS = (
    Field("table", _called(
        "table, table name, data set, dataset, dataset name, data set name, entity, entity name, model, model name,"
        "file, file name, form,"
        "form name, resource, tabelle, tabellenname, datensatz, datei, table de données, nom de la table,"
        "jeu de données, fichier,"
        "表, 表名, 表名称, 表英文, 表英文名, 数据表, 数据表名, 数据集, 数据集名称, 实体")),
    Field("table_title", _called("table title, table label, dataset label, data set label, tabellentitel, 表中文,"
        "表中文名, 表中文名称, 表标题")),
    Field("table_description", _called(
        "table description, dataset description, data set description, table comment, entity description, tabellenbeschreibung,"
        "description de la table, 表描述, 表说明, 表备注, 表注释")),
    Field("column", _called(
        "column, column name, field, field name, variable, variable name, variable field name, attribute,"
        "attribute name, property,"
        "property name, data element, data element name, data field, feature, feature name, item, item name,"
        "column or row name,"
        "physical name, name, varname, var name, var, feld, feldname, spalte, spaltenname, variablenname, merkmal,"
        "attributname, champ,"
        "nom du champ, colonne, nom de la colonne, nom de colonne, nom de la variable, nom,"
        "字段名, 字段名称, 字段, 字段英文名, 字段英文名称, 英文名, 英文名称, 列名, 列名称, 列, 变量, 变量名, 变量名称,"
        "属性, 属性名, 数据项, 数据项名称, 数据元,"
        "指标名称, 字段代码, id")),
    Field("key", _called("element, element key, data element id, element id, dictionary key, element reference")),
    Field("name", _called(
        "business name, display name, title, label, long name, column long name, column or row long name, friendly name,"
        "caption,"
        "logical name, field label, variable label, column label, bezeichnung, anzeigename, fachlicher name, titel,"
        "libellé, intitulé,"
        "titre, étiquette, 中文名, 中文名称, 字段中文名, 字段中文名称, 显示名称, 业务名称, 逻辑名称, 标签, 标题, 名称")),
    Field("definition", _called(
        "definition, description, meaning, business definition, column description, field description, variable description,"
        "attribute description, element description, full description, explanation, desc, user guidance, column comment,"
        "comment, comments,"
        "remarks, notes, note, details, question, prompt, beschreibung, bedeutung, erklärung, erläuterung,"
        "feldbeschreibung, kommentar,"
        "bemerkung, définition, signification, commentaire, remarques,"
        "含义, 定义, 描述, 说明, 字段含义, 字段说明, 字段描述, 字段注释, 列说明, 列描述, 业务含义, 业务定义, 变量说明,"
        "解释, 注释, 备注")),
    Field("type", _called(
        "type, data type, datatype, logical type, value type, kind, column type, field type, variable type,"
        "attribute type, dtype, class,"
        "storage type, type of data, datentyp, typ, feldtyp, type de données, type de donnée,"
        "类型, 数据类型, 字段类型, 列类型, 变量类型, 值类型")),
    Field("physical_type", _called(
        "physical type, sql type, database type, db type, native type, physical data type, udt name, full data type,"
        "physischer typ,"
        "type physique, 物理类型, 数据库类型")),
    Field("format", _called("format, data format, display format, value format, 格式, 数据格式")),
    Field("validation", _called("text validation type or show slider number, validation type")),
    Field("semantic_type", _called("semantic type, semantischer typ, type sémantique, 语义类型")),
    Field("unit", _called(
        "unit, units, unit of measure, unit of measurement, measurement unit, uom, ucum, einheit, maßeinheit,"
        "masseinheit, unité, unités,"
        "unité de mesure, 单位, 计量单位, 度量单位, 测量单位")),
    Field("timezone", _called("time zone, timezone, tz, zeitzone, fuseau horaire, 时区")),
    Field("granularity", _called("granularity, time granularity, granularität, granularité, 时间粒度, 粒度")),
    Field("null_policy", _called("null policy, null handling")),
    Field("required", _called(
        "required, is required, mandatory, is mandatory, required field, obligatory, not null, notnull,"
        "constraints required, obligation,"
        "pflichtfeld, pflicht, erforderlich, obligatorisch, obligatoire, requis, 必填, 是否必填, 必填项, 必选, 是否必选,"
        "非空, 是否非空, 必需, 是否必需")),
    Field("nullable", _called(
        "nullable, is nullable, null, nulls, null allowed, nulls allowed, allow null, allow nulls, allows null,"
        "can be null, optional,"
        "is optional, null ok, nullbar, null erlaubt, optionnel, facultatif, nul, 允许空, 允许为空, 是否为空, 是否可空,"
        "可空, 可为空, 是否允许为空, 空")),
    Field("missing", _called(
        "missing codes, missing values, missing value codes, missing code, missing, na values, na codes, null values,"
        "sentinel values,"
        "null tokens, fehlende werte, fehlwerte, valeurs manquantes, codes manquants, 缺失值, 缺失码, 缺失代码,"
        "缺失值代码, 空值代码")),
    Field("values", _called(
        "permissible values, allowed values, valid values, values, enum, enumeration, enumerations, code list, codelist,"
        "codes, choices,"
        "categories, options, domain, domain values, value set, value labels, levels, coding, constraints enum,"
        "accepted values, value range,"
        "choices calculations or slider labels, select choices or calculations, wertebereich, werteliste,"
        "erlaubte werte, zulässige werte, gültige werte,"
        "ausprägungen, valeurs, valeurs possibles, valeurs autorisées, modalités, 值域, 取值, 取值范围, 允许值, 枚举值,"
        "枚举, 可选值, 代码, 代码表, 码表, 字典值, 选项")),
    Field("value", _called("value, code, permissible value, option code, wert, valeur, 值, 码值, 代码值, 枚举项")),
    Field("value_label", _called(
        "value label, value description, value meaning, code label, code meaning, code description, option label,"
        "decode, wertelabel,"
        "libellé de la valeur, 值含义, 码值含义, 代码含义, 值说明, 码值说明, 值标签")),
    Field("pattern", _called("pattern, regex, regexp, regular expression, constraints pattern, muster, motif, 正则,"
        "正则表达式, 模式")),
    Field("minimum", _called(
        "minimum, min, min value, minimum value, lower bound, lower limit, range min, text validation min, valid min,"
        "constraints minimum,"
        "mindestwert, untergrenze, valeur minimale, borne inférieure, 最小值, 最小, 下限")),
    Field("maximum", _called(
        "maximum, max, max value, maximum value, upper bound, upper limit, range max, text validation max, valid max,"
        "constraints maximum,"
        "höchstwert, obergrenze, valeur maximale, borne supérieure, 最大值, 最大, 上限")),
    Field("exclusive_minimum", _called("minimum excluded")),
    Field("exclusive_maximum", _called("maximum excluded")),
    Field("min_length", _called("minimum length, min length, constraints min length, mindestlänge, longueur minimale,"
        "最小长度")),
    Field("max_length", _called(
        "maximum length, max length, constraints max length, character maximum length, char max length, maximallänge,"
        "longueur maximale,"
        "最大长度")),
    Field("length", _called("length, size, field length, field size, column length, width, länge, feldlänge, longueur,"
        "taille, 长度, 字段长度, 字段大小")),
    Field("precision", _called("precision, numeric precision, digits, genauigkeit, stellen, précision, 精度")),
    Field("scale", _called("scale, numeric scale, decimals, decimal places, significant digits, nachkommastellen,"
        "décimales, 小数位, 小数位数, 标度")),
    Field("multiple_of", _called("multiple of, step, vielfaches von, multiple de, 步长, 倍数")),
    Field("is_key", _called(
        "primary key, is primary key, pk, identifies a row, key column, primärschlüssel, clé primaire, 主键, 是否主键")),
    Field("key_kind", _called("key, column key, key type, keys, constraint, constraints, schlüssel, clé, 键, 约束")),
    Field("unique", _called("unique, is unique, uniqueness, constraints unique, eindeutig, 唯一, 是否唯一, 唯一性")),
    Field("references", _called(
        "references, foreign key, fk, reference, foreign key to, references column, lookup, fremdschlüssel, verweis,"
        "referenz, clé étrangère,"
        "référence, 外键, 关联字段, 引用, 外键关联")),
    Field("is_fk", _called("is foreign key, 是否外键")),
    Field("fk_table", _called(
        "fk table name, fk table, foreign key table, referenced table, referenced table name, reference table,"
        "references table, 外键表, 关联表, 引用表")),
    Field("fk_column", _called(
        "fk field name, fk column, fk field, foreign key column, foreign key field, referenced column,"
        "referenced column name, reference column,"
        "外键字段, 关联列, 引用字段, 引用列")),
    Field("cardinality", _called("reference cardinality")),
    Field("reference_required", _called("reference required")),
    Field("sensitivity", _called(
        "sensitivity, classification, data classification, confidentiality, security classification, security level,"
        "privacy, privacy class,"
        "sensitivity level, schutzbedarf, vertraulichkeit, klassifizierung, sensibilität, sensibilité, confidentialité,"
        "敏感度, 敏感级别, 敏感等级,"
        "密级, 安全等级, 安全级别, 数据分级, 分级, 保密级别")),
    Field("personal", _called(
        "identifier, pii, is pii, personal data, personal information, contains pii, phi, personenbezogen,"
        "personenbezug, données personnelles,"
        "个人信息, 是否个人信息, 是否敏感, 敏感")),
    Field("examples", _called(
        "example, examples, example value, example values, sample, samples, sample value, sample values, beispiel,"
        "beispiele, beispielwert,"
        "exemple, exemples, 示例, 样例, 例子, 示例值, 样例数据, 举例")),
    Field("formula", _called(
        "formula, calculation, derivation, calculated as, expression, transformation, transform logic, computation,"
        "formel, berechnung,"
        "formule, calcul, 公式, 计算公式, 计算方法, 加工逻辑, 计算逻辑, 口径, 计算口径")),
    Field("language", _called("formula language")),
    Field("sources", _called("computed from, source elements")),
    Field("effective_from", _called("effective from, valid from, start date, gültig ab, gültig von, valable du,"
        "生效日期, 生效时间, 启用日期")),
    Field("effective_until", _called(
        "effective until, effective to, valid until, valid to, end date, gültig bis, valable au, 失效日期, 失效时间,"
        "停用日期")),
    Field("replaces", _called("replaces, supersedes, ersetzt, remplace, 替代")),
    Field("tags", _called("tags, tag, keywords, keyword, labels, schlagworte, schlagwörter, mots clés, étiquettes,"
        "关键词, 标记")),
    Field("aliases", _called(
        "aliases, alias, synonyms, synonym, also known as, aka, other names, alternative names, alternate name,"
        "alternate names, synonyme,"
        "andere namen, synonymes, autres noms, 别名, 同义词, 曾用名")),
    Field("role", _called("column role")),
    Field("owner", _called(
        "owner, data owner, owner team, owning team, steward, data steward, responsible, responsible team, team,"
        "contact, eigentümer,"
        "verantwortlich, dateneigner, propriétaire, responsable, 负责人, 责任人, 数据负责人, 归属部门, 责任部门,"
        "所属部门, 数据所有者"), kept=True),
)  # fmt: skip
BY_NAME = {item.name: item for item in FIELDS}
BY_CALLED = {called: (item.name, rank) for item in reversed(FIELDS) for rank, called in enumerate(item.called)}


@dataclass(frozen=True, slots=True)
class Preset:
    """A sheet of a tool, known by headings it always has. Other headings of it are kept; nothing is guessed."""

    name: str
    label: str
    needs: frozenset[str]
    fields: dict[str, str] = field(default_factory=dict)  # plain heading → field


def _preset(name: str, label: str, needs: str, fields: str) -> Preset:
    pairs = [part.split(":") for part in fields.split(",")]
    return Preset(name, label, frozenset(_called(needs)), {plain(heading): target.strip() for heading, target in pairs})


PRESETS = (
    _preset(
        "redcap",
        "REDCap",
        "variable field name, form name, field type, field label",
        "variable field name: column, form name: table, field type: type, field label: definition, field note: ,"
        "choices calculations or slider labels: values, text validation type or show slider number: validation,"
        "text validation min: minimum, text validation max: maximum, identifier: personal, required field: required",
    ),
    _preset(
        "redcap_api",
        "REDCap",
        "field name, form name, field type, select choices or calculations",
        "field name: column, form name: table, field type: type, field label: definition,"
        "select choices or calculations: values,"
        "text validation type or show slider number: validation, text validation min: minimum, text validation max: maximum,"
        "identifier: personal, required field: required",
    ),
    _preset(
        "omop",
        "OMOP Common Data Model",
        "cdm table name, cdm field name, cdm datatype",
        "cdm table name: table, cdm field name: column, is required: required, cdm datatype: physical_type,"
        "user guidance: definition,"
        "is primary key: is_key, is foreign key: is_fk, fk table name: fk_table, fk field name: fk_column",
    ),
    _preset(
        "omop_tables",
        "OMOP Common Data Model",
        "cdm table name, table description",
        "cdm table name: table, table description: table_description",
    ),
    _preset(
        "odcs",
        "Open Data Contract Standard",
        "property, business name, logical type, physical type, classification",
        "property: column, business name: name, logical type: type, physical type: physical_type, example s: examples,"
        "examples: examples, description: definition, required: required, unique: unique, classification: sensitivity,"
        "tags: tags,"
        "primary key: is_key, transform logic: formula, format: format, minimum length: min_length, maximum length: max_length,"
        "minimum: minimum, maximum: maximum, exclusive minimum: exclusive_bound_low, exclusive maximum: exclusive_bound_high,"
        "multiple of: multiple_of, pattern: pattern",
    ),
    _preset(
        "radx",
        "RADx",
        "id, label, datatype, enumeration, missing value codes",
        "id: column, label: name, description: definition, datatype: type, unit: unit, enumeration: values, pattern: pattern,"
        "missing value codes: missing, required: required, examples: examples, aliases: aliases",
    ),
    _preset(
        "define",
        "CDISC",
        "dataset, variable, label, type, length",
        "dataset: table, variable: column, label: name, type: physical_type, length: length, codelist: , mandatory: required,"
        "data type: type, format: format, significant digits: scale, description: definition, comment: definition",
    ),
    _preset(
        "information_schema",
        "information_schema",
        "table name, column name, data type, is nullable",
        "table name: table, column name: column, data type: physical_type, column type: , is nullable: nullable,"
        "column key: key_kind,"
        "character maximum length: max_length, numeric precision: precision, numeric scale: scale, column comment: definition,"
        "description: definition, comment: definition",
    ),
    _preset(
        "frictionless",
        "Frictionless Table Schema",
        "name, type, constraints required",
        "name: column, type: type, format: format, title: name, description: definition, example: examples,"
        "resource: table, table: table,"
        "constraints required: required, constraints unique: unique, constraints minimum: minimum,"
        "constraints maximum: maximum,"
        "constraints min length: min_length, constraints max length: max_length, constraints pattern: pattern,"
        "constraints enum: values,"
        "missing values: missing",
    ),
)


def preset_of(headings: tuple[str, ...]) -> Preset | None:
    """The tool whose sheet has these headings, or None."""
    found = {plain(heading) for heading in headings}
    return next((preset for preset in PRESETS if preset.needs <= found), None)
