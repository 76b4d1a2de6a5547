"""What can be done with each kind of record, once for routes and pages: who may, which rows, which fields."""
