//! Use cases: reads, a pure decision, one atomic write.
