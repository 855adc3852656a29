"""What a trained network says and how it comes to it: on a dataset, without any screen."""
