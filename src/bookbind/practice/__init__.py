"""A practice's view of its clients, and who belongs to a business."""
