"""Claims, what measures them, and what is declared of each.

- :mod:`d2l_ext.evidence.declarations`: the schema of ``claims.yml``
- :mod:`d2l_ext.evidence.claim`: a claim's box and its verdict
- :mod:`d2l_ext.evidence.trial`: a network, trained in a fair comparison
"""
