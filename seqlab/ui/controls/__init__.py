"""The left column of the playground: data, network, training. A widget's key is a flat name."""
