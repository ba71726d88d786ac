"""Force constants of second and third order from displaced forces."""
