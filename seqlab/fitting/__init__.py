"""What a training can be told: losses, metrics, optimizers and schedules, a record each.

A new one is a record in its file here; settings, menus, training, script and doctor ask it.
"""
