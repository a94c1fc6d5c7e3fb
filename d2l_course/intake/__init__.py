"""Takes in what students hand in, however their platform packs it."""
