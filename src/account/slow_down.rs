//! Rules about slow_down.
