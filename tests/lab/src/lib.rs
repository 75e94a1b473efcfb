//! A simulator of one vCenter and N ESXi hosts, over real sockets.

mod soap;
