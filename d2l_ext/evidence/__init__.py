"""Claims, what measures them, and what is declared of each.

- :mod:`d2l_ext.evidence.declarations`: the schema of ``claims.yml``
- :mod:`d2l_ext.evidence.claim`: measures a claim, shows it, and gates it
- :mod:`d2l_ext.evidence.measurement`: one measurement
- :mod:`d2l_ext.evidence.published`: the evidence, of many seeds
- :mod:`d2l_ext.evidence.bars`: pictures of the evidence
- :mod:`d2l_ext.evidence.box`: the box of a claim: this run, and the evidence
- :mod:`d2l_ext.evidence.machine`: what a measurement was made on, in words
- :mod:`d2l_ext.evidence.trial`: a network, trained in a fair comparison
- :mod:`d2l_ext.evidence.study`: a comparison over learning rates and seeds
- :mod:`d2l_ext.evidence.recording`: runs whose values become evidence
- :mod:`d2l_ext.evidence.verdict`: the rule, from values to a verdict
"""
