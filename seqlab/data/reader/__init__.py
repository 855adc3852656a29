"""From the bytes of a strange file to typed columns; `seqlab.data.upload` puts it together."""
