"""Rules that both ends share, written once. No I/O, no clock, no threads, no ray, no grpc."""
