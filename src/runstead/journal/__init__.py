"""The append-only record file of one writer: write, read, recover; its bytes are also the wire format."""
