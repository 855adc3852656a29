"""A lesson beside the playground: a card in the margin, never over it."""
