"""What is known of words in column names before a dictionary is read: abbreviations, plurals, empty words. Pure.

The tables are small on purpose. A team's own short forms belong into the dictionary as aliases, where people can see and
approve them.
"""

from __future__ import annotations


def one_of(words: str) -> frozenset[str]:
    """A set of words out of a text of them."""
    return frozenset(words.split())


# What data people shorten, and what it stands for. What may be short for several words (`dep`, `inv`) is left out: the
# dictionary's own words decide. `id`, `identifier` and `key` are three words: a surrogate key is no customer number.
ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    short: tuple(long.split())
    for long, shorts in {
        "account": "acct accnt",
        "address": "addr adr",
        "amount": "amt amnt",
        "application": "appl",
        "average": "avg",
        "balance": "bal",
        "category": "cat categ ctgry",
        "code": "cd cde",
        "company": "cmpny",
        "count": "cnt ct",
        "country": "ctry cntry",
        "currency": "curr ccy crncy",
        "current": "cur",
        "customer": "cust cstmr custmr",
        "date": "dt dte dat",
        "date birth": "dob",
        "date death": "dod",
        "delivery": "dlvry deliv",
        "department": "dept dpt",
        "description": "desc descr dsc",
        "destination": "dest dst",
        "discount": "disc dscnt",
        "document": "doc",
        "duration": "dur",
        "effective": "eff",
        "employee": "emp empl",
        "extended": "ext",
        "first name": "fname firstname",
        "flag": "flg ind indicator",
        "frequency": "freq",
        "group": "grp",
        "height": "hgt",
        "hour": "hr hrs",
        "humidity": "humid",
        "invoice": "invc",
        "language": "lang",
        "last name": "lname lastname surname",
        "latitude": "lat",
        "length": "len",
        "location": "loc",
        "longitude": "lon lng",
        "manager": "mgr",
        "maximum": "max",
        "measurement": "meas",
        "message": "msg",
        "minimum": "min",
        "month": "mth mnth",
        "number": "num nr no nbr numb",
        "order": "ord ordr",
        "organization": "org",
        "package": "pkg",
        "percent": "pct perc percentage",
        "phone": "tel telephone ph",
        "position": "pos",
        "precipitation": "precip",
        "previous": "prev",
        "price": "prc",
        "product": "prod prdct",
        "promotion": "promo",
        "quantity": "qty quant qnty",
        "reference": "ref",
        "registration": "regn",
        "revenue": "rev",
        "scheduled": "sched schd",
        "sequence": "seq",
        "shipment": "shpmt",
        "source": "src",
        "standard": "std",
        "temperature": "temp",
        "time": "tm",
        "timestamp": "ts tstamp tmstmp",
        "time zone": "tz tzone timezone",
        "total": "tot ttl",
        "transaction": "txn trx trans tran",
        "unit measure": "uom",
        "user": "usr",
        "value": "val",
        "vehicle": "veh",
        "version": "ver",
        "visibility": "visib",
        "volume": "vol",
        "warehouse": "whs wh",
        "week": "wk",
        "weight": "wgt wt",
        "year": "yr",
        "zip": "zipcode",
    }.items()
    for short in shorts.split()
}

# Words that are taken for each other with part of the credit. Belonging to one group is no proof of anything.
GROUPS: tuple[frozenset[str], ...] = tuple(
    frozenset(group.split())
    for group in (
        "id identifier key sk uid uuid guid number code",
        "date datetime timestamp day time at on",
        "start begin begun from opened",
        "end stop until finish to closed",
        "amount total sum value",
        "price cost charge fee",
        "zip postcode postal plz",
        "gender sex",
        "customer client buyer",
        "shop store",
        "product item article",
        "province state region",
        "name title label",
        "description comment note text",
        "count number quantity",
        "created added inserted",
        "updated modified changed",
        "duration elapsed length",
        "type class category kind",
    )
)

# What any table has: alone, such a name is never the same element as one of another table.
GENERIC = one_of("""id identifier key name date type status code value title label number count amount quantity description
comment note text time
    timestamp datetime year month day hour minute week state category class kind flag group index version level order position
    rank
    source unit price total url created updated deleted start end begin stop at by is from to size rate score result message data
    info remark sequence
    bezeichnung datum wert typ nummer menge betrag nom valeur montant statut fecha nombre tipo valor estado codigo
    编号 名称 日期 类型 状态 代码 值 金额 数量 名前 日付 種類 状態 コード""")  # fmt: skip

# What says where in a warehouse a table stands, and nothing about what is in it.
LAYERS = one_of("""dim fact fct stg staging raw src source int intermediate base mart marts tbl table tab t vw view v dwh dw edw
prod hist history
    tmp temp bak ods lake bronze silver gold cleaned clean final snapshot snap current f d stage landing public dbo""")

LITTLE = one_of("of the a an and or for in on by per with to from as at is")  # of no weight in a name

# Endings are cut off modestly; these only look like plurals.
SINGULARS = {
    "addresses": "address", "statuses": "status", "people": "person", "indices": "index", "indexes": "index", "children": "child",
    "ids": "id", "taxes": "tax", "boxes": "box", "classes": "class", "businesses": "business", "analyses": "analysis",
    "bonuses": "bonus", "matrices": "matrix", "criteria": "criterion", "women": "woman", "men": "man", "feet": "foot",
    "inches": "inch", "batches": "batch", "branches": "branch", "statistics": "statistic", "keys": "key", "uses": "use",
    "causes": "cause", "purchases": "purchase", "databases": "database", "movies": "movie", "cookies": "cookie", "lies": "lie",
}  # fmt: skip
NOT_PLURAL = one_of("""address status gas bus lens news series species always previous gross business analysis basis class
process access progress
    success loss pass less plus minus bonus canvas census atlas consensus focus campus corpus radius virus gps dns https sms tls
    ics
    ios aws sas has was is this its us os los ms as vs pos""")
