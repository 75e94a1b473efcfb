//! Documents made by hand, for the tests of what is shown.
