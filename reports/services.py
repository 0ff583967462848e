"""placeholder until the report services land"""
def request_report(**kw): return None
