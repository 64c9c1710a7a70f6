"""The store on MongoDB (docs/mongodb.md). Nothing outside of this folder knows the driver."""
