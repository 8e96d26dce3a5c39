"""Users, practices, businesses, who may do what, and the scope that every query runs in."""
